import { EXIT } from "../../service/exit-codes.ts";
import type { CliIo, Command } from "../command.ts";
import { replayFigures } from "./replay-figures.ts";
import { replayRequest } from "./replay-request.ts";
import { replayTable } from "./replay-table.ts";

export const replayCommand: Command = {
  positionals: { usage: "[FILE...]", min: 0, max: Number.POSITIVE_INFINITY },
  options: {
    trace: { summary: "Shipped day, or a CSV file time,pv_w,load_w; repeatable.", placeholder: "FILE" },
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

/** Days done, on one line that the result takes the place of; nothing in a pipe. */
function progress({ isTerminal, err }: CliIo): ((done: number, all: number) => void) | undefined {
  if (!isTerminal) return undefined;
  return (done, all) => err(done < all ? `\r${done} of ${all} days` : "\r                    \r");
}
