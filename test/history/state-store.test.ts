import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { pino } from "pino";
import { beforeEach, describe, expect, it } from "vitest";
import { createMemoryStateStore } from "../../src/history/memory-state-store.ts";
import { createSqliteStateStore } from "../../src/history/sqlite-state-store.ts";
import type { StateStore } from "../../src/ports/state-store.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { DAMAGES, fillDisk, garbleOpenFile, takeDiskAway } from "./support/damage.ts";

let folder = "";
beforeEach(() => {
  folder = temporaryFolder();
});

/** A store on `stateDir` with its clock and the messages it logged, as `level message`. */
function openStore(stateDir = folder) {
  const clock = createManualClock();
  const lines: string[] = [];
  const log = pino(
    { base: null, formatters: { level: (label) => ({ level: label }) } },
    {
      write: (line) => {
        const { level, msg } = JSON.parse(line) as { level: string; msg: string };
        lines.push(`${level} ${msg}`);
      },
    },
  );
  return { store: createSqliteStateStore({ stateDir }, { clock, log }), clock, lines };
}

const FAILS = "error state is kept in memory only: the disk fails";
const RECOVERS = "info state is written to disk again";
const SET_ASIDE = "error state is broken: set aside and started afresh";

/** What another process would find on the disk. */
function onDisk(key: string): unknown {
  const database = new DatabaseSync(join(folder, "state.db"), { readOnly: true });
  const row = database.prepare("SELECT value FROM state WHERE key = ?").get(key);
  database.close();
  return row === undefined ? undefined : JSON.parse(String(row.value));
}

function fillAndClose(values: Record<string, unknown>): void {
  const { store } = openStore();
  for (const [key, value] of Object.entries(values)) store.put(key, value);
  store.close();
}

describe("any state store", () => {
  const stores: readonly (readonly [string, () => StateStore])[] = [
    ["in memory", createMemoryStateStore],
    ["on disk", () => openStore().store],
  ];

  it.each(stores)("%s gives back what was put, and undefined for the rest", (_, create) => {
    const store = create();
    store.put("a", { list: [1, "two", null] });
    expect(store.get("a")).toEqual({ list: [1, "two", null] });
    expect(store.get("b")).toBeUndefined();
    store.close();
  });

  it.each(stores)("%s is not touched by later changes of a value", (_, create) => {
    const store = create();
    const value = { count: 1 };
    store.put("a", value);
    value.count = 2;
    expect(store.get("a")).toEqual({ count: 1 });
    store.close();
  });
});

describe("the store on disk", () => {
  it("keeps any JSON value across a restart", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (values) => {
        fillAndClose(values);
        const { store, lines } = openStore();
        for (const [key, value] of Object.entries(values)) {
          expect(store.get(key)).toEqual(JSON.parse(JSON.stringify(value)));
        }
        expect(lines).toEqual([]);
        store.close();
      }),
      { numRuns: 20 },
    );
  });

  it("writes each minute, and at once on flush", async () => {
    const { store, clock } = openStore();
    store.put("a", 1);
    await clock.advance(59_999);
    expect(onDisk("a")).toBeUndefined();
    await clock.advance(1);
    expect(onDisk("a")).toBe(1);
    store.put("a", 2);
    store.flush();
    expect(onDisk("a")).toBe(2);
    await clock.advance(60_000);
    store.put("a", 3);
    await clock.advance(60_000);
    expect(onDisk("a")).toBe(3);
    store.close();
  });

  it("leaves no timer and writes nothing after it was closed", () => {
    const { store, clock } = openStore();
    store.put("a", 1);
    store.close();
    store.put("a", 2);
    store.flush();
    store.close();
    expect(clock.pendingTimers).toBe(0);
    expect(onDisk("a")).toBe(1);
  });

  it("loses at most what came after the last flush when the process is killed", () => {
    const { store } = openStore();
    store.put("a", "flushed");
    store.flush();
    store.put("a", "not flushed");
    // The journal as a killed process leaves it: the first store is never closed.
    expect(openStore().store.get("a")).toBe("flushed");
  });

  it("refuses what is no JSON or too large, and keeps the value before", () => {
    const { store, lines } = openStore();
    store.put("a", 1);
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    for (const value of [circle, 1n, undefined, () => {}, "x".repeat(2 ** 21)]) store.put("a", value);
    expect(store.get("a")).toBe(1);
    expect(new Set(lines)).toEqual(new Set(["error state value is not storable: kept the one before"]));
    store.close();
  });
});

