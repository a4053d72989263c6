import { type Clock, withTimeout } from "../ports/clock.ts";
import { failure, type PartnerErrorKind, type PartnerResult } from "./partner-error.ts";

export interface HttpRequest {
  readonly method: "GET" | "POST" | "PUT";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

export interface HttpExchange {
  /** One request and its whole answer, whatever its status. Bounded in time and size; never rejects. */
  send(request: HttpRequest): Promise<PartnerResult<HttpAnswer>>;
  /** Ends what is in flight and refuses what comes later. */
  close(): void;
}

/** A charging-config has about 2 kB. */
const LARGEST_BODY_BYTES = 256 * 1_024;

export function createHttpExchange(
  options: { readonly timeoutMs: number },
  deps: { readonly clock: Clock; readonly fetch: typeof fetch },
): HttpExchange {
  const inFlight = new Set<AbortController>();
  let isClosed = false;

  return {
    async send(request) {
      if (isClosed) return failure("unreachable", "the client is closed");
      const controller = new AbortController();
      inFlight.add(controller);
      const late = failure("timeout", `no complete answer within ${options.timeoutMs} ms`);
      const attempt = exchange(deps.fetch, request, controller.signal);
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
  fetchAnswer: typeof fetch,
  request: HttpRequest,
  signal: AbortSignal,
): Promise<PartnerResult<HttpAnswer>> {
  try {
    // A followed redirect would carry the token to wherever the answer points.
    const response = await fetchAnswer(request.url, { ...request, signal, redirect: "manual" });
    const text = await boundedText(response);
    if (text === undefined) {
      return failure("malformed", `the answer is larger than ${LARGEST_BODY_BYTES} bytes`);
    }
    return { ok: true, value: { status: response.status, headers: response.headers, text } };
  } catch (error) {
    const code = errorCode(error);
    return failure(kindOfCode(code), `no answer (${code})`);
  }
}

/** The body as text, or undefined when it is too large; the caller then aborts the request. */
async function boundedText(response: Response): Promise<string | undefined> {
  if (response.body === null) return "";
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of response.body) {
    bytes += chunk.byteLength;
    if (bytes > LARGEST_BODY_BYTES) return undefined;
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** The code of the innermost cause that has one: fetch wraps the system's error. Messages may hold URLs: not used. */
function errorCode(error: unknown): string {
  let code = "unknown";
  let cause = error;
  for (let depth = 0; depth < 5 && cause instanceof Error; depth++) {
    if ("code" in cause && typeof cause.code === "string") code = cause.code;
    cause = cause.cause;
  }
  return code;
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
