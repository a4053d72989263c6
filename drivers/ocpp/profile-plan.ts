import type { Logger } from "pino";
import type { StateStore } from "../../src/ports/state-store.ts";
import type { ProfileLimits } from "./box-configuration.ts";
import type { ProfilePlan, RateUnit } from "./charging-profile.ts";
import { recordOf, textOf } from "./lenient-json.ts";

/** What is known of the way in which this box takes profiles; kept until its firmware changes. */
export interface PlanBook {
  readonly plan: ProfilePlan;
  readonly rateUnit: RateUnit;
  /** Takes what GetConfiguration claims. True when a floor must be laid anew because of it. */
  learnLimits(limits: ProfileLimits): boolean;
  /** What to try after a refusal; giving up the dead-man is allowed only while a session runs. */
  fallback(refused: ProfilePlan, isInSession: boolean): ProfilePlan | undefined;
  confirm(plan: ProfilePlan): void;
  /** New firmware may know more: start from the best plan again. */
  firmwareSeen(firmware: string): void;
}

export function createPlanBook(
  key: string,
  { store, log }: { readonly store: StateStore; readonly log: Logger },
): PlanBook {
  const stored = recordOf(store.get(key));
  let firmware = textOf(stored.firmware);
  let plan = planOf(stored.plan);
  let isProven = stored.plan !== undefined;
  let rateUnit: RateUnit = stored.rateUnit === "W" ? "W" : "A";
  let maxPeriods: number | undefined;

  function save(next: ProfilePlan): void {
    if (next !== plan) logPlan(log, next);
    plan = next;
    store.put(key, { plan, rateUnit, firmware });
  }

  function withoutStack(): ProfilePlan {
    return (maxPeriods ?? 2) >= 2 ? "two_period" : "plain";
  }

  return {
    get plan() {
      return plan;
    },
    get rateUnit() {
      return rateUnit;
    },
    learnLimits(limits) {
      maxPeriods = limits.maxPeriods;
      const isUnitNew = limits.rateUnit !== rateUnit;
      rateUnit = limits.rateUnit;
      const isStackable = (limits.maxStackLevel ?? 1) >= 1 && (limits.maxProfiles ?? 2) >= 2;
      // What the box did counts more than what it claims.
      if (!isProven && !isStackable) save(withoutStack());
      return isUnitNew;
    },
    fallback(refused, isInSession) {
      const next = refused === "stacked" ? withoutStack() : "plain";
      return next === refused || (next === "plain" && !isInSession) ? undefined : next;
    },
    confirm(confirmed) {
      if (isProven && confirmed === plan) return;
      isProven = true;
      save(confirmed);
    },
    firmwareSeen(version) {
      if (version === firmware) return;
      const isUpdate = firmware !== undefined;
      firmware = version;
      if (isUpdate) isProven = false;
      save(isUpdate ? "stacked" : plan);
    },
  };
}

function logPlan(log: Logger, plan: ProfilePlan): void {
  if (plan === "plain") {
    log.error({ plan }, "wallbox takes no expiring limit: it will not fall back when the gateway dies");
  } else {
    log.info({ plan }, "wallbox takes its limits in this way");
  }
}

function planOf(value: unknown): ProfilePlan {
  return value === "two_period" || value === "plain" ? value : "stacked";
}
