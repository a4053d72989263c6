import { withTimeout } from "../ports/clock.ts";
import { createSystemClock } from "../service/clock.ts";
import type { CommandInput, OptionSpec } from "./command.ts";
import {
  type DaemonPlace,
  type DaemonRequest,
  DEFAULT_ADDRESS,
  daemonPlace,
  openAnswer,
  TOKEN_VARIABLE,
} from "./daemon-connection.ts";

const TIMEOUT_MS = 5_000;
const LARGEST_ANSWER_BYTES = 16 * 1_024 * 1_024;

/** Options of every command that talks to the running daemon. */
export const daemonOptions: Readonly<Record<string, OptionSpec>> = {
  url: {
    summary: `Address of the daemon; else as its config says, else ${DEFAULT_ADDRESS}. A token is taken from $${TOKEN_VARIABLE}.`,
    placeholder: "URL",
  },
  config: { summary: "The daemon's config file, to find its address.", placeholder: "FILE" },
};

export type DaemonAnswer =
  | { readonly ok: true; readonly status: number; readonly body: unknown }
  /** A sentence for the person: nobody there, no answer in time, or not our daemon. */
  | { readonly ok: false; readonly detail: string };

/** One request to the running daemon's local API; never rejects. */
export async function askDaemon(input: CommandInput, request: DaemonRequest): Promise<DaemonAnswer> {
  const place = daemonPlace(input);
  const clock = createSystemClock();
  const abort = new AbortController();
  const late: DaemonAnswer = {
    ok: false,
    detail: `${place.address} does not answer within ${TIMEOUT_MS / 1000} s`,
  };
  const answer = await withTimeout(clock, TIMEOUT_MS, exchange(place, request, abort.signal), late);
  abort.abort();
  return answer;
}

/** Whether a daemon of ours is there, also one that lets nobody in without a login. */
export async function isDaemonRunning(input: CommandInput): Promise<boolean> {
  return (await askDaemon(input, { method: "GET", path: "/healthz" })).ok;
}

async function exchange(
  place: DaemonPlace,
  request: DaemonRequest,
  signal: AbortSignal,
): Promise<DaemonAnswer> {
  try {
    const response = await openAnswer(place, request, signal);
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of response) {
      bytes += chunk.length;
      if (bytes > LARGEST_ANSWER_BYTES) throw new SyntaxError("too large to be an answer of ours");
      chunks.push(chunk);
    }
    if (response.statusCode === 401) return { ok: false, detail: tokenSentence(place) };
    const text = Buffer.concat(chunks).toString("utf8");
    return { ok: true, status: response.statusCode ?? 0, body: text === "" ? undefined : JSON.parse(text) };
  } catch (error) {
    return { ok: false, detail: failureSentence(place.address, error) };
  }
}

/** Why there was no answer, for the person. */
export function failureSentence(address: string, error: unknown): string {
  if (error instanceof SyntaxError) return `what answers at ${address} is not hems-edge`;
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "ECONNREFUSED") return `no daemon runs at ${address}; start it, or name it with --url`;
  return `cannot reach ${address}${code === "" ? "" : ` (${code})`}; name the daemon with --url`;
}

function tokenSentence({ address, token }: DaemonPlace): string {
  return token === undefined
    ? `${address} wants a token: set ${TOKEN_VARIABLE} to one of hems-edge token create`
    : `${address} does not take the token in ${TOKEN_VARIABLE}`;
}
