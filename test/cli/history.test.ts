import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { csvLine } from "../../src/api/csv.ts";
import { DAY_S, minuteRecord, openDesk } from "../history/support/records.ts";
import { capturedCli } from "../support/captured-cli.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const folder = temporaryFolder();
const writer = openDesk(folder, { meta: { time_zone: "Europe/Berlin", site: "home" } });

/** The daemon that writes never closes the file. */
beforeAll(() => {
  writer.write({
    minutes: Array.from({ length: 3_000 }, (_, minute) => minuteRecord(minute)),
    sessions: [
      {
        wallbox: "garage",
        startMs: DAY_S * 1_000,
        endMs: DAY_S * 1_000 + 3_600_000,
        chargingS: 3_500,
        energyWh: 7_000,
        solarWh: 7_000,
        gridWh: 0,
        maxPowerW: 7_200,
        costCt: 0,
        idTag: "CARD-1",
        registerWh: 7_003,
      },
    ],
    events: [{ atMs: DAY_S * 1_000, event: "state_changed", detail: { reason_text: 'Now, "sun".' } }],
  });
});
afterAll(() => writer.close());

const run = (argv: readonly string[], environment: NodeJS.ProcessEnv = {}) =>
  capturedCli(argv, { HEMS_EDGE_CONFIG: "/nonexistent", ...environment });

describe("history export", () => {
  it("writes every minute as CSV while the daemon runs", async () => {
    const { code, out } = await run(["history", "export", "--history", folder, "--resolution", "minute"]);
    expect(code).toBe(0);
    const lines = out.trimEnd().split("\r\n");
    expect(lines).toHaveLength(3_001);
    expect(lines[0]).toMatch(
      /^start,seen_s,valid_s,import_wh,.*,garage:charge_wh,garage:solar_wh,garage:setpoint_a,garage:phases$/,
    );
    expect(lines[1]).toBe(
      "2026-06-21T00:00:00.000Z,60,60,0,10,50,10,,,,,30,30,active,hems,900,700,30,30,10,1",
    );
  });

  it("takes dates as days of the house", async () => {
    const { out } = await run([
      ...["history", "export", "--history", join(folder, "history.db"), "--resolution", "day", "--json"],
      ...["--from", "2026-06-22", "--to", "2026-06-23"],
    ]);
    const rows = JSON.parse(out);
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ start: "2026-06-21T22:00:00.000Z", seen_s: 86_400, charge_wh: 43_200 });
  });

  it("finds the state folder in the config, even when the rest of it is wrong", async () => {
    const config = join(folder, "config.yaml");
    writeFileSync(config, `state_dir: ${folder}\nsite: wrong\n`);
    const { out } = await run(["history", "export", "--format", "json"], { HEMS_EDGE_CONFIG: config });
    expect(JSON.parse(out)).toHaveLength(200);
  });

  it("writes an empty table, and an empty list, for a span without records", async () => {
    const span = ["--history", folder, "--to", "2020-01-01"];
    expect((await run(["history", "export", ...span])).out.split("\r\n")).toHaveLength(2);
    expect(JSON.parse((await run(["history", "export", ...span, "--json"])).out)).toEqual([]);
  });

  it.each([
    [["--resolution", "hour"], "--resolution takes one of minute, quarter, day"],
    [["--format", "xml"], "--format takes csv or json"],
    [["--from", "tomorrow"], "--from takes an ISO 8601 time"],
    [["--to", "2026-02-30"], "--to takes an ISO 8601 time"],
    [["--from", "2026-06-22", "--to", "2026-06-21"], "--from must be before --to"],
  ])("refuses %j and says what to write", async (argv, words) => {
    const { code, out, err } = await run(["history", "export", "--history", folder, ...argv]);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toContain(words);
  });

  it.each([
    ["/nowhere", /There is no \/nowhere: name the daemon's state folder/],
    [join(folder, "text.db"), /no history that can be read/],
    [join(folder, "newer.db"), /newer hems-edge: update this one/],
    [join(folder, "older.db"), /older hems-edge: start the daemon once/],
  ])("says what is wrong with %s", async (path, message) => {
    writeFileSync(join(folder, "text.db"), "no database at all ".repeat(100));
    for (const [name, version] of [
      ["newer.db", 99],
      ["older.db", 0],
    ] as const) {
      const database = new DatabaseSync(join(folder, name));
      database.exec(`PRAGMA user_version = ${version}; CREATE TABLE IF NOT EXISTS t (a);`);
      database.close();
    }
    const { code, err } = await run(["history", "export", "--history", path]);
    expect(code).toBe(2);
    expect(err).toMatch(message);
  });

  it("reads a copy in a folder without a journal", async () => {
    const source = new DatabaseSync(join(folder, "history.db"));
    source.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    source.close();
    const copy = join(folder, "copy.db");
    copyFileSync(join(folder, "history.db"), copy);
    expect((await run(["history", "export", "--history", copy, "--json"])).code).toBe(0);
  });

  it("says how to name a history when none is found", async () => {
    const { code, err } = await run(["sessions", "export", "--config", join(folder, "none.yaml")]);
    expect(code).toBe(2);
    expect(err).toContain("Use --history PATH.");
  });
});

describe("sessions export and history events", () => {
  it("write their tables", async () => {
    const sessions = await run(["sessions", "export", "--history", folder]);
    expect(sessions.out.split("\r\n")[1]).toBe(
      "garage,2026-06-21T00:00:00.000Z,2026-06-21T01:00:00.000Z,3600,3500,7000,7000,0,100,7200,0,CARD-1,7003",
    );
    const events = await run(["history", "events", "--history", folder]);
    expect(events.out.split("\r\n")[1]).toBe(
      '2026-06-21T00:00:00.000Z,state_changed,"{""reason_text"":""Now, \\""sun\\"".""}"',
    );
    expect(JSON.parse((await run(["history", "events", "--history", folder, "--json"])).out)).toEqual([
      { ts: "2026-06-21T00:00:00.000Z", event: "state_changed", reason_text: 'Now, "sun".' },
    ]);
  });

  it.each([
    [["history", "exprot"], "did you mean export?"],
    [["sessions", "list"], "use one of export"],
    [["history"], "missing"],
  ])("%j says what can be typed", async (argv, words) => {
    const { code, err } = await run(argv);
    expect(code).toBe(2);
    expect(err).toContain(words);
  });
});

describe("a line of CSV", () => {
  it("keeps commas, quotes and line ends in their cell, and no text begins like a formula", () => {
    expect(csvLine(["a", 1.5, null, 'say "hi", now', "two\nlines", "=1+1", -3])).toBe(
      'a,1.5,,"say ""hi"", now","two\nlines",\'=1+1,-3\r\n',
    );
  });
});
