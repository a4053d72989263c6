import type { Logger } from "pino";
import type { z } from "zod";
import type { SmartChargingStatus } from "../core/smart-charging-status.ts";
import type { Clock } from "../ports/clock.ts";
import { readJson, successful } from "./answer.ts";
import {
  type ChargingConfig,
  type ChargingConfigUpdate,
  chargingConfigSchema,
  chargingConfigUpdateSchema,
  smartChargingStatusSchema,
} from "./charging-config.ts";
import { createHttpExchange, type HttpAnswer } from "./http-exchange.ts";
import { failure, type PartnerResult } from "./partner-error.ts";
import type { PartnerClientOptions } from "./partner-options.ts";
import { createTokenRequest } from "./token-request.ts";
import { createTokenSource, type TokenState } from "./token-source.ts";

/** The Partner API v2.0 for one user. Every call is bounded in time and size and never rejects. */
export interface PartnerClient {
  getChargingConfig(): Promise<PartnerResult<ChargingConfig>>;
  /** Sends only the fields of `update`; the answer is the config from now on. `invalid` (422) is final. */
  putChargingConfig(update: ChargingConfigUpdate): Promise<PartnerResult<ChargingConfig>>;
  /**
   * Puts our status to the configured address. The published API has no endpoint for it: expect `not_found` or
   * `method_not_allowed` from Podero itself, and an answer from a partner's own backend.
   */
  pushStatus(status: SmartChargingStatus): Promise<PartnerResult<undefined>>;
  tokenState(): TokenState;
  /** Ends what is in flight; later calls fail as `unreachable`. */
  close(): void;
}

export interface PartnerClientDeps {
  readonly clock: Clock;
  readonly log: Logger;
  /** For tests; the runtime's own by default. */
  readonly fetch?: typeof fetch;
}

interface Call {
  readonly method: "GET" | "PUT";
  readonly url: string;
  readonly body?: unknown;
}

const DEFAULT_STATUS_URL = "{base_url}/api/partners/v2.0/org/{org_id}/users/{user_id}/charging-config/status";

const NO_TOKEN: PartnerResult<undefined> = { ok: true, value: undefined };

export function createPartnerClient(options: PartnerClientOptions, deps: PartnerClientDeps): PartnerClient {
  const { clock, log } = deps;
  const http = createHttpExchange(options, { clock, fetch: deps.fetch ?? fetch });
  const tokens = createTokenSource({ clock, log, request: createTokenRequest(options, { clock, http }) });
  const userUrl = `${options.baseUrl}/api/partners/v2.0/org/${options.orgId}/users/${options.userId}`;
  const configUrl = `${userUrl}/charging-config`;
  const statusUrl = filled(options.statusUrl ?? DEFAULT_STATUS_URL, options);
  // A status address elsewhere is a partner's own backend: it must not see the token for Podero.
  const isStatusAtHome = originOf(statusUrl) === originOf(options.baseUrl);
  warnOfRisks(options, log);

  async function send(call: Call, token: string | undefined): Promise<PartnerResult<HttpAnswer>> {
    const sent = await http.send({
      method: call.method,
      url: call.url,
      headers: {
        accept: "application/json",
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(call.body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
    });
    if (!sent.ok) return sent;
    const result = successful(sent.value, clock.wallMs());
    if (result.ok || token === undefined) return result;
    // A server may repeat what it was sent.
    return { ok: false, error: { ...result.error, detail: result.error.detail.replaceAll(token, "***") } };
  }

  async function sendAuthorized(call: Call): Promise<PartnerResult<HttpAnswer>> {
    const token = await tokens.current();
    if (!token.ok) return token;
    const first = await send(call, token.value);
    if (first.ok) tokens.accepted();
    if (first.ok || first.error.kind !== "unauthorized") return first;
    const renewed = await tokens.renewed(token.value);
    if (!renewed.ok) return renewed;
    const second = await send(call, renewed.value);
    if (second.ok) tokens.accepted();
    else if (second.error.kind === "unauthorized") tokens.refused(second.error);
    return second;
  }

  async function configFrom(call: Call): Promise<PartnerResult<ChargingConfig>> {
    const answer = await sendAuthorized(call);
    return answer.ok ? readJson(answer.value, chargingConfigSchema) : answer;
  }

  return {
    getChargingConfig: () => configFrom({ method: "GET", url: configUrl }),
    async putChargingConfig(update) {
      const checked = chargingConfigUpdateSchema.safeParse(update);
      if (!checked.success) return failure("invalid", notSent(checked.error));
      return configFrom({ method: "PUT", url: configUrl, body: checked.data });
    },
    async pushStatus(status) {
      const checked = smartChargingStatusSchema.safeParse(status);
      if (!checked.success) return failure("invalid", notSent(checked.error));
      const call: Call = { method: "PUT", url: statusUrl, body: checked.data };
      const token = isStatusAtHome ? await tokens.current() : NO_TOKEN;
      if (!token.ok) return token;
      // No second try after a 401: an address that nobody documents does not decide whether our token is good.
      const answer = await send(call, token.value);
      return answer.ok ? { ok: true, value: undefined } : answer;
    },
    tokenState: tokens.state,
    close: http.close,
  };
}

function filled(template: string, options: PartnerClientOptions): string {
  return template
    .replaceAll("{base_url}", options.baseUrl)
    .replaceAll("{org_id}", options.orgId)
    .replaceAll("{user_id}", options.userId);
}

function originOf(url: string): string | undefined {
  return URL.parse(url)?.origin;
}

function notSent(error: z.ZodError): string {
  return error.issues.map(({ path, message }) => `${path.join(".") || "body"}: ${message}`).join("; ");
}

function warnOfRisks(options: PartnerClientOptions, log: Logger): void {
  if (options.auth.grant === "client_credentials") {
    log.warn(
      "client credentials have administrator rights over the whole organisation: better give this gateway a user's own login",
    );
  }
  const base = URL.parse(options.baseUrl);
  if (base?.protocol === "http:" && !/^(127\.|localhost$|\[::1\]$)/.test(base.hostname)) {
    log.warn({ host: base.host }, "Partner API without TLS: credentials travel in the clear");
  }
}
