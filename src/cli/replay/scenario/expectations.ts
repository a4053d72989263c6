import type { ScenarioOutcome } from "./run-scenario.ts";
import { FIGURE_NAMES, type Range, type Scenario } from "./scenario-schema.ts";

type Expectation = Scenario["expect"];

/** Every expectation that did not come true, as a sentence. */
export function unmetExpectations(
  { figures, reasons, end }: Expectation,
  seen: Pick<ScenarioOutcome, "figures" | "reasons" | "last">,
): readonly string[] {
  const { last } = seen;
  return [
    ...FIGURE_NAMES.flatMap((name) => outside(name, seen.figures[name], figures[name])),
    ...reasons.seen
      .filter((code) => !seen.reasons.includes(code))
      .map((code) => `the reason ${code} was never given`),
    ...reasons.never
      .filter((code) => seen.reasons.includes(code))
      .map((code) => `the reason ${code} was given`),
    ...outside("the set point at the end", last.setpointA, end.setpoint_a),
    ...different("the state at the end", last.state, end.state),
    ...different("the reason at the end", last.reason.code, end.reason),
  ];
}

function outside(what: string, value: number, range: Range = {}): readonly string[] {
  const shown = Math.round(value * 1_000) / 1_000;
  if (range.min !== undefined && value < range.min) return [`${what} is ${shown}, below ${range.min}`];
  if (range.max !== undefined && value > range.max) return [`${what} is ${shown}, above ${range.max}`];
  return [];
}

function different(what: string, value: string, expected: string | undefined): readonly string[] {
  return expected === undefined || value === expected ? [] : [`${what} is ${value}, not ${expected}`];
}
