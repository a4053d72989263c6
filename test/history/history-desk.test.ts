import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { ENERGY_COLUMNS, HISTORY_VERSION, MIGRATIONS, migrate } from "../../src/history/history-format.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { DAMAGES, fillDisk, garbleOpenFile, takeDiskAway } from "./support/damage.ts";
import { DAY_S, minuteRecord, openDesk, RETENTION } from "./support/records.ts";

let folder = "";
beforeEach(() => {
  folder = temporaryFolder();
});

const path = () => join(folder, "history.db");
const minutes = (from: number, until: number, changes = {}) =>
  Array.from({ length: until - from }, (_, index) => minuteRecord(from + index, changes));
const DAY_MS = 86_400_000;

describe("recorded minutes", () => {
  it("are given back as energies in Wh, with their wallboxes", () => {
    const desk = openDesk(folder);
    desk.write({ minutes: [minuteRecord(0), minuteRecord(1, { energiesJ: {}, wallboxes: [] })] });
    expect(desk.rows("minute")).toEqual({
      nextMs: undefined,
      rows: [
        expect.objectContaining({
          startMs: DAY_S * 1_000,
          seenS: 60,
          validS: 60,
          importWh: 0,
          exportWh: 10,
          pvWh: 50,
          loadWh: 10,
          batteryChargeWh: undefined,
          chargeWh: 30,
          solarWh: 30,
          state: "active",
          mode: "hems",
          minExportToStartW: 900,
          wallboxes: [{ name: "garage", chargeWh: 30, solarWh: 30, setpointA: 10, phases: 1 }],
        }),
        expect.objectContaining({ startMs: (DAY_S + 60) * 1_000, importWh: undefined, wallboxes: [] }),
      ],
    });
  });

  it("written in two parts, as around a restart, are added up", () => {
    const desk = openDesk(folder);
    desk.write({ minutes: [minuteRecord(0, { seenS: 20, validS: 20, energiesJ: { pv_j: 3_600 } })] });
    desk.write({ minutes: [minuteRecord(0, { seenS: 30, validS: 0, energiesJ: { charge_j: 7_200 } })] });
    const [row] = desk.rows("minute").rows;
    expect(row).toMatchObject({ seenS: 50, validS: 20, pvWh: 1, chargeWh: 2, importWh: undefined });
    expect(row?.wallboxes[0]?.chargeWh).toBe(60);
  });

  it("come in pages that leave nothing out and tell nothing twice", () => {
    const desk = openDesk(folder);
    desk.write({ minutes: minutes(0, 25) });
    const starts: number[] = [];
    let fromMs: number | undefined = 0;
    let pages = 0;
    while (fromMs !== undefined) {
      const page = desk.rows("minute", { fromMs, limit: 10 });
      starts.push(...page.rows.map(({ startMs }) => startMs));
      fromMs = page.nextMs;
      pages += 1;
    }
    expect(pages).toBe(3);
    expect(starts).toEqual(minutes(0, 25).map(({ startS }) => startS * 1_000));
  });
});

