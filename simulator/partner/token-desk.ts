import { randomBytes, timingSafeEqual } from "node:crypto";
import type { Clock } from "../../src/ports/clock.ts";

export interface TokenDeskSeed {
  readonly username?: string;
  readonly password?: string;
  readonly clientId?: string;
  readonly clientSecret?: string;
  /** Life of an access token, ms; 10 h by default, as the guides say. */
  readonly tokenLifeMs?: number;
}

/** An answer of a token endpoint: a grant, or an error in the words of RFC 6749 5.2. */
export type TokenAnswer =
  | { readonly status: 200; readonly body: Readonly<Record<string, string | number>> }
  | { readonly status: 400 | 401; readonly body: { readonly error: string } };

export interface TokenDesk {
  /** Grants `password` and `refresh_token`, as `/api/partners/v2.0/auth/token` documents. */
  userGrant(fields: Readonly<Record<string, unknown>>): TokenAnswer;
  /** Grant `client_credentials` with a Basic header, as `/oauth2/token/` documents. */
  clientGrant(fields: Readonly<Record<string, unknown>>, authorization: string | undefined): TokenAnswer;
  isValid(accessToken: string): boolean;
  /** Every access token dies, refresh tokens live on. */
  revokeAccessTokens(): void;
  revokeRefreshTokens(): void;
}

const MOST_TOKENS = 100;

/** Issues opaque tokens that expire on the clock; a refresh token works once. */
export function createTokenDesk(seed: TokenDeskSeed, clock: Clock): TokenDesk {
  const lifeMs = seed.tokenLifeMs ?? 36_000_000;
  const expiryMsOfToken = new Map<string, number>();
  const refreshTokens = new Set<string>();

  function issue(withRefresh: boolean): TokenAnswer {
    const accessToken = newToken();
    expiryMsOfToken.set(accessToken, clock.monotonicMs() + lifeMs);
    forgetOldest(expiryMsOfToken);
    const body = {
      access_token: accessToken,
      expires_in: Math.round(lifeMs / 1_000),
      token_type: "Bearer",
      scope: "read write",
    };
    if (!withRefresh) return { status: 200, body };
    const refreshToken = newToken();
    refreshTokens.add(refreshToken);
    forgetOldest(refreshTokens);
    return { status: 200, body: { ...body, refresh_token: refreshToken } };
  }

  return {
    userGrant(fields) {
      if (fields.grant_type === "password") {
        const isKnown =
          isSame(fields.username, seed.username ?? "gateway@example.com") &&
          isSame(fields.password, seed.password ?? "simulated-password");
        return isKnown ? issue(true) : refused(400, "invalid_grant");
      }
      if (fields.grant_type === "refresh_token") {
        const isKnown = refreshTokens.delete(String(fields.refresh_token));
        return isKnown ? issue(true) : refused(400, "invalid_grant");
      }
      return refused(400, fields.grant_type === undefined ? "invalid_request" : "unsupported_grant_type");
    },
    clientGrant(fields, authorization) {
      const [clientId, clientSecret] = basicPair(authorization);
      const isKnown =
        isSame(clientId, seed.clientId ?? "simulated-client") &&
        isSame(clientSecret, seed.clientSecret ?? "simulated-client-secret");
      if (!isKnown) return refused(401, "invalid_client");
      return fields.grant_type === "client_credentials"
        ? issue(false)
        : refused(400, fields.grant_type === undefined ? "invalid_request" : "unsupported_grant_type");
    },
    isValid: (accessToken) => (expiryMsOfToken.get(accessToken) ?? -Infinity) > clock.monotonicMs(),
    revokeAccessTokens: () => expiryMsOfToken.clear(),
    revokeRefreshTokens: () => refreshTokens.clear(),
  };
}

function newToken(): string {
  return randomBytes(24).toString("base64url");
}

function forgetOldest(tokens: Map<string, number> | Set<string>): void {
  const [oldest] = tokens.keys();
  if (tokens.size > MOST_TOKENS && oldest !== undefined) tokens.delete(oldest);
}

function refused(status: 400 | 401, error: string): TokenAnswer {
  return { status, body: { error } };
}

function isSame(given: unknown, expected: string): boolean {
  const [a, b] = [Buffer.from(String(given)), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function basicPair(authorization: string | undefined): readonly string[] {
  const encoded = /^Basic (\S+)$/i.exec(authorization ?? "")?.[1];
  if (encoded === undefined) return [];
  const pair = Buffer.from(encoded, "base64").toString();
  const colon = pair.indexOf(":");
  return colon < 0 ? [] : [formDecoded(pair.slice(0, colon)), formDecoded(pair.slice(colon + 1))];
}

/** A broken escape stands for itself. */
function formDecoded(text: string): string {
  return new URLSearchParams(`text=${text.replaceAll("&", "%26")}`).get("text") ?? "";
}
