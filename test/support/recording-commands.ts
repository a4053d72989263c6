import type { CommandOutcome, Commands } from "../../src/ports/commands.ts";

/** Commands that write down what they are asked, and answer with `outcome`. */
export function recordingCommands() {
  const asked: unknown[][] = [];
  const recorder = {
    asked,
    outcome: { ok: true } as CommandOutcome,
    commands: {
      setMode: (mode) => record("setMode", mode),
      setThresholds: (change) => record("setThresholds", change),
      startBoost: (...name) => record("startBoost", ...name),
      cancelBoost: (...name) => record("cancelBoost", ...name),
      setMaxCurrent: (currentA) => record("setMaxCurrent", currentA),
      setChargePlan: (...choice) => record("setChargePlan", ...choice),
    } satisfies Commands,
  };
  function record(...call: unknown[]): CommandOutcome {
    asked.push(call);
    return recorder.outcome;
  }
  return recorder;
}
