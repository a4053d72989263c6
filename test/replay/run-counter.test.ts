import { describe, expect, it } from "vitest";
import { createRunCounter } from "../../src/cli/replay/run-counter.ts";

/** Counts a day written in seconds: `c` charging, `.` paused, `s` paused while phases change. */
function counted(...parts: readonly (readonly [kind: "c" | "." | "s", seconds: number])[]) {
  const counter = createRunCounter();
  let nowMs = 0;
  for (const [kind, seconds] of parts) {
    for (let second = 0; second < seconds; second++) {
      nowMs += 1_000;
      counter.passSecond(nowMs, kind === "c", kind === "s");
    }
  }
  return counter.counts();
}

describe("runs of charging", () => {
  it.each([
    { seconds: 299, shortRuns: 1 },
    { seconds: 300, shortRuns: 0 },
  ])("a run of $seconds s makes $shortRuns short ones", ({ seconds, shortRuns }) => {
    expect(counted([".", 10], ["c", seconds], [".", 10])).toEqual({ starts: 1, shortRuns, phaseSwitches: 0 });
  });

  it("counts a run that is not over at the end of the day", () => {
    expect(counted([".", 10], ["c", 20])).toEqual({ starts: 1, shortRuns: 1, phaseSwitches: 0 });
  });

  it("begins anew after any pause", () => {
    expect(counted(["c", 400], [".", 1], ["c", 400])).toEqual({ starts: 2, shortRuns: 0, phaseSwitches: 0 });
  });

  it("goes on through a pause in which phases change", () => {
    const figures = counted(["c", 200], [".", 40], ["s", 30], [".", 15], ["c", 200]);
    expect(figures).toEqual({ starts: 1, shortRuns: 0, phaseSwitches: 1 });
  });

  it("ends in a pause that is longer than a change of phases takes", () => {
    const figures = counted(["c", 400], ["s", 30], [".", 160], ["c", 400]);
    expect(figures).toEqual({ starts: 2, shortRuns: 0, phaseSwitches: 1 });
  });

  it("counts changes of phases while nothing charges", () => {
    expect(counted(["s", 30], [".", 5], ["s", 30])).toEqual({ starts: 0, shortRuns: 0, phaseSwitches: 2 });
  });
});
