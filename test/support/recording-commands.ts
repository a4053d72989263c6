import type { Settings } from "../../src/core/settings.ts";
import type { CommandOutcome, Commands } from "../../src/ports/commands.ts";
import { sampleReport } from "./sample-report.ts";

/** What led to `sampleReport`. */
const SETTINGS: Settings = {
  mode: sampleReport().mode,
  thresholds: sampleReport().thresholds.asked,
  maxCurrentA: undefined,
};

/** Commands that write down what they are asked, and answer with `outcome`. */
export function recordingCommands() {
  const asked: unknown[][] = [];
  const recorder = {
    asked,
    outcome: { ok: true } as CommandOutcome,
    commands: {
      settings: () => SETTINGS,
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
