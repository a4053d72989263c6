import type { Bench } from "./bench.ts";

/** What the box offers where nobody limits it, A per phase. */
export const UNLIMITED_A = 16;

/** Longer than anything that was sent at the start is on its way to the car, s. */
const STEADY_S = 40;

/**
 * Waits until the daemon has heard the operator and the car charges as fast as it can, and goes on to; `beat` keeps an
 * operator that has to speak from falling silent meanwhile.
 */
export async function untilUnlimited(
  bench: Bench,
  withinSeconds: number,
  beat?: () => Promise<unknown>,
): Promise<void> {
  const start = bench.history.mark();
  await bench.within(withinSeconds, async () => {
    await beat?.();
    const latest = bench.history.since(start).slice(-STEADY_S);
    if (latest.length < STEADY_S || latest.some(({ chargePowerW }) => chargePowerW < 10_000)) return false;
    const state = (await bench.state())?.state;
    return state?.grid_operator?.state === "unlimited_controlled" && state.setpoint_a === UNLIMITED_A;
  });
}

/** Seconds of the house from now until the car draws no more than this. */
export async function secondsUntilBelow(
  bench: Bench,
  powerW: number,
  withinSeconds: number,
): Promise<number> {
  const fromMs = bench.site.house.nowMs;
  await bench.within(withinSeconds, () => bench.site.house.readings().chargePowerW <= powerW);
  return (bench.site.house.nowMs - fromMs) / 1_000;
}
