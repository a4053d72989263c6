import type { Logger } from "pino";
import type { StateStore } from "../../src/ports/state-store.ts";
import type { ProfileLimits } from "./box-configuration.ts";
import type { BoxHabits } from "./box-habits.ts";
import type { ProfileKind, ProfilePlan, RateUnit } from "./charging-profile.ts";
import { recordOf, textOf } from "./lenient-json.ts";

/** Refusals in a row after which a way that the box has taken before is given up: a single one may come from a bad line. */
const REFUSALS_OF_PROVEN = 3;

/** How limits are sent to one box. */
export interface ProfileWay {
  readonly plan: ProfilePlan;
  readonly kind: ProfileKind;
}

/** What is known of the way in which this box takes profiles; kept until its firmware changes. */
export interface PlanBook extends ProfileWay {
  readonly rateUnit: RateUnit;
  /** The box took a profile in this way. */
  readonly isProven: boolean;
  /** The model of the box is known: begin in the way that is known of it. True when a floor must be laid anew. */
  useHabits(habits: BoxHabits): boolean;
  /** Takes what GetConfiguration claims. True when a floor must be laid anew because of it. */
  learnLimits(limits: ProfileLimits): boolean;
  /** What to try after a refusal, if anything: what was proven is given up after several. Giving up the dead-man is allowed only while a session runs. */
  fallback(refused: ProfileWay, isInSession: boolean): ProfileWay | undefined;
  confirm(way: ProfileWay): void;
  /** A new connection: the proven way is tried again, where another one took its place meanwhile. */
  linkUp(): void;
  /** No answer at all: some boxes are silent about the kind that they do not know. */
  unanswered(): void;
  /** New firmware may know more: start from the best plan again. */
  firmwareSeen(firmware: string): void;
}

export function createPlanBook(
  key: string,
  { store, log, habits }: { readonly store: StateStore; readonly log: Logger; readonly habits: BoxHabits },
): PlanBook {
  const stored = recordOf(store.get(key));
  let known = habits;
  let firmware = textOf(stored.firmware);
  let isProven = stored.isProven === true;
  let way: ProfileWay = isProven
    ? { plan: planOf(stored.plan), kind: stored.kind === "Relative" ? "Relative" : "Absolute" }
    : firstWay(habits);
  let rateUnit: RateUnit = habits.rateUnit ?? (stored.rateUnit === "W" ? "W" : "A");
  /** Where it stands in for a proven one, `way` is for this connection only. */
  let kept = way;
  let refusals = 0;
  let maxPeriods: number | undefined;

  function use(next: ProfileWay): void {
    if (next.plan !== way.plan) logPlan(log, next.plan);
    way = next;
  }

  function save(next: ProfileWay): void {
    use(next);
    kept = next;
    store.put(key, { ...kept, rateUnit, firmware, isProven });
  }

  function withoutStack(): ProfilePlan {
    return (maxPeriods ?? 2) >= 2 ? "two_period" : "plain";
  }

  function otherKind(kind: ProfileKind): ProfileWay | undefined {
    return kind === known.profileKind ? { plan: known.firstPlan, kind: opposite(kind) } : undefined;
  }

  return {
    get plan() {
      return way.plan;
    },
    get kind() {
      return way.kind;
    },
    get rateUnit() {
      return rateUnit;
    },
    get isProven() {
      return isProven;
    },
    useHabits(next) {
      known = next;
      const before = { ...way, rateUnit };
      rateUnit = next.rateUnit ?? rateUnit;
      if (!isProven) {
        way = firstWay(next);
        kept = way;
      }
      return before.plan !== way.plan || before.kind !== way.kind || before.rateUnit !== rateUnit;
    },
    learnLimits(limits) {
      maxPeriods = limits.maxPeriods;
      const unit = known.rateUnit ?? limits.rateUnit;
      const isUnitNew = unit !== rateUnit;
      rateUnit = unit;
      const isStackable = (limits.maxStackLevel ?? 1) >= 1 && (limits.maxProfiles ?? 2) >= 2;
      // What the box did counts more than what it claims.
      if (!isProven && !isStackable) save({ ...way, plan: withoutStack() });
      return isUnitNew;
    },
    fallback(refused, isInSession) {
      if (isProven && isSame(refused, kept) && ++refusals < REFUSALS_OF_PROVEN) return undefined;
      const plan = refused.plan === "stacked" ? withoutStack() : "plain";
      if (plan === refused.plan) return isInSession ? otherKind(refused.kind) : undefined;
      return plan === "plain" && !isInSession ? undefined : { plan, kind: refused.kind };
    },
    confirm(confirmed) {
      const taken = { plan: confirmed.plan, kind: confirmed.kind };
      if (isProven && !isSame(taken, kept)) {
        use(taken);
        return;
      }
      refusals = 0;
      if (isProven && isSame(taken, way)) return;
      isProven = true;
      save(taken);
    },
    linkUp() {
      way = kept;
    },
    unanswered() {
      if (isProven) return;
      way = { ...way, kind: opposite(way.kind) };
      kept = way;
    },
    firmwareSeen(version) {
      if (version === firmware) return;
      const isUpdate = firmware !== undefined;
      firmware = version;
      if (isUpdate) {
        isProven = false;
        refusals = 0;
      }
      save(isUpdate ? firstWay(known) : kept);
    },
  };
}

function firstWay({ firstPlan, profileKind }: BoxHabits): ProfileWay {
  return { plan: firstPlan, kind: profileKind };
}

function isSame(one: ProfileWay, other: ProfileWay): boolean {
  return one.plan === other.plan && one.kind === other.kind;
}

function opposite(kind: ProfileKind): ProfileKind {
  return kind === "Absolute" ? "Relative" : "Absolute";
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
