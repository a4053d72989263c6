import { describe, expect, it } from "vitest";
import { createControlMemory } from "../../src/control/control-memory.ts";
import { type ControlState, initialControlState } from "../../src/core/decide.ts";
import { loopDelayMs } from "../../src/core/loop-delay.ts";
import { createMemoryStateStore } from "../../src/history/memory-state-store.ts";
import { createManualClock } from "../support/manual-clock.ts";

const DAY = "2026-06-21";
const ECHOES_MS = [30_000, 33_000, 36_000];

function learned(): ControlState {
  const state = initialControlState(DAY);
  return { ...state, loopDelay: { ...state.loopDelay, echoesMs: ECHOES_MS } };
}

function createRig() {
  const clock = createManualClock();
  const store = createMemoryStateStore();
  return { clock, store, memory: createControlMemory({ clock, store }) };
}

describe("the learned loop delay", () => {
  it.each([
    ["a restart", 5_000],
    ["a night without power", 40_000_000],
  ])("outlasts %s", async (_case, awayMs) => {
    const { clock, store, memory } = createRig();
    memory.save(learned());
    await clock.advance(awayMs);
    const { loopDelay } = createControlMemory({ clock, store }).restore(DAY);
    expect(loopDelay).toEqual({ echoesMs: ECHOES_MS, trial: undefined, isEchoing: true });
    expect(loopDelayMs(loopDelay, 12_000)).toBe(33_000);
  });

  it.each([
    ["missing", undefined],
    ["no list", 7],
    ["no list of numbers", [8_000, "9000"]],
    ["beyond all bounds", [8_000, 1e9]],
    ["negative", [-1]],
    ["longer than what is remembered", new Array(1_000).fill(8_000)],
  ])("starts afresh where what was stored is %s, and the rest is kept", (_case, echoesMs) => {
    const { store, memory } = createRig();
    memory.save({ ...learned(), solar: { day: DAY, energyWh: 400 } });
    store.put("control", { ...(store.get("control") as object), echoesMs });
    const state = memory.restore(DAY);
    expect(state.loopDelay.echoesMs).toEqual([]);
    expect(state.solar.energyWh).toBe(400);
  });
});
