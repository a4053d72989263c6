import { EXIT } from "../../service/exit-codes.ts";
import type { CliIo, Command, CommandInput } from "../command.ts";
import { historyOptions, rangeOptions } from "../history/history-place.ts";
import { replayFigures } from "./replay-figures.ts";
import { replayRequest } from "./replay-request.ts";
import { replayTable } from "./replay-table.ts";
import { runScenario, type ScenarioOutcome } from "./scenario/run-scenario.ts";
import { loadScenarioFile } from "./scenario/scenario-file.ts";
import { scenarioText, scenarioWire } from "./scenario/scenario-text.ts";

export const replayCommand: Command = {
  positionals: { usage: "[FILE...]", min: 0, max: Number.POSITIVE_INFINITY },
  options: {
    trace: { summary: "Shipped day, or a CSV file time,pv_w,load_w; repeatable.", placeholder: "FILE" },
    ...historyOptions,
    ...rangeOptions,
    scenario: {
      summary:
        "Scenario file: its house, car and device, and whether its expectation comes true; repeatable.",
      placeholder: "FILE",
    },
    controller: {
      summary: "hems-edge, evcc-like, openwb-like, thermostat, naive or optimum; default hems-edge.",
      placeholder: "NAME",
    },
    device: {
      summary: "dead_s, meter_s, power_s, start_s, step_a, min_a, max_a, offset_a; as dead_s=10,power_s=60.",
      placeholder: "KEY=VALUE,...",
    },
    phases: { summary: "auto, 1 or 3; default auto.", placeholder: "N" },
    "start-w": { summary: "Export, W, at which charging may start.", placeholder: "N" },
    "stop-w": { summary: "Import, W, above which charging stops.", placeholder: "N" },
    json: { summary: "Print the figures as JSON." },
  },
  example: "hems-edge replay --trace 2022-03-19_golden_clear --start-w 2000 --stop-w 300",
  async run(input) {
    const { scenario } = input.lists;
    // A shell puts all files of a pattern behind one option: the rest arrive as positionals.
    if (scenario !== undefined) return await runScenarios([...scenario, ...input.positionals], input);
    const asked = replayRequest(input);
    if (!asked.ok) {
      input.io.err(`hems-edge replay: ${asked.problem}\n`);
      return EXIT.usage;
    }
    const figures = await replayFigures(asked.request, progress(input.io));
    input.io.out(
      input.switches.has("json") ? `${JSON.stringify(figures)}\n` : replayTable(figures, asked.request),
    );
    return EXIT.ok;
  },
};

async function runScenarios(files: readonly string[], input: CommandInput): Promise<number> {
  const outcomes: ScenarioOutcome[] = [];
  for (const file of files) {
    const loaded = scenarioProblem(input) ?? loadScenarioFile(file);
    const result = loaded.ok ? await runScenario(loaded.scenario) : loaded;
    if (!result.ok) {
      input.io.err(`hems-edge replay: ${result.problem}\n`);
      return EXIT.usage;
    }
    outcomes.push(result.outcome);
  }
  const isJson = input.switches.has("json");
  input.io.out(
    isJson ? `${JSON.stringify(outcomes.map(scenarioWire))}\n` : outcomes.map(scenarioText).join("\n"),
  );
  return outcomes.every(({ unmet }) => unmet.length === 0) ? EXIT.ok : EXIT.failure;
}

function scenarioProblem({ lists }: CommandInput) {
  if (Object.keys(lists).every((name) => name === "scenario")) return undefined;
  return { ok: false as const, problem: "--scenario goes with --json only: the file says everything else" };
}

/** Days done, on one line that the result takes the place of; nothing in a pipe. */
function progress({ isTerminal, err }: CliIo): ((done: number, all: number) => void) | undefined {
  if (!isTerminal) return undefined;
  return (done, all) => err(done < all ? `\r${done} of ${all} days` : "\r                    \r");
}
