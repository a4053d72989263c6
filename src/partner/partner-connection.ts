import type { Logger } from "pino";
import type { z } from "zod";
import { type BackOffRange, backOffMs } from "../core/back-off.ts";
import { type Clock, delay } from "../ports/clock.ts";
import type { Fetch } from "../ports/fetch-answer.ts";
import { nodeFetch } from "../ports/node-fetch.ts";
import { readJson, successful } from "./answer.ts";
import { createHttpExchange, type HttpAnswer } from "./http-exchange.ts";
import type { PartnerCall } from "./partner-call.ts";
import { failure, type PartnerError, type PartnerErrorKind, type PartnerResult } from "./partner-error.ts";
import type { PartnerCredentials } from "./partner-options.ts";
import { createRequestPace, type PaceOptions } from "./request-pace.ts";
import { createTokenRequest } from "./token-request.ts";
import { createTokenSource, type TokenState } from "./token-source.ts";

export interface PartnerConnectionOptions {
  /** Scheme, host and port, without a slash at the end. */
  readonly baseUrl: string;
  /** Undefined: the documented address of the grant. */
  readonly tokenUrl: string | undefined;
  readonly orgId: string;
  readonly auth: PartnerCredentials;
  /** Longest time for one answer, ms. */
  readonly timeoutMs: number;
  readonly largestBodyBytes: number;
  readonly pace: PaceOptions;
  /** Further tries of one call, where a further try can help; 0 where the caller has a rhythm of its own. */
  readonly retries: number;
}

export interface PartnerConnectionDeps {
  readonly clock: Clock;
  readonly log: Logger;
  /** Evenly distributed in 0..1, for the jitter of further tries. */
  readonly random: () => number;
  /** For tests; the runtime's own by default. */
  readonly fetch?: Fetch;
}

/** A request to any address, for what is not part of the published API. */
export interface PlainRequest {
  readonly method: PartnerCall<unknown>["method"];
  readonly url: string;
  readonly body: unknown;
  /** Whether the address may see our token. */
  readonly isAuthorized: boolean;
}

/** The Partner API v2.0 with one login. Every call is bounded in time, size and rate and never rejects. */
export interface PartnerConnection {
  call<T>(call: PartnerCall<T>): Promise<PartnerResult<T>>;
  /** One try, without a second one after a 401: an address that nobody documents does not decide about our token. */
  send(request: PlainRequest): Promise<PartnerResult<HttpAnswer>>;
  tokenState(): TokenState;
  /** Ends what is in flight; later calls fail as `unreachable`. */
  close(): void;
}

const API_PATH = "/api/partners/v2.0";

/** Parts of a path that a URL resolves away: the request would go to another address. */
const NO_ID = /\/\.{0,2}(\/|$)/;

/** Waiting longer is for the caller to decide. */
const LONGEST_WAIT_MS = 60_000;
const RETRY_RANGE: BackOffRange = { shortestMs: 500, longestMs: 30_000 };

/** The server did nothing, so that even what is not repeatable may be sent again. */
const UNTOUCHED: ReadonlySet<PartnerErrorKind> = new Set<PartnerErrorKind>(["rate_limited"]);
const PASSING: ReadonlySet<PartnerErrorKind> = new Set<PartnerErrorKind>([
  "rate_limited",
  "server_error",
  "timeout",
  "unreachable",
  "malformed",
]);

