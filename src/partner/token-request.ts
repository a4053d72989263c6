import { z } from "zod";
import type { Clock } from "../ports/clock.ts";
import { jsonOf, readJson, successful } from "./answer.ts";
import type { HttpAnswer, HttpExchange } from "./http-exchange.ts";
import { failure, type PartnerResult } from "./partner-error.ts";
import type { PartnerClientOptions } from "./partner-options.ts";

export interface Grant {
  readonly accessToken: string;
  readonly lifeMs: number;
  readonly refreshToken: string | undefined;
}

export interface TokenRequest {
  /** Asks with user name and password, or with the client's credentials. */
  withCredentials(): Promise<PartnerResult<Grant>>;
  withRefreshToken(refreshToken: string): Promise<PartnerResult<Grant>>;
}

/** RFC 6749 recommends `expires_in`; where it is missing an hour is common. */
const ASSUMED_LIFE_S = 3_600;
const LONGEST_LIFE_S = 30 * 86_400;

/** Printable characters only: it becomes a header. */
const token = z.string().regex(/^[\x21-\x7e]{1,8192}$/, "is no token");

const grantSchema = z.object({
  access_token: token,
  expires_in: z.coerce.number().positive().max(LONGEST_LIFE_S).catch(ASSUMED_LIFE_S),
  refresh_token: token.optional().catch(undefined),
});

/** RFC 6749 5.2; only the code is told, because a description may repeat what was sent. */
const refusalSchema = z.object({ error: z.string().regex(/^[a-z_]{1,40}$/) });

/** The server read the request and does not like who asks: another encoding would not help. */
const REFUSED_BY_NAME = new Set(["invalid_client", "invalid_grant", "unauthorized_client", "access_denied"]);

type Encoding = "json" | "form";

/**
 * Speaks to the token endpoint of the configured grant. JSON first, as Podero documents; where a server answers 400
 * or 415 to that, once more as a form (RFC 6749 4), and the encoding that worked is remembered.
 */
export function createTokenRequest(
  options: Pick<PartnerClientOptions, "auth" | "baseUrl" | "tokenUrl">,
  deps: { readonly clock: Clock; readonly http: HttpExchange },
): TokenRequest {
  const { auth } = options;
  const url = options.tokenUrl ?? documentedTokenUrl(options);
  let encoding: Encoding = "json";

  function send(fields: Readonly<Record<string, string>>, as: Encoding) {
    return deps.http.send({
      method: "POST",
      url,
      headers: {
        accept: "application/json",
        "cache-control": "no-cache",
        "content-type": as === "json" ? "application/json" : "application/x-www-form-urlencoded",
        ...(auth.grant === "client_credentials" ? { authorization: basic(auth) } : {}),
      },
      body: as === "json" ? JSON.stringify(fields) : new URLSearchParams(fields).toString(),
    });
  }

  async function ask(fields: Readonly<Record<string, string>>): Promise<PartnerResult<Grant>> {
    const first = await send(fields, encoding);
    if (!first.ok) return first;
    if (encoding === "form" || !isEncodingInDoubt(first.value)) return readGrant(first.value, deps.clock);
    const second = await send(fields, "form");
    if (!second.ok) return second;
    const granted = readGrant(second.value, deps.clock);
    if (granted.ok) encoding = "form";
    return granted;
  }

  return {
    withCredentials: () =>
      auth.grant === "password"
        ? ask({ grant_type: "password", username: auth.username, password: auth.password })
        : ask({ grant_type: "client_credentials" }),
    withRefreshToken: (refreshToken) => ask({ grant_type: "refresh_token", refresh_token: refreshToken }),
  };
}

/** The published API has two token endpoints; each takes only its own grants. */
function documentedTokenUrl({ auth, baseUrl }: Pick<PartnerClientOptions, "auth" | "baseUrl">): string {
  return auth.grant === "password" ? `${baseUrl}/api/partners/v2.0/auth/token` : `${baseUrl}/oauth2/token/`;
}

/** RFC 6749 2.3.1: both parts are form-encoded before they are joined. */
function basic(auth: { readonly clientId: string; readonly clientSecret: string }): string {
  const pair = `${encodeURIComponent(auth.clientId)}:${encodeURIComponent(auth.clientSecret)}`;
  return `Basic ${Buffer.from(pair).toString("base64")}`;
}

function isEncodingInDoubt(answer: HttpAnswer): boolean {
  if (answer.status === 415) return true;
  return answer.status === 400 && !REFUSED_BY_NAME.has(refusalCode(answer) ?? "");
}

function refusalCode(answer: HttpAnswer): string | undefined {
  return refusalSchema.safeParse(jsonOf(answer.text)).data?.error;
}

function readGrant(answer: HttpAnswer, clock: Clock): PartnerResult<Grant> {
  const { status } = answer;
  if (status === 400 || status === 401) {
    return failure("unauthorized", `no token: ${refusalCode(answer) ?? `the server answers ${status}`}`);
  }
  const success = successful(answer, { wallMs: clock.wallMs(), secret: undefined });
  if (!success.ok) {
    const { kind, retryAfterMs } = success.error;
    return failure(kind, `no token: the server answers ${status}`, retryAfterMs);
  }
  const body = readJson(answer, grantSchema);
  if (!body.ok) return body;
  const { access_token, expires_in, refresh_token } = body.value;
  return {
    ok: true,
    value: { accessToken: access_token, lifeMs: expires_in * 1_000, refreshToken: refresh_token },
  };
}
