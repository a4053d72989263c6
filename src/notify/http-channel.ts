import { createHmac } from "node:crypto";
import type { Clock } from "../ports/clock.ts";
import { httpPost, type PostOutcome } from "../ports/http-post.ts";
import type { Deliver, Delivery } from "./channel.ts";
import { type Notice, noticeJson } from "./notice.ts";

const SHOWN_CHARACTERS = 120;
/** What we sent is wrong: sending it again changes nothing. */
const REFUSALS = [400, 410, 413, 422];
const LONGEST_RETRY_AFTER_S = 86_400;

/** Posts JSON, signed as Standard Webhooks says when there is a secret. */
export function webhookDeliver(
  options: { readonly url: string; readonly secret: string | undefined; readonly timeoutMs: number },
  clock: Clock,
): Deliver {
  const { url, secret, timeoutMs } = options;
  const { pathname, search } = new URL(url);
  // A server may repeat the path alone.
  const secrets = [url, `${pathname}${search}`, ...(secret === undefined ? [] : [secret])];
  return async (notice) => {
    const body = noticeJson(notice);
    const timestamp = String(Math.floor(clock.wallMs() / 1_000));
    const headers = {
      "content-type": "application/json",
      "webhook-id": notice.id,
      "webhook-timestamp": timestamp,
      ...(secret === undefined
        ? {}
        : { "webhook-signature": webhookSignature(`${notice.id}.${timestamp}.${body}`, secret) }),
    };
    return delivery(await httpPost({ url, headers, body, timeoutMs, secrets }, clock));
  };
}

/** `v1,` and the HMAC-SHA256 in base64. A secret of the form `whsec_...` is base64, as the libraries make it. */
function webhookSignature(text: string, secret: string): string {
  const key = secret.startsWith("whsec_") ? Buffer.from(secret.slice(6), "base64") : secret;
  return `v1,${createHmac("sha256", key).update(text).digest("base64")}`;
}

export interface NtfyOptions {
  /** Server and topic, e.g. https://ntfy.sh/TOPIC */
  readonly url: string;
  readonly token: string | undefined;
  /** Of what begins, 1 to 5; everything else has the usual 3 or less. */
  readonly priority: number;
  readonly timeoutMs: number;
}

const USUAL_PRIORITY = 3;
/** Names of emoji that ntfy shows before the title. */
const TAGS: Readonly<Record<Notice["kind"], string>> = {
  raised: "warning",
  cleared: "white_check_mark",
  event: "electric_plug",
  test: "wave",
};

/** Publishes as JSON, so that titles may hold any letter. */
export function ntfyDeliver({ url, token, priority, timeoutMs }: NtfyOptions, clock: Clock): Deliver {
  const { server, topic } = ntfyTopic(url);
  const headers = {
    "content-type": "application/json",
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  };
  const secrets = token === undefined ? [topic] : [topic, token];
  return async ({ kind, title, text }) => {
    const own = kind === "raised" ? priority : Math.min(priority, USUAL_PRIORITY);
    const body = JSON.stringify({ topic, title, message: text, priority: own, tags: [TAGS[kind]] });
    return delivery(await httpPost({ url: server, headers, body, timeoutMs, secrets }, clock));
  };
}

/** The last part of the path is the topic. */
function ntfyTopic(url: string): { readonly server: string; readonly topic: string } {
  const { origin, pathname } = new URL(url);
  const parts = pathname.split("/");
  const topic = parts.pop() ?? "";
  return { server: `${origin}${parts.join("/")}/`, topic: decodeURIComponent(topic) };
}

function delivery(outcome: PostOutcome): Delivery {
  if (!outcome.ok) return { kind: "away", detail: outcome.detail };
  const { status, text, retryAfter } = outcome;
  if (status >= 200 && status < 300) return { kind: "sent" };
  const detail = `it answers ${status} ${text.slice(0, SHOWN_CHARACTERS)}`.trim();
  if (REFUSALS.includes(status)) return { kind: "refused", detail };
  return { kind: "away", detail, retryAfterMs: retryAfterMs(retryAfter) };
}

/** Seconds only: a date is as rare as it is wrong. */
function retryAfterMs(header: string | null): number | undefined {
  if (header === null || !/^\d{1,9}$/.test(header)) return undefined;
  return Math.min(Number(header), LONGEST_RETRY_AFTER_S) * 1_000;
}
