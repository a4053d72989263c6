import { EVENT_CSV, historyCsv, SESSION_CSV } from "../../api/history-csv.ts";
import { eventWire, historyRowWire, sessionWire } from "../../api/history-wire.ts";
import type { HistoryFile } from "../../history/history-file.ts";
import { RESOLUTIONS } from "../../ports/history.ts";
import { createSystemClock } from "../../service/clock.ts";
import { EXIT } from "../../service/exit-codes.ts";
import type { Command, CommandInput } from "../command.ts";
import { commandGroup } from "../command-group.ts";
import { type Export, writeExport } from "./export-writer.ts";
import { historyOptions, openNamedHistory, rangeOptions, timeSpan } from "./history-place.ts";

const format = { summary: "csv or json; default csv.", placeholder: "FORMAT" };
const json = { summary: "The same as --format json." };
const exportOptions = { ...rangeOptions, format, json, ...historyOptions };

const exportRows: Command = {
  options: {
    ...exportOptions,
    resolution: { summary: "minute, quarter or day; default quarter.", placeholder: "STEP" },
  },
  example: "hems-edge history export --from 2026-11-01 --resolution day",
  run: (input) =>
    exported("history export", input, (file) => {
      const resolution = RESOLUTIONS.find((name) => name === (input.texts.resolution ?? "quarter"));
      if (resolution === undefined) return `--resolution takes one of ${RESOLUTIONS.join(", ")}`;
      return {
        csv: historyCsv(file.wallboxes),
        wire: historyRowWire,
        page: (range) => file.rows(resolution, range),
      };
    }),
};

const exportEvents: Command = {
  options: exportOptions,
  example: "hems-edge history events --from 2026-11-01 --format json",
  run: (input) =>
    exported("history events", input, (file) => ({ csv: EVENT_CSV, wire: eventWire, page: file.events })),
};

const exportSessions: Command = {
  options: exportOptions,
  example: "hems-edge sessions export --from 2026-01-01 --to 2027-01-01",
  run: (input) =>
    exported("sessions export", input, (file) => ({
      csv: SESSION_CSV,
      wire: sessionWire,
      page: file.sessions,
    })),
};

export const historyCommand = commandGroup("history", [
  {
    name: "history export",
    summary: "Energies by minutes, quarters of an hour or days.",
    load: async () => exportRows,
  },
  { name: "history events", summary: "What happened, with reasons.", load: async () => exportEvents },
]);

export const sessionsCommand = commandGroup("sessions", [
  {
    name: "sessions export",
    summary: "Charging sessions that are over, with the part of the sun.",
    load: async () => exportSessions,
  },
]);

/** Prints everything of a span; a mistake of the person is exit code 2, a file that breaks is 1. */
async function exported<T>(
  name: string,
  input: CommandInput,
  exportOf: (file: HistoryFile) => Export<T> | string,
): Promise<number> {
  const { texts, switches, io } = input;
  const fail = (problem: string): number => {
    io.err(`hems-edge ${name}: ${problem}\n`);
    return EXIT.usage;
  };
  const asked = switches.has("json") ? "json" : (texts.format ?? "csv");
  if (asked !== "csv" && asked !== "json") return fail("--format takes csv or json");
  const opened = openNamedHistory(input);
  if (!opened.ok) return fail(opened.problem);
  const { file } = opened;
  try {
    const span = timeSpan(texts, { timeZone: file.timeZone, nowMs: createSystemClock().wallMs() });
    if (typeof span === "string") return fail(span);
    const what = exportOf(file);
    if (typeof what === "string") return fail(what);
    await writeExport(what, { span, format: asked, out: io.out });
    return EXIT.ok;
  } catch (error) {
    io.err(`hems-edge ${name}: ${file.path} breaks off: ${error instanceof Error ? error.message : error}\n`);
    return EXIT.failure;
  } finally {
    file.close();
  }
}