export function createPartnerConnection(
  options: PartnerConnectionOptions,
  deps: PartnerConnectionDeps,
): PartnerConnection {
  const { clock, log } = deps;
  const http = createHttpExchange(options, { clock, fetch: deps.fetch ?? nodeFetch });
  const tokens = createTokenSource({ clock, log, request: createTokenRequest(options, { clock, http }) });
  const pace = createRequestPace(options.pace, clock);
  const closing = new AbortController();
  let hasWorked = false;

  async function exchange(request: Omit<PlainRequest, "isAuthorized">, token: string | undefined) {
    const sent = await http.send({
      method: request.method,
      url: request.url,
      headers: {
        accept: "application/json",
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(request.body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
    });
    if (!sent.ok) return sent;
    return successful(sent.value, { wallMs: clock.wallMs(), secret: token });
  }

  async function authorized(request: Omit<PlainRequest, "isAuthorized">): Promise<PartnerResult<HttpAnswer>> {
    const token = await tokens.current();
    if (!token.ok) return token;
    const first = await exchange(request, token.value);
    if (first.ok) tokens.accepted();
    if (first.ok || first.error.kind !== "unauthorized") return first;
    const renewed = await tokens.renewed(token.value);
    if (!renewed.ok) return renewed;
    const second = await exchange(request, renewed.value);
    if (second.ok) tokens.accepted();
    return second.ok || second.error.kind !== "unauthorized" ? second : heldBack(second.error);
  }

  /** A brand-new token was refused too: the error says for how long nothing is sent. */
  function heldBack(error: PartnerError): PartnerResult<never> {
    tokens.refused(error);
    const state = tokens.state();
    const retryAfterMs = state.kind === "refused" ? state.retryInMs : undefined;
    return { ok: false, error: { ...error, retryAfterMs } };
  }

  async function attempt<T>(call: PartnerCall<T>, body: unknown): Promise<PartnerResult<T>> {
    const answer = await authorized({ method: call.method, url: urlOf(call, options), body });
    if (!answer.ok) return answer;
    hasWorked = true;
    return call.answer === undefined
      ? { ok: true, value: undefined as T }
      : readJson(answer.value, call.answer);
  }

  /** Pause before the next try, ms; undefined when none can help. */
  function pauseMs(error: PartnerError, call: PartnerCall<unknown>, failures: number): number | undefined {
    if (failures > options.retries || closing.signal.aborted) return undefined;
    // A hold after a burst of 401: credentials that worked before are worth another try.
    const isHeld = error.kind === "unauthorized" && hasWorked && error.retryAfterMs !== undefined;
    const canHelp = call.isRepeatable ? PASSING.has(error.kind) : UNTOUCHED.has(error.kind);
    if (!canHelp && !isHeld) return undefined;
    const waitMs = Math.max(backOffMs(failures, RETRY_RANGE, deps.random), error.retryAfterMs ?? 0);
    return waitMs > LONGEST_WAIT_MS ? undefined : waitMs;
  }

  return {
    async call(call) {
      if (NO_ID.test(filledPath(call, options)))
        return failure("invalid", "an id is empty or made of dots: nothing was sent");
      const checked = checkedBody(call);
      if (!checked.ok) return checked;
      for (let failures = 1; ; failures++) {
        const result = await pace.run(() => attempt(call, checked.value));
        if (result.ok) return result;
        const waitMs = pauseMs(result.error, call, failures);
        if (waitMs === undefined) return result;
        await delay(clock, waitMs, closing.signal);
      }
    },
    async send(request) {
      if (!request.isAuthorized) return exchange(request, undefined);
      const token = await tokens.current();
      return token.ok ? exchange(request, token.value) : token;
    },
    tokenState: tokens.state,
    close() {
      closing.abort();
      http.close();
    },
  };
}

/** What is sent, checked; `invalid` with every problem when it may not leave. */
function checkedBody({ body }: PartnerCall<unknown>): PartnerResult<unknown> {
  if (body === undefined) return { ok: true, value: undefined };
  const checked = body.schema.safeParse(body.value);
  return checked.success ? { ok: true, value: checked.data } : refused(checked.error);
}

/** The error of something that was never sent. */
export function refused(error: z.ZodError): { readonly ok: false; readonly error: PartnerError } {
  const problems = error.issues.map(({ path, message }) => ({ field: path.join(".") || "body", message }));
  const detail = problems.map(({ field, message }) => `${field}: ${message}`).join("; ");
  return { ok: false, error: { ...failure("invalid", detail).error, problems } };
}

function urlOf(call: PartnerCall<unknown>, options: PartnerConnectionOptions): string {
  const parameters = Object.entries(call.query ?? {}).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)] as [string, string]],
  );
  const search = parameters.length === 0 ? "" : `?${new URLSearchParams(parameters)}`;
  return `${options.baseUrl}${API_PATH}${filledPath(call, options)}${search}`;
}

function filledPath({ path }: PartnerCall<unknown>, { orgId }: PartnerConnectionOptions): string {
  return path.replace("{org_id}", encodeURIComponent(orgId));
}
