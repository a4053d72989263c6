import type { ChargeGoal } from "../core/planner/charge-goal.ts";
import type { PricePlan } from "../core/planner/price-plan.ts";

/** Sets and shows what the next charges are for; takes effect in the next pass and survives a restart. */
export interface ChargePlanDesk {
  /** What holds now: the config's goal with the parts that were set over it. */
  goal(): ChargeGoal;
  /** Replaces the parts that were set before; undefined goes back to the config's goal. */
  setChargePlan(parts: Partial<ChargeGoal> | undefined): void;
  /** The newest plan; undefined while none is needed. */
  plan(): PricePlan | undefined;
}