describe("quarters and days", () => {
  it("sum up the minutes, those of the quarter under way included", () => {
    const desk = openDesk(folder);
    desk.write({ minutes: minutes(0, 15) });
    desk.write({ minutes: minutes(15, 20, { state: "idle" }) });
    const { rows } = desk.rows("quarter");
    expect(
      rows.map(({ startMs, seenS, exportWh, state }) => [startMs / 1_000 - DAY_S, seenS, exportWh, state]),
    ).toEqual([
      [0, 900, 150, "active"],
      [900, 300, 50, "idle"],
    ]);
    expect(rows[1]?.wallboxes).toEqual([
      { name: "garage", chargeWh: 150, solarWh: 150, setpointA: 10, phases: 1 },
    ]);
  });

  it("are right whatever the order, the parts and the restarts in which minutes come", () => {
    const writes = fc.array(fc.array(fc.integer({ min: 0, max: 120 }), { maxLength: 8 }), { maxLength: 12 });
    fc.assert(
      fc.property(writes, fc.boolean(), (groups, isRestarted) => {
        rmSync(path(), { force: true });
        rmSync(`${path()}-wal`, { force: true });
        let desk = openDesk(folder);
        desk.write({});
        for (const group of groups) {
          desk.write({ minutes: group.map((minute) => minuteRecord(minute)) });
          if (!isRestarted) continue;
          desk.close();
          desk = openDesk(folder);
          desk.write({});
        }
        const total = groups.flat().length * 30;
        for (const resolution of ["minute", "quarter", "day"] as const) {
          const { rows } = desk.rows(resolution);
          expect(rows.reduce((sum, { chargeWh }) => sum + (chargeWh ?? 0), 0)).toBe(total);
          const starts = rows.map(({ startMs }) => startMs);
          expect(starts).toEqual([...new Set(starts)].sort((a, b) => a - b));
        }
        desk.close();
      }),
      { numRuns: 20 },
    );
  });

  it("begin a day at local midnight, also on the days on which clocks change", () => {
    const desk = openDesk(folder);
    // 2026-03-29 has 23 hours in Berlin, 2026-10-25 has 25.
    const shortDay = Date.UTC(2026, 2, 28, 23) / 1_000;
    const longDay = Date.UTC(2026, 9, 24, 22) / 1_000;
    const around = (startS: number, hours: number) =>
      Array.from({ length: hours + 2 }, (_, hour) =>
        minuteRecord(0, { startS: startS + (hour - 1) * 3_600 }),
      );
    desk.write({ minutes: [...around(shortDay, 23), ...around(longDay, 25)] });
    const days = desk.rows("day").rows;
    const day = (startS: number) => days.find(({ startMs }) => startMs === startS * 1_000);
    expect(day(shortDay)).toMatchObject({ seenS: 23 * 60, exportWh: 230 });
    expect(day(longDay)).toMatchObject({ seenS: 25 * 60, exportWh: 250 });
    expect(day(shortDay)?.wallboxes).toEqual([
      { name: "garage", chargeWh: 690, solarWh: 690, setpointA: 10, phases: 1 },
    ]);
    expect(days).toHaveLength(6);
  });

  it("come in pages, too", () => {
    const desk = openDesk(folder);
    desk.write({ minutes: Array.from({ length: 5 }, (_, day) => minuteRecord(day * 1_440)) });
    const first = desk.rows("day", { limit: 2 });
    expect(first.rows).toHaveLength(2);
    const second = desk.rows("day", { fromMs: first.nextMs ?? 0, limit: 10 });
    expect(second.rows).toHaveLength(3);
    expect(second.nextMs).toBeUndefined();
    // A day belongs to a range with its start.
    expect(desk.rows("day", { fromMs: (first.rows[0]?.startMs ?? 0) + 1 }).rows).toHaveLength(4);
  });
});

describe("sessions and events", () => {
  const session = (startMs: number, wallbox = "garage") => ({
    wallbox,
    startMs,
    endMs: startMs + 3_600_000,
    chargingS: 3_000,
    energyWh: 5_000,
    solarWh: 4_000,
    gridWh: 1_000,
    maxPowerW: 7_000,
    costCt: undefined,
    idTag: undefined,
    registerWh: undefined,
  });

  it("are given back as they were, in order of time", () => {
    const desk = openDesk(folder);
    const at = DAY_S * 1_000;
    const priced = { ...session(at + 60_000), costCt: 31.2, idTag: "CARD-1", registerWh: 5_021 };
    desk.write({
      sessions: [priced, session(at), session(at, "yard")],
      events: [{ atMs: at, event: "mode_changed", detail: { from: "hems", to: "spot" } }],
    });
    desk.write({ events: [{ atMs: at, event: "meter_lost", detail: {} }] });
    expect(desk.sessions().rows).toEqual([session(at), session(at, "yard"), priced]);
    expect(desk.events().rows).toEqual([
      { atMs: at, event: "mode_changed", detail: { from: "hems", to: "spot" } },
      { atMs: at, event: "meter_lost", detail: {} },
    ]);
    // Two sessions of one start stay on one page.
    expect(desk.sessions(2).nextMs).toBe(at + 60_000);
    // More events of one moment than a page holds are cut, rather than told for ever.
    expect(desk.events(1)).toMatchObject({ nextMs: at + 1, rows: [{ event: "mode_changed" }] });
  });

  it("are given back although a detail is damaged, without it", () => {
    const desk = openDesk(folder);
    const at = DAY_S * 1_000;
    const events = [0, 1, 2].map((nth) => ({ atMs: at + nth, event: "started", detail: { nth } }));
    desk.write({ events });
    desk.close();
    const file = new DatabaseSync(path());
    file.exec(`UPDATE events SET detail = '{"nth":' WHERE id = ${(at + 1) * 1_000}`);
    file.close();
    desk.write({});
    expect(desk.events().rows).toEqual([events[0], { ...events[1], detail: {} }, events[2]]);
  });
});

