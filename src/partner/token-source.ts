import type { Logger } from "pino";
import type { Clock } from "../ports/clock.ts";
import type { PartnerError, PartnerErrorKind, PartnerResult } from "./partner-error.ts";
import type { Grant, TokenRequest } from "./token-request.ts";

/** What is known of the access token. */
export type TokenState =
  | { readonly kind: "none" }
  | { readonly kind: "valid"; readonly expiresInMs: number }
  /** The server does not take our credentials or our token; nothing is sent until the hold is over. */
  | { readonly kind: "refused"; readonly retryInMs: number };

export interface TokenSource {
  /** A token to send; renewed first when 80 % of its life are over. */
  current(): Promise<PartnerResult<string>>;
  /** A token other than `stale`, which the API answered with a 401. */
  renewed(stale: string): Promise<PartnerResult<string>>;
  /** A brand-new token was answered with a 401 as well. */
  refused(error: PartnerError): void;
  /** The API took the token. */
  accepted(): void;
  state(): TokenState;
}

interface Held {
  readonly value: string;
  readonly renewAtMs: number;
  readonly expiresAtMs: number;
}

const RENEW_AT_SHARE = 0.8;
const SHORTEST_HOLD_MS = 5_000;
const LONGEST_HOLD_MS = 900_000;

/** Trying again soon cannot help: somebody has to change the credentials, the rights or the address. */
const REFUSALS: ReadonlySet<PartnerErrorKind> = new Set<PartnerErrorKind>([
  "unauthorized",
  "forbidden",
  "not_found",
  "method_not_allowed",
  "conflict",
  "invalid",
]);

/**
 * Keeps one access token for everybody who calls the Partner API: one grant at a time, the refresh token before
 * the password, and after a refusal a hold that doubles from 5 s to 15 min.
 */
export function createTokenSource(deps: {
  readonly clock: Clock;
  readonly log: Logger;
  readonly request: TokenRequest;
}): TokenSource {
  const { clock, log, request } = deps;
  let held: Held | undefined;
  let refreshToken: string | undefined;
  let flight: Promise<PartnerResult<string>> | undefined;
  let hold: { readonly untilMs: number; readonly error: PartnerError } | undefined;
  let refusals = 0;

  function refused(error: PartnerError): void {
    if (refusals === 0) log.error({ kind: error.kind, detail: error.detail }, "Partner API refuses us");
    const holdMs = Math.min(LONGEST_HOLD_MS, SHORTEST_HOLD_MS * 2 ** refusals);
    refusals++;
    held = undefined;
    // What it gives may be what is refused: the next try begins with the credentials.
    refreshToken = undefined;
    holdFor(Math.max(holdMs, error.retryAfterMs ?? 0), error);
  }

  function holdFor(holdMs: number, error: PartnerError): void {
    hold = { untilMs: clock.monotonicMs() + holdMs, error };
  }

  function keep(grant: Grant): PartnerResult<string> {
    const nowMs = clock.monotonicMs();
    held = {
      value: grant.accessToken,
      renewAtMs: nowMs + grant.lifeMs * RENEW_AT_SHARE,
      expiresAtMs: nowMs + grant.lifeMs,
    };
    refreshToken = grant.refreshToken ?? refreshToken;
    hold = undefined;
    return { ok: true, value: grant.accessToken };
  }

  async function requestGrant(): Promise<PartnerResult<Grant>> {
    if (refreshToken === undefined) return request.withCredentials();
    const refreshed = await request.withRefreshToken(refreshToken);
    if (refreshed.ok || !REFUSALS.has(refreshed.error.kind)) return refreshed;
    refreshToken = undefined;
    return request.withCredentials();
  }

  async function grant(): Promise<PartnerResult<string>> {
    const outcome = await requestGrant();
    flight = undefined;
    if (outcome.ok) return keep(outcome.value);
    const { error } = outcome;
    // The last fifth of a token's life bridges an outage of the token endpoint.
    if (held !== undefined && clock.monotonicMs() < held.expiresAtMs) return { ok: true, value: held.value };
    if (REFUSALS.has(error.kind)) refused(error);
    else if (error.retryAfterMs !== undefined) holdFor(error.retryAfterMs, error);
    return outcome;
  }

  function renew(): Promise<PartnerResult<string>> {
    if (flight !== undefined) return flight;
    const waitMs = (hold?.untilMs ?? 0) - clock.monotonicMs();
    if (hold !== undefined && waitMs > 0) {
      return Promise.resolve({ ok: false, error: { ...hold.error, retryAfterMs: waitMs } });
    }
    flight = grant();
    return flight;
  }

  return {
    current() {
      if (held !== undefined && clock.monotonicMs() < held.renewAtMs) {
        return Promise.resolve({ ok: true, value: held.value });
      }
      return renew();
    },
    renewed(stale) {
      if (held !== undefined && held.value !== stale) return Promise.resolve({ ok: true, value: held.value });
      held = undefined;
      return renew();
    },
    refused,
    accepted() {
      if (refusals > 0) log.info("Partner API accepts us again");
      refusals = 0;
    },
    state() {
      const nowMs = clock.monotonicMs();
      if (hold !== undefined && hold.untilMs > nowMs) {
        return { kind: "refused", retryInMs: hold.untilMs - nowMs };
      }
      if (held === undefined || held.expiresAtMs <= nowMs) return { kind: "none" };
      return { kind: "valid", expiresInMs: held.expiresAtMs - nowMs };
    },
  };
}
