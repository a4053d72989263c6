import { type Clock, withTimeout } from "../../ports/clock.ts";
import { fetchErrorCode } from "../../ports/fetch-answer.ts";
import { nodeFetch } from "../../ports/node-fetch.ts";

const TIMEOUT_MS = 10_000;

/** Posts JSON; undefined when it was taken, else what went wrong. Never rejects. */
export async function postWebhook(url: string, body: object, clock: Clock): Promise<string | undefined> {
  const abort = new AbortController();
  const late = `no answer within ${TIMEOUT_MS / 1_000} s`;
  const problem = await withTimeout(clock, TIMEOUT_MS, post(url, body, abort.signal), late);
  abort.abort();
  return problem;
}

async function post(url: string, body: object, signal: AbortSignal): Promise<string | undefined> {
  try {
    const response = await nodeFetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
      redirect: "error",
      signal,
    });
    return response.ok ? undefined : `it answers ${response.status}`;
  } catch (error) {
    return `it cannot be reached (${fetchErrorCode(error)})`;
  }
}
