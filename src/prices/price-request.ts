import { type Clock, withTimeout } from "../ports/clock.ts";
import { boundedText, type Fetch, fetchErrorCode } from "../ports/fetch-answer.ts";
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
  deps: { readonly clock: Clock; readonly fetch: Fetch },
): Promise<TextAnswer> {
  const ending = new AbortController();
  const signal = AbortSignal.any([options.signal, ending.signal]);
  const late = fault({ kind: "timeout", detail: `no complete answer within ${options.timeoutMs} ms` });
  const answer = await withTimeout(deps.clock, options.timeoutMs, exchange(url, signal, deps.fetch), late);
  ending.abort();
  return answer;
}

async function exchange(url: string, signal: AbortSignal, get: Fetch): Promise<TextAnswer> {
  try {
    const response = await get(url, {
      signal,
      redirect: "follow",
      headers: { accept: "application/json" },
    });
    if (!response.ok) {
      return fault({ kind: "refused", status: response.status, detail: `status ${response.status}` });
    }
    const text = await boundedText(response, LARGEST_BODY_BYTES);
    return text === undefined
      ? fault({ kind: "malformed", detail: `more than ${LARGEST_BODY_BYTES} bytes` })
      : { ok: true, text };
  } catch (error) {
    return fault({ kind: "unreachable", detail: `no answer (${fetchErrorCode(error)})` });
  }
}

function fault(value: PriceFault): TextAnswer {
  return { ok: false, fault: value };
}
