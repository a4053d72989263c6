import { EXIT } from "../../service/exit-codes.ts";
import type { CliIo, Command } from "../command.ts";
import { historyOptions, rangeOptions } from "../history/history-place.ts";
import { tuneRequest } from "./tune-request.ts";
import { runTune, stepBack } from "./tune-run.ts";
import { tuneText, tuneWire } from "./tune-text.ts";

export const tuneCommand: Command = {
  positionals: { usage: "[FILE...]", min: 0, max: Number.POSITIVE_INFINITY },
  options: {
    ...historyOptions,
    ...rangeOptions,
    trace: { summary: "Shipped day, or a CSV file time,pv_w,load_w; repeatable.", placeholder: "FILE" },
    days: { summary: "The newest N whole days; default 14.", placeholder: "N" },
    "start-w": { summary: "The present start, W; else the newest recorded.", placeholder: "N" },
    "stop-w": { summary: "The present stop, W; else the newest recorded.", placeholder: "N" },
    "import-ct": {
      summary: "What a kWh from the grid costs; with --export-ct, money decides.",
      placeholder: "CT",
    },
    "export-ct": { summary: "What a kWh fed into the grid brings.", placeholder: "CT" },
    "car-ct": {
      summary: "What a kWh charged at other times costs; default as --import-ct.",
      placeholder: "CT",
    },
    device: {
      summary: "As of replay; what is not given comes from the history, else nominal.",
      placeholder: "KEY=VALUE,...",
    },
    phases: { summary: "auto, 1 or 3; default as recorded, else auto.", placeholder: "N" },
    json: { summary: "Print the figures as JSON." },
  },
  example: "hems-edge tune --history /var/lib/hems-edge --days 14",
  async run(input) {
    const asked = tuneRequest(input);
    if (!asked.ok) {
      input.io.err(`hems-edge tune: ${asked.problem}\n`);
      return EXIT.usage;
    }
    stepBack();
    const line = progress(input.io);
    const result = await runTune(asked.request, line.tell);
    line.end();
    input.io.out(
      input.switches.has("json")
        ? `${JSON.stringify(tuneWire(asked.request, result))}\n`
        : tuneText(asked.request, result),
    );
    return EXIT.ok;
  },
};

/** Replays done, on one line that the result takes the place of; nothing in a pipe. */
function progress({ isTerminal, err }: CliIo) {
  return {
    tell(done: number, most: number): void {
      if (isTerminal) err(`\r${done} of about ${most} replays`);
    },
    end(): void {
      if (isTerminal) err(`\r${" ".repeat(40)}\r`);
    },
  };
}
