import { type Clock, withTimeout } from "./clock.ts";
import { boundedText, fetchErrorCode } from "./fetch-answer.ts";
import { nodeFetch } from "./node-fetch.ts";

export interface HttpPost {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly timeoutMs: number;
  /** Texts that do not stand in the answer's text, whatever the server repeats. */
  readonly secrets: readonly string[];
}

export type PostOutcome =
  | { readonly ok: true; readonly status: number; readonly text: string; readonly retryAfter: string | null }
  /** Nobody answered: a code or a sentence, never the address. */
  | { readonly ok: false; readonly detail: string };

const LARGEST_ANSWER_BYTES = 64 * 1_024;

/** Posts a body and reads the answer, whatever its status; follows no redirect. Never rejects. */
export async function httpPost(post: HttpPost, clock: Clock): Promise<PostOutcome> {
  const abort = new AbortController();
  const late: PostOutcome = { ok: false, detail: `no answer within ${post.timeoutMs} ms` };
  const outcome = await withTimeout(clock, post.timeoutMs, exchange(post, abort.signal), late);
  abort.abort();
  return outcome;
}

async function exchange(
  { url, headers, body, secrets }: HttpPost,
  signal: AbortSignal,
): Promise<PostOutcome> {
  try {
    const response = await nodeFetch(url, { method: "POST", signal, redirect: "error", headers, body });
    const whole = (await boundedText(response, LARGEST_ANSWER_BYTES)) ?? "";
    const text = secrets.reduce((shown, secret) => shown.replaceAll(secret, "***"), whole);
    return { ok: true, status: response.status, text, retryAfter: response.headers.get("retry-after") };
  } catch (error) {
    return { ok: false, detail: fetchErrorCode(error) };
  }
}