describe("retention", () => {
  const days = (from: number, until: number) =>
    Array.from({ length: until - from }, (_, day) => minuteRecord((from + day) * 1_440));

  it("forgets minutes by age and keeps the quarters", () => {
    const desk = openDesk(folder, { retention: { ...RETENTION, minutesDays: 10 } });
    desk.write({ minutes: days(0, 10) });
    desk.write({ minutes: days(10, 12) }, DAY_S * 1_000 + 12 * DAY_MS);
    expect(desk.rows("minute").rows.map(({ startMs }) => (startMs / 1_000 - DAY_S) / 86_400)[0]).toBe(2);
    expect(desk.rows("day").rows).toHaveLength(12);
  });

  it("looks once an hour, and a clock that is wrong by years costs two days a look", () => {
    const desk = openDesk(folder, { retention: { ...RETENTION, minutesDays: 10 } });
    desk.write({ minutes: days(0, 9) });
    const wrongMs = DAY_S * 1_000 + 5_000 * DAY_MS;
    desk.write({}, wrongMs);
    expect(desk.rows("minute").rows).toHaveLength(7);
    desk.write({}, wrongMs + 3_599_999);
    expect(desk.rows("minute").rows).toHaveLength(7);
    desk.write({}, wrongMs + 3_600_000);
    expect(desk.rows("minute").rows).toHaveLength(5);
  });

  it("makes room by the oldest minutes when the file grows too large, and the file grows no further", () => {
    const desk = openDesk(folder, { retention: { ...RETENTION, maxBytes: 400_000 } });
    let usedBytes = 0;
    for (let hour = 0; hour < 24 * 14; hour++) {
      const reply = desk.write(
        { minutes: minutes(hour * 60, hour * 60 + 60) },
        DAY_S * 1_000 + hour * 3_600_000,
      );
      if (reply.kind === "written") usedBytes = reply.usedBytes;
    }
    expect(usedBytes).toBeLessThan(420_000);
    expect(readFileSync(path()).length).toBeLessThan(520_000);
    const kept = desk.rows("minute").rows;
    expect(kept.at(-1)?.startMs).toBe((DAY_S + (24 * 14 * 60 - 1) * 60) * 1_000);
    expect(kept.length).toBeLessThan(5 * 1_440);
    expect(desk.rows("day").rows.length).toBeGreaterThanOrEqual(14);
  });

  it("gives up events and quarters when there are no minutes left to give", () => {
    const desk = openDesk(folder, { retention: { ...RETENTION, maxBytes: 1 } });
    const hourMs = 3_600_000;
    desk.write({ minutes: days(0, 3), events: [{ atMs: DAY_S * 1_000, event: "meter_lost", detail: {} }] });
    for (let hour = 1; hour < 4; hour++) desk.write({}, DAY_S * 1_000 + hour * hourMs);
    expect([desk.rows("day").rows, desk.events().rows]).toEqual([[], []]);
    expect(desk.write({ minutes: days(3, 4) }).kind).toBe("written");
  });
});

