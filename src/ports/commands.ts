import type { GoalChoice } from "../core/planner/goal-choice.ts";
import type { ChargingMode, Settings, Thresholds } from "../core/settings.ts";

/** `reason` is a stable code such as `already_charging`; `detail` is a sentence with the remedy. */
export type CommandOutcome =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: string; readonly detail: string };

/** What a person or program in the house may ask of the running daemon. Takes effect in the next pass. */
export interface Commands {
  /** What was asked for so far; the newest pass may not have seen it yet. */
  settings(): Settings;
  setMode(mode: ChargingMode): CommandOutcome;
  /** Omitted parts stay as they are. */
  setThresholds(change: Partial<Thresholds>): CommandOutcome;
  /**
   * Charge now, or arm for the next plug-in. Without a name: the only box, or the only one with a car. Refused:
   * `already_charging`, `fully_charged`, `no_active_session`, `unknown_wallbox`, `wallbox_needed`.
   */
  startBoost(wallboxName?: string): CommandOutcome;
  /** Without a name: of every box. */
  cancelBoost(wallboxName?: string): CommandOutcome;
  /** A cap in A per phase below the configured maximum; undefined lifts the cap. */
  setMaxCurrent(currentA: number | undefined): CommandOutcome;
  /**
   * How much by when; undefined takes every local choice back. Without a name: at every box. Refused: `battery_unknown`,
   * `deadline_missing`, `unknown_wallbox`.
   */
  setChargePlan(choice: GoalChoice | undefined, wallboxName?: string): CommandOutcome;
}
