import type { ScenarioOutcome } from "./run-scenario.ts";
import { FIGURE_NAMES } from "./scenario-schema.ts";

/** What `--json` prints of a scenario. */
export function scenarioWire({ title, figures, reasons, last, unmet }: ScenarioOutcome) {
  return {
    title,
    figures: Object.fromEntries(FIGURE_NAMES.map((name) => [name, rounded(figures[name])])),
    reasons,
    end: { state: last.state, setpoint_a: last.setpointA, reason: last.reason.code },
    unmet,
  };
}

/** A scenario for a person. */
export function scenarioText({ title, figures, reasons, last, unmet }: ScenarioOutcome): string {
  const verdict = unmet.length === 0 ? ["as expected"] : unmet.map((line) => `NOT AS EXPECTED: ${line}`);
  return [
    title,
    ...verdict.map((line) => `  ${line}`),
    ...FIGURE_NAMES.map((name) => `  ${name.padEnd(18)} ${rounded(figures[name])}`),
    `  ${"reasons".padEnd(18)} ${reasons.join(", ")}`,
    `  ${"end".padEnd(18)} ${last.state}, ${last.setpointA} A: ${last.reason.text}`,
    "",
  ].join("\n");
}

function rounded(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
