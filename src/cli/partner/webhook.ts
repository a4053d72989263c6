import type { Clock } from "../../ports/clock.ts";
import { httpPost } from "../../ports/http-post.ts";

const TIMEOUT_MS = 10_000;

/** Posts JSON; undefined when it was taken, else what went wrong. Never rejects. */
export async function postWebhook(url: string, body: object, clock: Clock): Promise<string | undefined> {
  const headers = { "content-type": "application/json" };
  const outcome = await httpPost(
    { url, headers, body: JSON.stringify(body), timeoutMs: TIMEOUT_MS, secrets: [] },
    clock,
  );
  if (!outcome.ok) return `it cannot be reached (${outcome.detail})`;
  return outcome.status >= 200 && outcome.status < 300 ? undefined : `it answers ${outcome.status}`;
}