describe("a broken file", () => {
  const path = () => join(folder, "state.db");
  const asides = () =>
    readdirSync(folder).filter((name) => /^state\.db\.corrupt-2022-03-19T\S+Z$/.test(name));

  it.each(DAMAGES)("with %s is set aside, said, and started afresh", (_, damage) => {
    fillAndClose({ a: "x".repeat(20_000), b: 1 });
    damage(path());
    const { store, lines } = openStore();
    expect(lines).toEqual([SET_ASIDE]);
    expect(asides()).toHaveLength(1);
    expect(store.get("a")).toBeUndefined();
    store.put("a", 2);
    store.flush();
    expect(onDisk("a")).toBe(2);
    store.close();
  });

  it("bits flipped anywhere never crash, and what is read is what was written or nothing", () => {
    const values = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`key${index}`, index]));
    fillAndClose(values);
    const sound = readFileSync(path());
    fc.assert(
      fc.property(fc.nat(sound.length - 1), fc.integer({ min: 1, max: 255 }), (at, mask) => {
        const bytes = Buffer.from(sound);
        bytes[at] = (bytes[at] ?? 0) ^ mask;
        rmSync(folder, { recursive: true });
        mkdirSync(folder);
        writeFileSync(path(), bytes);
        const { store } = openStore();
        store.put("new", true);
        store.flush();
        expect(store.get("new")).toBe(true);
        store.close();
      }),
      { numRuns: 100 },
    );
  });

  it("broken while running, is replaced by what is known", async () => {
    const { store, clock, lines } = openStore();
    store.put("a", "x".repeat(20_000));
    store.flush();
    garbleOpenFile(path());
    store.put("b", 2);
    await clock.advance(180_000);
    expect(lines).toEqual([FAILS, SET_ASIDE, RECOVERS]);
    expect(onDisk("b")).toBe(2);
    expect(onDisk("a")).toBe("x".repeat(20_000));
    store.close();
  });
});

describe("a disk that fails", () => {
  it("missing at the start is said once, and used as soon as it is there", async () => {
    const stateDir = join(folder, "later");
    const { store, clock, lines } = openStore(stateDir);
    store.put("a", 1);
    await clock.advance(180_000);
    expect(store.get("a")).toBe(1);
    expect(lines).toEqual([FAILS]);
    mkdirSync(stateDir);
    await clock.advance(60_000);
    expect(lines).toEqual([FAILS, RECOVERS]);
    expect(existsSync(join(stateDir, "state.db"))).toBe(true);
    store.close();
  });

  it("values put meanwhile win over those that appear with the disk", async () => {
    fillAndClose({ a: "old", b: "old" });
    const stateDir = join(folder, "mounted-later");
    const { store, clock } = openStore(stateDir);
    store.put("a", "new");
    mkdirSync(stateDir);
    writeFileSync(join(stateDir, "state.db"), readFileSync(join(folder, "state.db")));
    await clock.advance(60_000);
    expect([store.get("a"), store.get("b")]).toEqual(["new", "old"]);
    store.close();
  });

  it("that another process holds is tried again, and control does not wait for it", async () => {
    const { store, clock, lines } = openStore();
    store.put("a", 1);
    store.flush();
    const holder = new DatabaseSync(join(folder, "state.db"));
    holder.exec("BEGIN IMMEDIATE");
    store.put("a", 2);
    const startMs = performance.now();
    store.flush();
    expect(performance.now() - startMs).toBeLessThan(1_000);
    expect(lines).toEqual([FAILS]);
    holder.exec("ROLLBACK");
    holder.close();
    await clock.advance(60_000);
    expect(lines).toEqual([FAILS, RECOVERS]);
    expect(onDisk("a")).toBe(2);
    store.close();
  });

  it("that is full keeps the values in memory and the file whole", () => {
    const { store, clock, lines } = openStore();
    store.put("a", 1);
    store.flush();
    const makeRoom = fillDisk(join(folder, "state.db"), "state");
    store.put("a", 2);
    store.put("b", 3);
    store.flush();
    expect([store.get("a"), store.get("b")]).toEqual([2, 3]);
    expect(lines).toEqual([FAILS]);
    expect([onDisk("a"), onDisk("b")]).toEqual([1, undefined]);
    makeRoom();
    store.flush();
    expect([onDisk("a"), onDisk("b")]).toEqual([2, 3]);
    expect(clock.pendingTimers).toBe(1);
    store.close();
  });

  it("that was mounted again is opened anew, and gets everything that is known", async () => {
    const { store, clock, lines } = openStore();
    const path = join(folder, "state.db");
    store.put("a", 1);
    store.flush();
    fillDisk(path, "state");
    takeDiskAway(path);
    store.put("b", 2);
    await clock.advance(120_000);
    expect(lines).toEqual([FAILS, RECOVERS]);
    expect([onDisk("a"), onDisk("b")]).toEqual([1, 2]);
    store.close();
  });

  it("that is a file instead of a folder, or may not be written, leaves the memory", () => {
    const file = join(folder, "file");
    writeFileSync(file, "");
    chmodSync(file, 0o400);
    for (const stateDir of [file, "/proc", "/dev/null/state"]) {
      const { store, lines } = openStore(stateDir);
      store.put("a", 1);
      store.flush();
      expect(store.get("a")).toBe(1);
      expect(lines).toEqual([FAILS]);
      store.close();
    }
  });
});
