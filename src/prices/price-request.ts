import { type Clock, withTimeout } from "../ports/clock.ts";
import type { PriceFault } from "./price-reading.ts";

export type TextAnswer =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly fault: PriceFault };

/** Four days of quarter hours have about 40 kB. */
const LARGEST_BODY_BYTES = 1_024 * 1_024;

/** GETs a text. Bounded in time and size, never rejects; `signal` ends it early. */
export async function priceRequest(
  url: string,
  options: { readonly timeoutMs: number; readonly signal: AbortSignal },
  deps: { readonly clock: Clock; readonly fetch: typeof fetch },
): Promise<TextAnswer> {
  const ending = new AbortController();
  const signal = AbortSignal.any([options.signal, ending.signal]);
  const late = fault({ kind: "timeout", detail: `no complete answer within ${options.timeoutMs} ms` });
  const answer = await withTimeout(deps.clock, options.timeoutMs, exchange(url, signal, deps.fetch), late);
  ending.abort();
  return answer;
}

async function exchange(url: string, signal: AbortSignal, get: typeof fetch): Promise<TextAnswer> {
  try {
    const response = await get(url, { signal, headers: { accept: "application/json" } });
    if (!response.ok) {
      return fault({ kind: "refused", status: response.status, detail: `status ${response.status}` });
    }
    return await boundedText(response);
  } catch (error) {
    return fault({ kind: "unreachable", detail: `no answer (${errorCode(error)})` });
  }
}

async function boundedText(response: Response): Promise<TextAnswer> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > LARGEST_BODY_BYTES) {
      return fault({ kind: "malformed", detail: `more than ${LARGEST_BODY_BYTES} bytes` });
    }
    text += decoder.decode(chunk, { stream: true });
  }
  return { ok: true, text: text + decoder.decode() };
}

function fault(value: PriceFault): TextAnswer {
  return { ok: false, fault: value };
}

/** The code of the innermost cause that has one: fetch wraps the system's error. */
function errorCode(error: unknown): string {
  let code = "unknown";
  let cause = error;
  for (let depth = 0; depth < 5 && cause instanceof Error; depth++) {
    if ("code" in cause && typeof cause.code === "string") code = cause.code;
    cause = cause.cause;
  }
  return code;
}
