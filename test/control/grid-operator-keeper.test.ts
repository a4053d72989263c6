import { describe, expect, it } from "vitest";
import { createGridOperatorKeeper } from "../../src/control/grid-operator-keeper.ts";
import { createOperatorInbox } from "../../src/grid-operator/operator-inbox.ts";
import type { StateStore } from "../../src/ports/state-store.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { silentLog } from "../support/silent-log.ts";
import { createFakeStore } from "./support/fakes.ts";
import { createRig } from "./support/rig.ts";

const RULES = { minimumW: 4_200, failsafeW: 4_200, failsafeMinimumMs: 7_200_000, endsFailsafeAlone: false };

function keeperRig(
  given: { readonly store?: StateStore; readonly clock?: ReturnType<typeof createManualClock> } = {},
) {
  const clock = given.clock ?? createManualClock();
  const store = given.store ?? createFakeStore();
  const inbox = createOperatorInbox(clock);
  const source = { latest: inbox.latest, start() {}, async stop() {} };
  const keeper = createGridOperatorKeeper(
    { rules: RULES, timeZone: "Europe/Berlin" },
    { clock, log: silentLog, store, source },
  );
  const limit = (limitW: number, durationMs?: number) =>
    inbox.take({ command: { isActive: true, limitW, durationMs } });
  return { clock, store, inbox, limit, pass: () => keeper.pass(clock.monotonicMs()) };
}

describe("the operator's limit from pass to pass", () => {
  it("begins in the pass after the command and tells its end as clocks in the house show it", async () => {
    const { clock, limit, pass } = keeperRig();
    expect(pass()).toMatchObject({ state: "init", limitW: 4_200 });
    limit(5_000, 1_800_000);
    expect(pass()).toEqual({
      state: "limited",
      limitW: 5_000,
      endsWallMs: clock.wallMs() + 1_800_000,
      endsAtClock: "07:30",
    });
    await clock.advance(1);
    limit(6_000);
    expect(pass()).toEqual({
      state: "limited",
      limitW: 6_000,
      endsWallMs: undefined,
      endsAtClock: undefined,
    });
  });

  it("becomes the failsafe limit after 120 s of silence", async () => {
    const { clock, limit, pass } = keeperRig();
    limit(8_000);
    pass();
    await clock.advance(119_999);
    expect(pass().limitW).toBe(8_000);
    await clock.advance(1);
    expect(pass()).toMatchObject({ state: "failsafe", limitW: 4_200 });
  });

  it("is not lifted by a restart, and ends when it would have", async () => {
    const before = keeperRig();
    before.limit(5_000, 60_000);
    before.pass();
    await before.clock.advance(10_000);
    const { clock, store } = before;
    const after = keeperRig({ clock, store });
    expect(after.pass()).toMatchObject({
      state: "limited",
      limitW: 5_000,
      endsWallMs: clock.wallMs() + 50_000,
    });
    await clock.advance(50_000);
    expect(after.pass()).toMatchObject({ state: "unlimited_controlled", limitW: undefined });
  });

  it.each([
    ["nonsense", "limited"],
    ["an unknown state", { state: "free", wallMs: 0 }],
    ["no time", { state: "limited", limitW: 5_000 }],
    ["a limit that is no number", { state: "limited", limitW: "5000", wallMs: 0 }],
  ])("begins anew with %s in the store", (_case, stored) => {
    const store = createFakeStore();
    store.put("grid-operator", stored);
    expect(keeperRig({ store }).pass().state).toBe("init");
  });

  it("is written down at once when it changes, and rarely while it does not", async () => {
    const store = createFakeStore();
    const { clock, limit, pass } = keeperRig({ store });
    limit(5_000, 600_000);
    pass();
    expect([store.puts.length, store.flushes]).toEqual([1, 1]);
    for (let second = 0; second < 60; second++) {
      pass();
      await clock.advance(1_000);
    }
    pass();
    expect([store.puts.length, store.flushes]).toEqual([2, 1]);
  });
});

describe("a control loop under a grid operator", () => {
  it("limits the car in the pass after the command, in any mode, and names the limit", async () => {
    const clock = createManualClock();
    const inbox = createOperatorInbox(clock);
    const gridOperator = createGridOperatorKeeper(
      { rules: { ...RULES, minimumW: 0 }, timeZone: "UTC" },
      {
        clock,
        log: silentLog,
        store: createFakeStore(),
        source: { latest: inbox.latest, start() {}, async stop() {} },
      },
    );
    const rig = createRig({ clock, gridOperator });
    rig.houseW = 500;
    rig.commands.setMode("none");
    inbox.take({ command: { isActive: false, limitW: 0, durationMs: undefined } });
    rig.loop.start();
    await clock.advance(100_000);
    expect(rig.latest()).toMatchObject({ setpointA: 16, limitedBy: undefined });
    inbox.take({ command: { isActive: true, limitW: 2_300, durationMs: undefined } });
    await clock.advance(2_000);
    expect(rig.latest()).toMatchObject({
      limitedBy: "grid_operator",
      setpointA: 10,
      gridOperator: { state: "limited", limitW: 2_300 },
    });
    expect(rig.latest().reason.text).toContain("by the grid operator (2\u00a0300 W from the grid)");
    await rig.loop.stop();
  });
});
