import { randomBytes, timingSafeEqual } from "node:crypto";
import type { Clock } from "../../src/ports/clock.ts";

/** Who a token speaks for: `admin` and `staff` see everybody, a `user` only what is theirs. */
export interface Caller {
  readonly role: "admin" | "staff" | "user";
  readonly userId: string;
}

export interface Login {
  readonly username: string;
  readonly password: string;
  readonly caller: Caller;
}

export interface TokenDeskSeed {
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
  addLogin(login: Login): void;
  /** Grants `password` and `refresh_token`, as `/api/partners/v2.0/auth/token` documents. */
  userGrant(fields: Readonly<Record<string, unknown>>): TokenAnswer;
  /** Grant `client_credentials` with a Basic header, as `/oauth2/token/` documents. */
  clientGrant(fields: Readonly<Record<string, unknown>>, authorization: string | undefined): TokenAnswer;
  /** Undefined for a token that is unknown or too old. */
  callerOf(accessToken: string): Caller | undefined;
  /** Every access token dies, refresh tokens live on. */
  revokeAccessTokens(): void;
  revokeRefreshTokens(): void;
}

const MOST_TOKENS = 20_000;

/** Client credentials have the rights of an administrator. */
const CLIENT: Caller = { role: "admin", userId: "client" };

/** Issues opaque tokens that expire on the clock; a refresh token works once. */
export function createTokenDesk(seed: TokenDeskSeed, clock: Clock): TokenDesk {
  const lifeMs = seed.tokenLifeMs ?? 36_000_000;
  const logins: Login[] = [];
  const accessTokens = new Map<string, { readonly caller: Caller; readonly expiresAtMs: number }>();
  const refreshTokens = new Map<string, Caller>();

  function issue(caller: Caller, withRefresh: boolean): TokenAnswer {
    const accessToken = newToken();
    accessTokens.set(accessToken, { caller, expiresAtMs: clock.monotonicMs() + lifeMs });
    forgetOldest(accessTokens);
    const body = {
      access_token: accessToken,
      expires_in: Math.round(lifeMs / 1_000),
      token_type: "Bearer",
      scope: "read write",
    };
    if (!withRefresh) return { status: 200, body };
    const refreshToken = newToken();
    refreshTokens.set(refreshToken, caller);
    forgetOldest(refreshTokens);
    return { status: 200, body: { ...body, refresh_token: refreshToken } };
  }

  return {
    addLogin: (login) => void logins.push(login),
    userGrant(fields) {
      if (fields.grant_type === "password") {
        const login = logins.find(
          ({ username, password }) => isSame(fields.username, username) && isSame(fields.password, password),
        );
        return login === undefined ? refused(400, "invalid_grant") : issue(login.caller, true);
      }
      if (fields.grant_type === "refresh_token") {
        const caller = refreshTokens.get(String(fields.refresh_token));
        refreshTokens.delete(String(fields.refresh_token));
        return caller === undefined ? refused(400, "invalid_grant") : issue(caller, true);
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
        ? issue(CLIENT, false)
        : refused(400, fields.grant_type === undefined ? "invalid_request" : "unsupported_grant_type");
    },
    callerOf(accessToken) {
      const held = accessTokens.get(accessToken);
      return held !== undefined && held.expiresAtMs > clock.monotonicMs() ? held.caller : undefined;
    },
    revokeAccessTokens: () => accessTokens.clear(),
    revokeRefreshTokens: () => refreshTokens.clear(),
  };
}

function newToken(): string {
  return randomBytes(24).toString("base64url");
}

function forgetOldest(tokens: Map<string, unknown>): void {
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
