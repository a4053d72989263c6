import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { beforeEach, describe, expect, it } from "vitest";
import { readArchive, writeArchive } from "../../src/cli/backup/sqlite-archive.ts";
import { createSqliteStateStore } from "../../src/history/sqlite-state-store.ts";
import { minuteRecord, openDesk } from "../history/support/records.ts";
import { capturedCli } from "../support/captured-cli.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { silentLog } from "../support/silent-log.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

let folder = "";
let stateDir = "";
let archive = "";
let config = "";
beforeEach(() => {
  folder = temporaryFolder();
  stateDir = join(folder, "state");
  archive = join(folder, "saved.sqlar");
  config = join(folder, "config.yaml");
  mkdirSync(stateDir);
  writeFileSync(config, `state_dir: ${stateDir}\n# mine\n`);
});

const run = (...argv: string[]) => capturedCli(argv, { HEMS_EDGE_CONFIG: config });

/** State and history as a running daemon has them; `stop` closes them. */
function daemon() {
  const store = createSqliteStateStore({ stateDir }, { clock: createManualClock(), log: silentLog });
  const desk = openDesk(stateDir);
  return {
    write(value: number, minutes: number) {
      store.put("value", value);
      store.flush();
      desk.write({ minutes: Array.from({ length: minutes }, (_, minute) => minuteRecord(minute)) });
    },
    read: () => ({ value: store.get("value"), minutes: desk.rows("minute").rows.length }),
    stop() {
      store.close();
      desk.close();
    },
  };
}

