import { configPath } from "../config/load-config.ts";
import { withTimeout } from "../ports/clock.ts";
import { createSystemClock } from "../service/clock.ts";
import type { CommandInput, OptionSpec } from "./command.ts";
import { soundConfig } from "./sound-config.ts";

const TIMEOUT_MS = 5_000;
const DEFAULT_ADDRESS = "http://127.0.0.1:8090";

/** Options of every command that talks to the running daemon. */
export const daemonOptions: Readonly<Record<string, OptionSpec>> = {
  url: {
    summary: `Address of the daemon; else as its config says, else ${DEFAULT_ADDRESS}.`,
    placeholder: "URL",
  },
  config: { summary: "The daemon's config file, to find its address.", placeholder: "FILE" },
};

export type DaemonAnswer =
  | { readonly ok: true; readonly status: number; readonly body: unknown }
  /** A sentence for the person: nobody there, no answer in time, or not our daemon. */
  | { readonly ok: false; readonly detail: string };

export interface DaemonRequest {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly path: string;
  readonly body?: unknown;
}

/** One request to the running daemon's local API; never rejects. */
export async function askDaemon(input: CommandInput, request: DaemonRequest): Promise<DaemonAnswer> {
  const address = daemonAddress(input);
  const clock = createSystemClock();
  const abort = new AbortController();
  const late: DaemonAnswer = {
    ok: false,
    detail: `${address} does not answer within ${TIMEOUT_MS / 1000} s`,
  };
  const answer = await withTimeout(clock, TIMEOUT_MS, exchange(address, request, abort.signal), late);
  abort.abort();
  return answer;
}

async function exchange(address: string, request: DaemonRequest, signal: AbortSignal): Promise<DaemonAnswer> {
  const { method, path, body } = request;
  try {
    const response = await fetch(new URL(path, address), {
      method,
      signal,
      redirect: "error",
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
    });
    const text = await response.text();
    return { ok: true, status: response.status, body: text === "" ? undefined : JSON.parse(text) };
  } catch (error) {
    return { ok: false, detail: failureSentence(address, error) };
  }
}

function failureSentence(address: string, error: unknown): string {
  if (error instanceof SyntaxError) return `what answers at ${address} is not hems-edge`;
  const cause = error instanceof Error ? error.cause : undefined;
  const code = typeof cause === "object" && cause !== null && "code" in cause ? String(cause.code) : "";
  if (code === "ECONNREFUSED") return `no daemon runs at ${address}; start it, or name it with --url`;
  return `cannot reach ${address}${code === "" ? "" : ` (${code})`}; name the daemon with --url`;
}

function daemonAddress({ texts, io }: CommandInput): string {
  if (texts.url !== undefined) return texts.url;
  const api = soundConfig(configPath(texts.config, io.environment))?.api;
  if (api === undefined) return DEFAULT_ADDRESS;
  const host = api.host === "0.0.0.0" ? "127.0.0.1" : api.host === "::" ? "::1" : api.host;
  return `http://${host.includes(":") ? `[${host}]` : host}:${api.port}`;
}
