import { describe, expect, it } from "vitest";
import { createScaledClock, createSystemClock } from "../../src/service/clock.ts";

describe("the system clock", () => {
  it("tells the machine's wall time, and elapsed time that never goes back", () => {
    const clock = createSystemClock();
    expect(Math.abs(clock.wallMs() - Date.now())).toBeLessThan(1_000);
    const times = Array.from({ length: 1_000 }, () => clock.monotonicMs());
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  it("never fires early", async () => {
    const clock = createSystemClock();
    const startMs = clock.monotonicMs();
    await new Promise<void>((resolve) => clock.setTimeout(resolve, 20));
    expect(clock.monotonicMs() - startMs).toBeGreaterThanOrEqual(20);
  });

  it("does not fire a cancelled timer, and cancelling twice is nothing", async () => {
    const clock = createSystemClock();
    let fired = false;
    const timer = clock.setTimeout(() => {
      fired = true;
    }, 1);
    clock.clearTimeout(timer);
    clock.clearTimeout(timer);
    await new Promise<void>((resolve) => clock.setTimeout(resolve, 10));
    expect(fired).toBe(false);
  });
});

describe("a scaled clock", () => {
  it("runs wall and elapsed time alike, from now on", async () => {
    const clock = createScaledClock(1_000);
    const startMs = clock.monotonicMs();
    const startWallMs = clock.wallMs();
    await new Promise<void>((resolve) => clock.setTimeout(resolve, 20_000));
    const elapsedMs = clock.monotonicMs() - startMs;
    expect(elapsedMs).toBeGreaterThanOrEqual(20_000);
    expect(clock.wallMs() - startWallMs).toBeGreaterThanOrEqual(elapsedMs);
  });

  it("waits longer than Node's longest timeout, which alone would fire at once", async () => {
    const slow = createScaledClock(1);
    let fired = false;
    const timer = slow.setTimeout(() => {
      fired = true;
    }, 2 ** 31);
    await new Promise<void>((resolve) => slow.setTimeout(resolve, 20));
    slow.clearTimeout(timer);
    expect(fired).toBe(false);

    const fast = createScaledClock(1e9);
    await new Promise<void>((resolve) => fast.setTimeout(resolve, 2 ** 32));
  });
});
