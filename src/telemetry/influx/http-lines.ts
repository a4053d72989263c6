import type { Clock } from "../../ports/clock.ts";
import { httpPost } from "../../ports/http-post.ts";
import type { SendLines } from "./influx-feed.ts";

export interface HttpLinesOptions {
  /** The whole write URL, with its database or bucket. */
  readonly url: string;
  /** As `Authorization: Token ...`, which InfluxDB v2 and v1.8 take. */
  readonly token: string | undefined;
  readonly timeoutMs: number;
}

const SHOWN_CHARACTERS = 200;
/** The lines themselves are wrong, or too many for this server: sending them again changes nothing. */
const REFUSALS = [400, 413, 422];

/** Posts lines to an InfluxDB, or whatever speaks its line protocol. */
export function httpLines(
  { url, token, timeoutMs }: HttpLinesOptions,
  deps: { readonly clock: Clock },
): SendLines {
  const headers = {
    "content-type": "text/plain; charset=utf-8",
    ...(token === undefined ? {} : { authorization: `Token ${token}` }),
  };
  return async (lines) => {
    const body = `${lines.join("\n")}\n`;
    const secrets = token === undefined ? [] : [token];
    const outcome = await httpPost({ url, headers, body, timeoutMs, secrets }, deps.clock);
    if (!outcome.ok) return { kind: "away", detail: outcome.detail };
    const { status, text } = outcome;
    if (status >= 200 && status < 300) return { kind: "sent" };
    const detail = `${status} ${text.slice(0, SHOWN_CHARACTERS)}`.trim();
    return { kind: REFUSALS.includes(status) ? "refused" : "away", detail };
  };
}
