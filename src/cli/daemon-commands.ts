import { z } from "zod";
import { laidOutCode } from "../api/login/access-file.ts";
import { closestName } from "../config/closest-name.ts";
import { CHARGING_MODES } from "../core/settings.ts";
import { EXIT } from "../service/exit-codes.ts";
import { statePlaces } from "./backup/state-files.ts";
import type { Command, CommandInput } from "./command.ts";
import { askDaemon, daemonOptions, isDaemonRunning } from "./daemon-client.ts";
import type { DaemonRequest } from "./daemon-connection.ts";
import { type DaemonState, daemonStateSchema, stateText, whyText } from "./daemon-state.ts";

const json = { summary: "Print JSON." };

export const statusCommand: Command = {
  options: {
    ...daemonOptions,
    watch: { summary: "Stay and show every change; q ends. In a pipe: a line for each change." },
    json,
  },
  example: "hems-edge status --watch",
  async run(input) {
    if (input.switches.has("watch")) return (await import("./watch/watch-status.ts")).watchStatus(input);
    const code = await show(input, stateText, (body) => body);
    if (!input.switches.has("json")) input.io.out(await setUpCodeText(input));
    return code;
  },
};

export const whyCommand: Command = {
  options: { ...daemonOptions, json },
  example: "hems-edge why",
  run: (input) =>
    show(input, whyText, (_, { state }) => ({
      reason: state.reason,
      reason_text: state.reason_text,
      limited_by: state.limited_by,
      thresholds: state.thresholds,
      wallboxes: state.wallboxes,
    })),
};

export const modeCommand: Command = {
  positionals: { usage: "[MODE]", min: 0, max: 1 },
  options: { ...daemonOptions, json },
  example: "hems-edge mode hems",
  async run(input) {
    const [mode] = input.positionals;
    if (mode === undefined) {
      return show(
        input,
        ({ state }) => `${state.mode}\n`,
        (_, { state }) => ({ mode: state.mode }),
      );
    }
    if (!CHARGING_MODES.some((known) => known === mode)) {
      const meant = closestName(mode, CHARGING_MODES);
      const hint = meant === undefined ? `one of ${CHARGING_MODES.join(", ")}` : `did you mean ${meant}?`;
      input.io.err(`hems-edge mode: unknown mode ${mode}, ${hint}\n`);
      return EXIT.usage;
    }
    return command(input, { method: "PUT", path: "/api/mode", body: { mode } }, { mode }, `mode ${mode}\n`);
  },
};

export const boostCommand: Command = {
  options: {
    ...daemonOptions,
    cancel: { summary: "Go back to the mode." },
    wallbox: { summary: "Name of the wallbox, where there are several.", placeholder: "NAME" },
    json,
  },
  example: "hems-edge boost --cancel",
  run(input) {
    const isCancel = input.switches.has("cancel");
    const { wallbox } = input.texts;
    const path = wallbox === undefined ? "/api/boost" : `/api/boost?wallbox=${encodeURIComponent(wallbox)}`;
    const request: DaemonRequest = { method: isCancel ? "DELETE" : "POST", path };
    return command(
      input,
      request,
      { boost: !isCancel, ...(wallbox === undefined ? {} : { wallbox }) },
      isCancel ? "boost cancelled\n" : "boost requested\n",
    );
  },
};

/** The code for the page's first password, for whoever may read the state folder; of this machine's daemon only. */
async function setUpCodeText(input: CommandInput): Promise<string> {
  if (input.texts.url !== undefined) return "";
  const code = laidOutCode(statePlaces(input).stateDir);
  if (code === undefined || !(await isDaemonRunning(input))) return "";
  return `page      no password yet: open it, and set one with the set-up code ${code}\n`;
}

/** Prints the daemon's state, as text or JSON. */
async function show(
  input: CommandInput,
  text: (state: DaemonState) => string,
  data: (body: unknown, state: DaemonState) => unknown,
): Promise<number> {
  const answer = await askDaemon(input, { method: "GET", path: "/api/state" });
  if (!answer.ok) return refuse(input, answer.detail);
  if (answer.status !== 200)
    return refuse(input, detailOf(answer.body) ?? `the daemon answered ${answer.status}`);
  const parsed = daemonStateSchema.safeParse(answer.body);
  if (!parsed.success) return refuse(input, "the daemon answers in another version's words: update both");
  const isJson = input.switches.has("json");
  input.io.out(isJson ? `${JSON.stringify(data(answer.body, parsed.data))}\n` : text(parsed.data));
  return EXIT.ok;
}

/** Asks the daemon to change something and says whether it did. */
async function command(
  input: CommandInput,
  request: DaemonRequest,
  data: Readonly<Record<string, unknown>>,
  text: string,
): Promise<number> {
  const answer = await askDaemon(input, request);
  if (!answer.ok) return refuse(input, answer.detail);
  if (answer.status < 200 || answer.status > 299) {
    return refuse(input, detailOf(answer.body) ?? `the daemon answered ${answer.status}`);
  }
  input.io.out(input.switches.has("json") ? `${JSON.stringify(data)}\n` : text);
  return EXIT.ok;
}

export function refuse({ io }: CommandInput, detail: string): number {
  io.err(`hems-edge: ${detail}\n`);
  return EXIT.failure;
}

const errorSchema = z.object({
  detail: z.union([z.string(), z.array(z.object({ msg: z.string() }))]).optional(),
  reason: z.string().optional(),
});

export function detailOf(body: unknown): string | undefined {
  const { data } = errorSchema.safeParse(body);
  const detail = data?.detail;
  return (typeof detail === "object" ? detail.map(({ msg }) => msg).join(", ") : detail) ?? data?.reason;
}
