import { type Clock, delay } from "../../src/ports/clock.ts";

const LOOK_AGAIN_MS = 1_000;

/** True as soon as `condition` holds, looked at each second; false after `timeoutMs`. */
export async function waitUntil(clock: Clock, timeoutMs: number, condition: () => boolean): Promise<boolean> {
  const deadlineMs = clock.monotonicMs() + timeoutMs;
  while (!condition()) {
    if (clock.monotonicMs() >= deadlineMs) return false;
    await delay(clock, LOOK_AGAIN_MS);
  }
  return true;
}
