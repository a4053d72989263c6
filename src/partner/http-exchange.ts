import { type Clock, withTimeout } from "../ports/clock.ts";
import { boundedText, type Fetch, type FetchAnswer, fetchErrorCode } from "../ports/fetch-answer.ts";
import { failure, type PartnerErrorKind, type PartnerResult } from "./partner-error.ts";

export interface HttpRequest {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: FetchAnswer["headers"];
  readonly text: string;
}

export interface HttpExchange {
  /** One request and its whole answer, whatever its status. Bounded in time and size; never rejects. */
  send(request: HttpRequest): Promise<PartnerResult<HttpAnswer>>;
  /** Ends what is in flight and refuses what comes later. */
  close(): void;
}

export interface HttpExchangeOptions {
  readonly timeoutMs: number;
  readonly largestBodyBytes: number;
}

export function createHttpExchange(
  options: HttpExchangeOptions,
  deps: { readonly clock: Clock; readonly fetch: Fetch },
): HttpExchange {
  const inFlight = new Set<AbortController>();
  let isClosed = false;

  return {
    async send(request) {
      if (isClosed) return failure("unreachable", "the client is closed");
      const controller = new AbortController();
      inFlight.add(controller);
      const late = failure("timeout", `no complete answer within ${options.timeoutMs} ms`);
      const attempt = exchange(deps.fetch, request, controller.signal, options.largestBodyBytes);
      const result = await withTimeout(deps.clock, options.timeoutMs, attempt, late);
      inFlight.delete(controller);
      controller.abort();
      return result;
    },
    close() {
      isClosed = true;
      for (const controller of inFlight) controller.abort();
    },
  };
}

async function exchange(
  fetchAnswer: Fetch,
  request: HttpRequest,
  signal: AbortSignal,
  largestBodyBytes: number,
): Promise<PartnerResult<HttpAnswer>> {
  try {
    // A followed redirect would carry the token to wherever the answer points.
    const response = await fetchAnswer(request.url, { ...request, signal, redirect: "manual" });
    const text = await boundedText(response, largestBodyBytes);
    if (text === undefined) {
      return failure("malformed", `the answer is larger than ${largestBodyBytes} bytes`);
    }
    return { ok: true, value: { status: response.status, headers: response.headers, text } };
  } catch (error) {
    const code = fetchErrorCode(error);
    return failure(kindOfCode(code), `no answer (${code})`);
  }
}

/** X509_V_ERR names of OpenSSL as Node passes them on, and Node's own TLS codes. */
const TLS_CODE =
  /CERT|CRL_|ISSUER|LEAF_SIGNATURE|^ERR_(TLS|SSL)|^EPROTO$|^INVALID_(CA|PURPOSE)$|^PATH_LENGTH_EXCEEDED$|HOSTNAME_MISMATCH/;

function kindOfCode(code: string): PartnerErrorKind {
  if (TLS_CODE.test(code)) return "tls";
  if (/TIMEOUT|^ETIMEDOUT$/.test(code)) return "timeout";
  if (/^Z_|ZLIB|BROTLI/.test(code)) return "malformed";
  return "unreachable";
}
