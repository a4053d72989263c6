import { describe, expect, it } from "vitest";
import { createCrashGuard } from "../../src/control/crash-guard.ts";
import { createMemoryStateStore } from "../../src/history/memory-state-store.ts";
import type { StateStore } from "../../src/ports/state-store.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { silentLog } from "../support/silent-log.ts";
import { createRig } from "./support/rig.ts";

const MINUTE_MS = 60_000;

/** A gateway that starts and crashes on one disk, with `pausesMs` between its starts. */
async function lastOf(store: StateStore, pausesMs: readonly number[]) {
  const clock = createManualClock();
  let guard = createCrashGuard({ clock, store, log: silentLog });
  for (const pauseMs of pausesMs) {
    await clock.advance(pauseMs);
    guard = createCrashGuard({ clock, store, log: silentLog });
  }
  return { clock, guard };
}

describe("F13: a crash loop", () => {
  it.each([
    ["four starts at once are none", [0, 0, 0], false],
    ["five starts within ten minutes are one", [149_999, 150_000, 150_000, 150_000], true],
    ["five starts within just more than ten minutes are none", [150_000, 150_000, 150_000, 150_000], false],
    ["the fifth at last makes one, however many came before", [MINUTE_MS, 1, 1, 1, 1, 1, 1], true],
  ])("%s", async (_, pausesMs, isSafe) => {
    const { guard } = await lastOf(createMemoryStateStore(), pausesMs);
    expect(guard.isSafeMode()).toBe(isSafe);
  });

  it("is over after a stable hour, and the next start is no crash loop", async () => {
    const store = createMemoryStateStore();
    const { clock, guard } = await lastOf(store, [1, 1, 1, 1]);
    await clock.advance(60 * MINUTE_MS - 1);
    expect(guard.isSafeMode()).toBe(true);
    await clock.advance(1);
    expect(guard.isSafeMode()).toBe(false);
    expect(createCrashGuard({ clock, store, log: silentLog }).isSafeMode()).toBe(false);
  });

  it("is over when somebody stops the gateway", async () => {
    const store = createMemoryStateStore();
    const { clock, guard } = await lastOf(store, [1, 1, 1, 1]);
    guard.endedInOrder();
    expect(createCrashGuard({ clock, store, log: silentLog }).isSafeMode()).toBe(false);
  });

  it("is not seen in starts that a clock set back has put into the future, or in nonsense on the disk", () => {
    const store = createMemoryStateStore();
    store.put("starts", [9e15, 9e15, 9e15, 9e15, "x", null]);
    const guard = createCrashGuard({ clock: createManualClock(), store, log: silentLog });
    expect(guard.isSafeMode()).toBe(false);
  });
});

describe("safe mode", () => {
  it("gives the failsafe current whatever is asked for, says why, and gives way to the mode when it is over", async () => {
    let isSafe = true;
    const rig = createRig({ crashGuard: { isSafeMode: () => isSafe, endedInOrder() {} } });
    rig.loop.start();
    await rig.clock.advance(120_000);
    expect(rig.latest()).toMatchObject({ setpointA: 6, limitedBy: "safe_mode", mode: "none" });
    expect(rig.latest().reason.text).toContain("restarted again and again");

    isSafe = false;
    await rig.clock.advance(120_000);
    expect(rig.latest()).toMatchObject({ mode: "hems", state: "active", limitedBy: undefined });
    await rig.loop.stop();
  });
});
