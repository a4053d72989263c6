import type { Config } from "../config/schema.ts";
import { createPartnerClient } from "../partner/partner-client.ts";
import type { ChargePolicyTarget } from "../ports/charge-plan.ts";
import { createPolicyPull } from "../sync/policy-pull.ts";
import { pollPhase } from "../sync/poll-slots.ts";
import { createSyncLoop, type SyncLoop } from "../sync/sync-loop.ts";
import type { DaemonDeps } from "./daemon-deps.ts";
import type { SiteControl } from "./site-control.ts";

/** Keeps settings and charge plans in step with the Partner API; undefined without one. */
export function createPartnerSync(
  { partner, site }: Config,
  deps: DaemonDeps & { readonly control: Pick<SiteControl, "settings" | "chargePlans"> },
): SyncLoop | undefined {
  const options = deps.secrets.partner;
  if (partner === undefined || options === undefined) return undefined;
  const client = createPartnerClient(options, deps);
  const { settings, chargePlans } = deps.control;
  const phase = pollPhase(partner.user_id);
  const sync = createSyncLoop(
    { pollMs: partner.poll_s * 1_000, phase },
    { ...deps, client, target: settings },
  );
  const policyTarget: ChargePolicyTarget = {
    applyPolicy(policy) {
      for (const chargePlan of chargePlans.values()) chargePlan.applyPolicy(policy);
    },
  };
  const policyPull = createPolicyPull(
    { timeZone: site.time_zone, phase },
    { ...deps, client, target: policyTarget },
  );
  return {
    ...sync,
    start() {
      sync.start();
      policyPull.start();
    },
    stop() {
      sync.stop();
      policyPull.stop();
      client.close();
    },
  };
}
