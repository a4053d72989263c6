import { isoUtc } from "../core/iso-time.ts";
import type { PartnerStateView } from "./api-context.ts";

const LONGEST_REASON = 300;
const LONGEST_CODE = 64;

/** The sync's state as the page shows it. Named member by member: a supplier that grows, e.g. by a token, shows nothing new here. */
export function partnerWire(partner: PartnerStateView | undefined) {
  if (partner === undefined) return null;
  const { config, decisions = [] } = partner;
  return {
    is_online: partner.error === undefined && partner.ageMs !== undefined,
    error: partner.error?.kind ?? null,
    token: partner.token?.kind ?? null,
    age_ms: partner.ageMs ?? null,
    pulls: partner.pulls,
    puts: partner.puts,
    has_pending_change: partner.pending !== undefined,
    rejected: partner.rejected?.reason.slice(0, LONGEST_REASON) ?? null,
    mode_conflict: config?.mode_conflict ?? null,
    config_divergence: config?.config_divergence ?? null,
    health_warning: warningWire(config?.health_warning),
    last_decision: decisionWire(decisions[0]),
    status_pushes: partner.status.pushes,
    is_status_unsupported: partner.status.isUnsupported,
  };
}

function warningWire(warning: NonNullable<PartnerStateView["config"]>["health_warning"]) {
  if (warning === undefined) return null;
  return { code: warning.code.slice(0, LONGEST_CODE), since: warning.since?.slice(0, LONGEST_CODE) ?? null };
}

function decisionWire(decision: NonNullable<PartnerStateView["decisions"]>[number] | undefined) {
  if (decision === undefined) return null;
  const { wallMs, part, local, remote, winner } = decision;
  return { ts: isoUtc(wallMs), part, local, remote, winner };
}
