import type { ChargePolicy } from "../core/planner/charge-goal.ts";
import type { GoalChoice, SourcedGoal } from "../core/planner/goal-choice.ts";
import type { PlanAdvice } from "../core/planner/plan-advice.ts";
import type { CommandOutcome } from "./commands.ts";

/** Sets and shows what the next charges are for; takes effect in the next pass and survives a restart. */
export interface ChargePlanDesk {
  /** What holds now: the newest local choice over the partner's policy over the config. */
  goal(): SourcedGoal;
  /** Parts that are not named stay as they were chosen. Refused: `battery_unknown`, `deadline_missing`. */
  choose(choice: GoalChoice): CommandOutcome;
  /** Takes every local choice back. */
  clear(): CommandOutcome;
  /** The newest plan; undefined while none is wanted. */
  advice(): PlanAdvice | undefined;
}

/** Takes the charge policy that the partner keeps; undefined where it has none in force. */
export interface ChargePolicyTarget {
  applyPolicy(policy: ChargePolicy | undefined): void;
}