describe("the file", () => {
  it("can be read by another process while it is written, and survives that the writer is killed", () => {
    const desk = openDesk(folder);
    desk.write({ minutes: minutes(0, 2) });
    const reader = new DatabaseSync(path(), { readOnly: true });
    desk.write({ minutes: minutes(2, 3) });
    expect(reader.prepare("SELECT COUNT(*) AS n FROM minutes").get()).toEqual({ n: 3 });
    reader.close();
    // The first desk is never closed: the journal is as a killed process leaves it.
    const next = openDesk(folder);
    expect(next.write({ minutes: minutes(3, 4) })).toMatchObject({ kind: "written", aside: undefined });
    expect(next.rows("minute").rows).toHaveLength(4);
  });

  it.each(DAMAGES)("with %s is set aside and started afresh", (_, damage) => {
    const before = openDesk(folder);
    before.write({ minutes: minutes(0, 60) });
    before.close();
    damage(path());
    const desk = openDesk(folder);
    expect(desk.write({ minutes: minutes(60, 61) })).toMatchObject({
      kind: "written",
      aside: expect.stringMatching(/history\.db\.corrupt-2026-06-21T/),
    });
    expect(readdirSync(folder).filter((name) => name.includes("corrupt"))).not.toEqual([]);
    expect(desk.rows("minute").rows).toHaveLength(1);
  });

  it("broken while it is open is found, set aside and replaced", () => {
    const desk = openDesk(folder);
    desk.write({ minutes: minutes(0, 600) });
    garbleOpenFile(path());
    const replies = [1, 2, 3].map((step) => desk.write({ minutes: minutes(600 + step, 601 + step) }));
    expect(replies[0]?.kind).toBe("failed");
    expect(replies.at(-1)).toMatchObject({ kind: "written" });
    expect(replies.some((reply) => reply.kind === "written" && reply.aside !== undefined)).toBe(true);
  });

  it("in a folder that is missing or may not be written is a failure, until it can", () => {
    const stateDir = join(folder, "later");
    const desk = openDesk(stateDir);
    expect(desk.write({ minutes: minutes(0, 1) }).kind).toBe("failed");
    expect(desk.answer({ kind: "events", range: { fromMs: 0, untilMs: 1, limit: 1 } })).toEqual({
      kind: "failed",
      detail: "nothing is recorded yet",
    });
    mkdirSync(stateDir);
    expect(desk.write({ minutes: minutes(0, 1) }).kind).toBe("written");
    expect(openDesk("/proc").write({}).kind).toBe("failed");
  });

  it("on a disk that was mounted again is opened anew", () => {
    const desk = openDesk(folder);
    desk.write({ minutes: minutes(0, 1) });
    fillDisk(path(), "minutes");
    takeDiskAway(path());
    expect(desk.write({ minutes: minutes(1, 2) })).toMatchObject({ kind: "failed", detail: "disk full" });
    expect(desk.write({ minutes: minutes(1, 2) })).toMatchObject({ kind: "written", aside: undefined });
    expect(desk.rows("minute").rows).toHaveLength(1);
  });

  it("on a full disk keeps a batch whole: all of it is written later, or nothing", () => {
    const desk = openDesk(folder);
    desk.write({ minutes: minutes(0, 1) });
    const makeRoom = fillDisk(path(), "minutes", `NEW.start_s >= ${DAY_S + 16 * 60}`);
    expect(desk.write({ minutes: minutes(1, 20) })).toMatchObject({ kind: "failed", detail: "disk full" });
    expect(desk.rows("minute").rows).toHaveLength(1);
    makeRoom();
    expect(desk.write({ minutes: minutes(1, 20) }).kind).toBe("written");
    expect(desk.rows("quarter").rows.map(({ seenS }) => seenS)).toEqual([900, 300]);
  });

  it("of an older version is migrated step by step, and never backward", () => {
    const database = new DatabaseSync(path());
    migrate(database);
    const steps = [
      ...MIGRATIONS,
      "ALTER TABLE events ADD COLUMN source TEXT;",
      "CREATE TABLE later (a INTEGER) STRICT;",
    ];
    migrate(database, steps);
    migrate(database, steps);
    expect(database.prepare("PRAGMA user_version").get()).toEqual({ user_version: HISTORY_VERSION + 2 });
    database.prepare("INSERT INTO events (id, event, detail, source) VALUES (1, 'a', '{}', 'b')").run();
    expect(() => migrate(database, [...steps, "CREATE TABLE more (a INTEGER); NONSENSE;"])).toThrow();
    expect(database.isTransaction).toBe(true);
    database.close();
    chmodSync(path(), 0o600);
    const names = new DatabaseSync(path(), { readOnly: true })
      .prepare("SELECT name FROM sqlite_master WHERE name = 'more'")
      .all();
    expect(names).toEqual([]);
  });

  it("of before the cards keeps its sessions and takes new ones with theirs", () => {
    const old = new DatabaseSync(path());
    migrate(old, MIGRATIONS.slice(0, 1));
    old.exec(
      `INSERT INTO sessions VALUES (${DAY_S}, 'garage', ${DAY_S + 3_600}, 3000, 18000000, 7200000, 10800000, 7000, 12.5)`,
    );
    old.close();
    const desk = openDesk(folder);
    const at = DAY_S * 1_000;
    const before = {
      wallbox: "garage",
      startMs: at,
      endMs: at + 3_600_000,
      chargingS: 3_000,
      energyWh: 5_000,
      solarWh: 2_000,
      gridWh: 3_000,
      maxPowerW: 7_000,
      costCt: 12.5,
      idTag: undefined,
      registerWh: undefined,
    };
    const next = {
      ...before,
      startMs: at + 7_200_000,
      endMs: at + 9_000_000,
      idTag: "CARD-1",
      registerWh: 5_021,
    };
    expect(desk.write({ sessions: [next] }).kind).toBe("written");
    expect(desk.sessions().rows).toEqual([before, next]);
  });

  it("has a column for every energy", () => {
    const desk = openDesk(folder);
    const energiesJ = Object.fromEntries(
      ENERGY_COLUMNS.map((column, index) => [column, (index + 1) * 3_600]),
    );
    desk.write({ minutes: [minuteRecord(0, { energiesJ })] });
    for (const resolution of ["minute", "quarter", "day"] as const) {
      expect(desk.rows(resolution).rows[0]).toMatchObject({
        importWh: 1,
        exportWh: 2,
        pvWh: 3,
        loadWh: 4,
        batteryChargeWh: 5,
        batteryDischargeWh: 6,
        surplusWh: 7,
        chargeWh: 8,
        solarWh: 9,
      });
    }
  });
});
