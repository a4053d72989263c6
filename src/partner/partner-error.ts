export type PartnerErrorKind =
  | "unauthorized"
  | "forbidden"
  | "not_found"
  | "method_not_allowed"
  | "conflict"
  /** The server understood and refuses what was sent; trying the same again is useless. */
  | "invalid"
  | "rate_limited"
  | "server_error"
  | "unreachable"
  | "timeout"
  | "tls"
  /** An answer that is not what the contract says: no JSON, cut off, too large, a redirect. */
  | "malformed";

/** Why the Partner API did not answer usefully. */
export interface PartnerError {
  readonly kind: PartnerErrorKind;
  /** A sentence for people; the server's own words where it gave some. Never holds a secret. */
  readonly detail: string;
  /** The server, or our own hold after a refusal, asks for no further try before this, ms. */
  readonly retryAfterMs: number | undefined;
  /** With `conflict`: what a refused boost found. */
  readonly conflict?: Conflict;
  /** With `invalid`: which field is wrong, where the server says so. */
  readonly problems?: readonly FieldProblem[];
}

export interface Conflict {
  /** State of the boost, e.g. `ongoing`. */
  readonly state: string | undefined;
  /** A code such as `already_charging`, `fully_charged`, `no_active_session`, `internal_error`. */
  readonly reason: string | undefined;
}

export interface FieldProblem {
  readonly field: string;
  readonly message: string;
}

export type PartnerResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: PartnerError };

export function failure(
  kind: PartnerErrorKind,
  detail: string,
  retryAfterMs?: number,
): { readonly ok: false; readonly error: PartnerError } {
  return { ok: false, error: { kind, detail, retryAfterMs } };
}
