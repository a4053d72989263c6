import { type Clock, withTimeout } from "../../ports/clock.ts";
import { boundedText, fetchErrorCode } from "../../ports/fetch-answer.ts";
import { nodeFetch } from "../../ports/node-fetch.ts";
import type { SendLines, SendOutcome } from "./influx-feed.ts";

export interface HttpLinesOptions {
  /** The whole write URL, with its database or bucket. */
  readonly url: string;
  /** As `Authorization: Token ...`, which InfluxDB v2 and v1.8 take. */
  readonly token: string | undefined;
  readonly timeoutMs: number;
}

const LARGEST_ANSWER_BYTES = 64 * 1_024;
const SHOWN_CHARACTERS = 200;
/** The lines themselves are wrong, or too many for this server: sending them again changes nothing. */
const REFUSALS = [400, 413, 422];

/** Posts lines to an InfluxDB, or whatever speaks its line protocol. */
export function httpLines(
  { url, token, timeoutMs }: HttpLinesOptions,
  deps: { readonly clock: Clock },
): SendLines {
  return async (lines) => {
    const abort = new AbortController();
    const late: SendOutcome = { kind: "away", detail: `no answer within ${timeoutMs} ms` };
    const outcome = await withTimeout(deps.clock, timeoutMs, post(lines, abort.signal), late);
    abort.abort();
    return outcome;
  };

  async function post(lines: readonly string[], signal: AbortSignal): Promise<SendOutcome> {
    try {
      const response = await nodeFetch(url, {
        method: "POST",
        signal,
        redirect: "error",
        body: `${lines.join("\n")}\n`,
        headers: {
          "content-type": "text/plain; charset=utf-8",
          ...(token === undefined ? {} : { authorization: `Token ${token}` }),
        },
      });
      const text = (await boundedText(response, LARGEST_ANSWER_BYTES)) ?? "";
      if (response.ok) return { kind: "sent" };
      // Before it is cut short: a log cannot hide the first half of a secret.
      const shown = token === undefined ? text : text.replaceAll(token, "***");
      const detail = `${response.status} ${shown.slice(0, SHOWN_CHARACTERS)}`.trim();
      return { kind: REFUSALS.includes(response.status) ? "refused" : "away", detail };
    } catch (error) {
      return { kind: "away", detail: fetchErrorCode(error) };
    }
  }
}