describe("backup and restore", () => {
  it("bring back what was there, also when the daemon ran meanwhile", async () => {
    const first = daemon();
    first.write(1, 10);
    const saved = await run("backup", archive);
    expect(saved).toMatchObject({ code: 0, err: "" });
    expect(saved.out).toContain("state.db, history.db, config.yaml");
    expect(statSync(archive).mode & 0o777).toBe(0o600);
    first.write(2, 20);
    first.stop();
    writeFileSync(config, `state_dir: ${stateDir}\n# changed\n`);

    expect(await run("restore", archive)).toMatchObject({ code: 0, err: "" });
    expect(readFileSync(config, "utf8")).toContain("# changed");
    const second = daemon();
    second.write(3, 0);
    expect(second.read()).toEqual({ value: 3, minutes: 10 });
    second.stop();
    expect(
      readdirSync(stateDir).filter((name) => name.includes(".before-restore-")).length,
    ).toBeGreaterThanOrEqual(2);
    expect(readdirSync(stateDir).filter((name) => name.startsWith(".hems-edge"))).toEqual([]);

    expect((await run("restore", archive, "--with-config")).code).toBe(0);
    expect(readFileSync(config, "utf8")).toContain("# mine");
  });

  it("an archive is one that sqlite3 unpacks", async () => {
    const running = daemon();
    running.write(1, 300);
    running.stop();
    await run("backup", archive);
    const database = new DatabaseSync(archive, { readOnly: true });
    const rows = database.prepare("SELECT name, sz, length(data) AS packed FROM sqlar ORDER BY name").all();
    database.close();
    expect(rows.map(({ name }) => name)).toEqual(["config.yaml", "history.db", "state.db"]);
    expect(Number(rows[1]?.packed)).toBeLessThan(Number(rows[1]?.sz) / 2);
  });

  it("bring back the password and the tokens of the page, for their owner only", async () => {
    const running = daemon();
    running.write(1, 1);
    running.stop();
    const access = join(stateDir, "access.json");
    expect((await run("token", "create", "prometheus", "--scope", "read")).code).toBe(0);
    const saved = readFileSync(access, "utf8");
    expect((await run("backup", archive)).out).toContain("state.db, history.db, access.json, config.yaml");

    rmSync(access);
    expect((await run("restore", archive)).code).toBe(0);
    expect(readFileSync(access, "utf8")).toBe(saved);
    expect(statSync(access).mode & 0o777).toBe(0o600);
    expect((await run("token", "list")).out).toContain("prometheus");
  });

  it("an archive without password and tokens leaves those of the gateway alone", async () => {
    const running = daemon();
    running.write(1, 1);
    running.stop();
    await run("backup", archive);
    await run("token", "create", "later", "--scope", "read");
    expect((await run("restore", archive)).code).toBe(0);
    expect((await run("token", "list")).out).toContain("later");
  });

  it("restore refuses while a daemon runs, and changes nothing", async () => {
    const running = daemon();
    running.write(1, 5);
    await run("backup", archive);
    const { code, err } = await run("restore", archive);
    expect(code).toBe(2);
    expect(err).toContain("a daemon runs on this state folder: stop it first");
    running.write(2, 0);
    expect(running.read()).toEqual({ value: 2, minutes: 5 });
    running.stop();
  });

  it("backup overwrites nothing, and says when there is nothing to save", async () => {
    writeFileSync(archive, "precious");
    expect(await run("backup", archive)).toMatchObject({
      code: 2,
      err: expect.stringMatching(/is there already/),
    });
    expect(readFileSync(archive, "utf8")).toBe("precious");
    expect(await run("backup", join(folder, "new.sqlar"))).toMatchObject({
      code: 1,
      err: expect.stringMatching(/holds no state/),
    });
    expect(existsSync(join(folder, "new.sqlar"))).toBe(false);
    expect(await run("backup")).toMatchObject({ code: 2, err: expect.stringMatching(/missing FILE/) });
    const running = daemon();
    running.write(1, 1);
    running.stop();
    expect(await run("backup", "/nowhere/at/all.sqlar")).toMatchObject({
      code: 1,
      err: expect.stringMatching(/ENOENT/),
    });
  });

  it.each([
    ["nothing", () => join(folder, "none"), 2, /there is no /],
    [
      "text",
      () => {
        writeFileSync(archive, "no archive at all ".repeat(100));
        return archive;
      },
      1,
      /not a database/,
    ],
    [
      "an archive of somebody else",
      () => {
        writeArchive(archive, [{ name: "../../etc/passwd", content: Buffer.from("x") }], 0);
        return archive;
      },
      1,
      /holds no state/,
    ],
    [
      "a broken database inside",
      () => {
        writeArchive(archive, [{ name: "history.db", content: Buffer.from("nonsense ".repeat(1_000)) }], 0);
        return archive;
      },
      1,
      /history\.db is broken/,
    ],
    [
      "a broken list of who may come in",
      () => {
        const state = readFileSync(join(stateDir, "state.db"));
        const files = [
          { name: "state.db", content: state },
          { name: "access.json", content: Buffer.from('{"tokens": "all"}') },
        ];
        writeArchive(archive, files, 0);
        return archive;
      },
      1,
      /access\.json is broken/,
    ],
  ])("restore of %s changes nothing", async (_, make, code, message) => {
    const running = daemon();
    running.write(1, 5);
    running.stop();
    const outcome = await run("restore", make());
    expect(outcome.code).toBe(code);
    expect(outcome.err).toMatch(message);
    const after = daemon();
    after.write(1, 0);
    expect(after.read()).toEqual({ value: 1, minutes: 5 });
    after.stop();
    expect(readdirSync(stateDir).filter((name) => name.startsWith("."))).toEqual([]);
  });

  it("restore makes no folder by itself, and takes no config from an archive without one", async () => {
    const running = daemon();
    running.write(1, 5);
    running.stop();
    rmSync(config);
    await run("backup", archive, "--state-dir", stateDir);
    expect(await run("restore", archive, "--state-dir", join(folder, "none"))).toMatchObject({
      code: 2,
      err: expect.stringMatching(/there is no folder/),
    });
    expect(await run("restore", archive, "--state-dir", stateDir, "--with-config")).toMatchObject({
      code: 1,
      err: expect.stringMatching(/holds no config/),
    });
  });
});

describe("an archive", () => {
  it("gives back any bytes, and none of an entry that lies about its size", () => {
    const random = Uint8Array.from({ length: 5_000 }, (_, index) => (index * 2_654_435_761) % 251);
    const files = [
      { name: "a", content: new Uint8Array() },
      { name: "b", content: random },
      { name: "c", content: new Uint8Array(100_000) },
    ];
    writeArchive(archive, files, 0);
    expect(readArchive(archive).map(({ name, content }) => [name, Buffer.from(content)])).toEqual(
      files.map(({ name, content }) => [name, Buffer.from(content)]),
    );
    for (const size of [99_999, 100_001, -1, 1e12]) {
      const lying = join(folder, `lying${size}`);
      copyFileSync(archive, lying);
      const database = new DatabaseSync(lying);
      database.prepare("UPDATE sqlar SET sz = ? WHERE name = 'c'").run(size);
      database.close();
      expect(() => readArchive(lying)).toThrow();
    }
  });
});
