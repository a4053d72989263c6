import { describe, expect, it } from "vitest";
import type { LimitPeriod } from "../../src/core/limit-periods.ts";
import { createLimitLog } from "../../src/history/limit-log.ts";
import { createFakeStore, type FakeStore } from "../control/support/fakes.ts";
import { sampleReport } from "../support/sample-report.ts";
import { silentLog } from "../support/silent-log.ts";

const FIGURES = { mainFuseA: 35, unbalanceLimitA: 20, importLimitW: undefined };
const NOVEMBER_MS = Date.UTC(2026, 10, 25, 18);
const DAY_MS = 86_400_000;
const ALL = { fromMs: 0, toMs: Number.POSITIVE_INFINITY };

function limitRig(store: FakeStore = createFakeStore()) {
  const told: [string, LimitPeriod["limit"]][] = [];
  const log = createLimitLog(FIGURES, {
    store,
    log: silentLog,
    listener: (kind, { limit }) => void told.push([kind, limit]),
  });
  /** A pass at this second of this day. */
  function pass(atS: number, limitW: number | undefined, { dayMs = NOVEMBER_MS, isFuse = false } = {}) {
    const report = sampleReport({
      monotonicMs: (dayMs - NOVEMBER_MS) / 1_000 + atS * 1_000,
      wallMs: dayMs + atS * 1_000,
      gridOperator: {
        state: limitW === undefined ? "unlimited_controlled" : "limited",
        limitW,
        endsWallMs: undefined,
        endsAtClock: undefined,
      },
    });
    const [box] = report.wallboxes;
    const limitedBy = isFuse ? ("main_fuse" as const) : undefined;
    log.report({ ...report, wallboxes: box === undefined ? [] : [{ ...box, limitedBy }] });
  }
  return { store, log, told, pass };
}

describe("the evidence of limits", () => {
  it("tells each period as it begins and ends, and keeps it", () => {
    const { log, told, pass, store } = limitRig();
    pass(0, 4_200);
    expect(log.periods(ALL, 9)).toMatchObject([{ limit: "grid_operator", value: 4_200, isOver: false }]);
    const flushes = store.flushes;
    expect(flushes).toBeGreaterThan(0);
    pass(1, undefined);
    expect(store.flushes).toBeGreaterThan(flushes);
    expect(told).toEqual([
      ["began", "grid_operator"],
      ["ended", "grid_operator"],
    ]);
    expect(log.periods(ALL, 9)).toMatchObject([{ endWallMs: NOVEMBER_MS, isOver: true }]);
  });

  it("survives a restart, and takes what went on as over when it was last seen", () => {
    const before = limitRig();
    before.pass(0, 4_200);
    before.pass(30, 4_200);
    before.pass(61, 4_200);
    before.pass(90, 4_200);
    const { log } = limitRig(before.store);
    expect(log.periods(ALL, 9)).toMatchObject([{ endWallMs: NOVEMBER_MS + 61_000, isOver: true }]);
    expect(limitRig(before.store).log.periods(ALL, 9)).toHaveLength(1);
  });

  it("loses nothing of a period at an orderly end", () => {
    const before = limitRig();
    before.pass(0, 4_200);
    before.pass(30, 4_200);
    before.log.save();
    expect(limitRig(before.store).log.periods(ALL, 9)).toMatchObject([{ endWallMs: NOVEMBER_MS + 30_000 }]);
  });

  it("gives the newest first, only those in the range, and no more than asked for", () => {
    const { log, pass } = limitRig();
    for (const day of [0, 1, 2]) {
      pass(0, 4_200 + day, { dayMs: NOVEMBER_MS + day * DAY_MS });
      pass(5, undefined, { dayMs: NOVEMBER_MS + day * DAY_MS });
    }
    const values = (range: { fromMs: number; toMs: number }, most = 9) =>
      log.periods(range, most).map(({ value }) => value);
    expect(values(ALL)).toEqual([4_202, 4_201, 4_200]);
    expect(values(ALL, 2)).toEqual([4_202, 4_201]);
    expect(values({ fromMs: NOVEMBER_MS + 1, toMs: NOVEMBER_MS + 2 * DAY_MS })).toEqual([4_202, 4_201]);
    expect(values({ fromMs: NOVEMBER_MS, toMs: NOVEMBER_MS })).toEqual([4_200]);
  });

  it("forgets what is older than 25 months", () => {
    const { log, pass, store } = limitRig();
    for (let month = 0; month < 26; month++) {
      const dayMs = Date.UTC(2026, month, 15);
      pass(0, 4_200 + month, { dayMs });
      pass(1, undefined, { dayMs });
    }
    const kept = log.periods(ALL, 99);
    expect(kept).toHaveLength(25);
    expect(kept.at(-1)?.value).toBe(4_201);
    expect(store.get("limits/2026-01")).toEqual([]);
  });

  it("drops the oldest of a month that is full, the operator's last", () => {
    const { log, pass } = limitRig();
    pass(0, 4_200);
    pass(1, undefined);
    for (let index = 1; index <= 501; index++) {
      pass(index * 200, undefined, { isFuse: true });
      pass(index * 200 + 100, undefined);
    }
    const kept = log.periods(ALL, 999);
    expect(kept).toHaveLength(500);
    expect(kept.at(-1)).toMatchObject({ limit: "grid_operator" });
    expect(kept.at(-2)).toMatchObject({ limit: "main_fuse", startWallMs: NOVEMBER_MS + 600_000 });
  });

  it.each([
    ["limits/open", "nonsense"],
    [
      "limits/open",
      [{ limit: "grid_operator" }, { limit: "moon", value: 1, startWallMs: 1, endWallMs: 1 }, null],
    ],
    ["limits/months", 7],
    ["limits/months", [7]],
  ])("is not disturbed by %s being %o", (key, stored) => {
    const store = createFakeStore();
    store.put(key, stored);
    const { log, pass } = limitRig(store);
    pass(0, 4_200);
    expect(log.periods(ALL, 9)).toHaveLength(1);
  });
});
