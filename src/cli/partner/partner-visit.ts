import { pino } from "pino";
import type { PartnerConfig } from "../../config/partner-schema.ts";
import type { ChargingConfig } from "../../partner/charging-config.ts";
import { createPartnerClient } from "../../partner/partner-client.ts";
import { partnerClientOptions } from "../../partner/partner-options.ts";
import { createSystemClock } from "../../service/clock.ts";
import { errorSentence } from "./session.ts";

export type PartnerVisit =
  | {
      readonly ok: true;
      readonly config: ChargingConfig;
      readonly token: string;
      /** How long the login holds, s, where the server tells. */
      readonly expiresInS: number | undefined;
    }
  /** `unreadable`: a secret cannot be read here, so nothing was asked. */
  | { readonly ok: false; readonly kind: "unreadable" | "failed"; readonly detail: string };

/** Logs in as the daemon does and gets the charging-config once. Never rejects. */
export async function visitPartner(
  partner: PartnerConfig,
  environment: NodeJS.ProcessEnv,
): Promise<PartnerVisit> {
  const options = partnerClientOptions(partner, environment);
  if (!options.ok) return { ok: false, kind: "unreadable", detail: options.detail };
  const client = createPartnerClient(options.options, {
    clock: createSystemClock(),
    log: pino({ level: "silent" }),
  });
  const config = await client.getChargingConfig();
  const token = client.tokenState();
  client.close();
  if (!config.ok) return { ok: false, kind: "failed", detail: errorSentence(config.error) };
  const expiresInS = token.kind === "valid" ? Math.round(token.expiresInMs / 1_000) : undefined;
  return { ok: true, config: config.value, token: token.kind, expiresInS };
}
