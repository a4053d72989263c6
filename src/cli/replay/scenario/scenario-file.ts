import { readFileSync, statSync } from "node:fs";
import { type ConfigPath, formatProblems } from "../../../config/problem.ts";
import { configSchema } from "../../../config/schema.ts";
import { parseYaml } from "../../../config/yaml-file.ts";
import { replayConfigFile } from "../replay-config.ts";
import { type Scenario, scenarioSchema } from "./scenario-schema.ts";
import { scenarioSetup } from "./scenario-setup.ts";

const MAX_FILE_BYTES = 256 * 1_024;

export type ScenarioFileResult =
  | { readonly ok: true; readonly scenario: Scenario }
  | { readonly ok: false; readonly problem: string };

/** Reads a scenario from a YAML or JSON file; a problem names the file, the line and the field. */
export function loadScenarioFile(path: string): ScenarioFileResult {
  try {
    if (statSync(path).size > MAX_FILE_BYTES) {
      return { ok: false, problem: `${path} is larger than any scenario: name a scenario file` };
    }
    const result = parseScenario(readFileSync(path, "utf8"));
    return result.ok ? result : { ok: false, problem: `${path}:\n${result.problem}` };
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
    return { ok: false, problem: `${path} cannot be read (${code}): name an existing scenario file` };
  }
}

/** A scenario from the text of its file. All problems are told at once. */
export function parseScenario(text: string): ScenarioFileResult {
  const yaml = parseYaml(text);
  if (yaml.problems.length > 0) return { ok: false, problem: formatProblems(yaml.problems) };
  const parsed = scenarioSchema.safeParse(yaml.value);
  const issues = parsed.success
    ? configIssues(parsed.data)
    : parsed.error.issues.map(({ path, message }) => ({ at: pathOf(path), message }));
  if (parsed.success && issues.length === 0) return { ok: true, scenario: parsed.data };
  const problems = issues.map(({ at, message }) =>
    yaml.locate({ at, problem: message, remedy: "see test/scenarios/README.md" }),
  );
  return { ok: false, problem: formatProblems(problems) };
}

interface Issue {
  readonly at: ConfigPath;
  readonly message: string;
}

/** The daemon's config must stand as a whole, on the devices of the scenario. */
function configIssues(scenario: Scenario): readonly Issue[] {
  const setup = scenarioSetup(scenario);
  const issues = [setup, ...setup.moreBoxes].flatMap(({ device }, index) => {
    const at: ConfigPath = index === 0 ? ["device"] : ["more_boxes", index - 1, "device"];
    return device.minA > device.maxA ? [{ at, message: "min_a is above max_a" }] : [];
  });
  if (issues.length > 0) return issues;
  const checked = configSchema.safeParse(replayConfigFile(setup));
  if (checked.success) return [];
  return checked.error.issues.map(({ path, message }) => ({ at: ["config", ...pathOf(path)], message }));
}

function pathOf(path: readonly PropertyKey[]): ConfigPath {
  return path.map((part) => (typeof part === "number" ? part : String(part)));
}
