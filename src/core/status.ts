import type { ChargingMode } from "./settings.ts";
import type { MeterTrust } from "./site-sample.ts";
import {
  type ChargeState,
  HEALTH_WARNING_CODES,
  type HealthWarning,
  type HealthWarningCode,
  type UxPhase,
} from "./tick-report.ts";

/** A lost meter is stale at first and counts as disconnected after this long, ms. */
export const DISCONNECTED_AFTER_MS = 120_000;

export interface UxContext {
  readonly mode: ChargingMode;
  readonly state: ChargeState;
  readonly meterTrust: MeterTrust;
  readonly isModulating: boolean;
  /** The machine has been active since the car was plugged in. */
  readonly hasChargedSincePlugIn: boolean;
}

/** The Partner API's projection of machine, mode and eligibility. */
export function uxPhase(context: UxContext): UxPhase {
  if (context.mode === "none" || context.mode === "spot") return "off";
  if (!context.isModulating || context.meterTrust === "lost") return "unavailable";
  switch (context.state) {
    case "commitment":
      return "starting";
    case "active":
      return "active";
    case "idle":
      return context.hasChargedSincePlugIn ? "paused" : "idle";
  }
}

/** What is wrong now, each with the wall time in ms since when. */
export type HealthConditions = { readonly [code in HealthWarningCode]?: number };

export interface HealthContext {
  readonly wallMs: number;
  /** How long the meter has been lost, ms; undefined while it is not. */
  readonly meterLostForMs: number | undefined;
  readonly isWallboxConnected: boolean;
  readonly isDivergent: boolean;
}

/** The conditions after this pass; one that goes on keeps the time at which it began. */
export function nextHealthConditions(before: HealthConditions, context: HealthContext): HealthConditions {
  const { meterLostForMs } = context;
  const isDisconnected = meterLostForMs !== undefined && meterLostForMs >= DISCONNECTED_AFTER_MS;
  const holds: Readonly<Record<HealthWarningCode, boolean>> = {
    inverter_disconnected: isDisconnected,
    wallbox_disconnected: !context.isWallboxConnected,
    inverter_data_stale: meterLostForMs !== undefined && !isDisconnected,
    config_divergence: context.isDivergent,
  };
  const next: { [code in HealthWarningCode]?: number } = {};
  for (const code of HEALTH_WARNING_CODES) {
    if (holds[code]) next[code] = before[code] ?? context.wallMs;
  }
  return next;
}

/** The one warning that matters most. */
export function healthWarning(conditions: HealthConditions): HealthWarning | undefined {
  for (const code of HEALTH_WARNING_CODES) {
    const sinceWallMs = conditions[code];
    if (sinceWallMs !== undefined) return { code, sinceWallMs };
  }
  return undefined;
}

/** The one that matters most among those of several boxes; of two alike the older. */
export function worstWarning(warnings: readonly HealthWarning[]): HealthWarning | undefined {
  const [worst] = warnings.toSorted(
    (one, other) =>
      HEALTH_WARNING_CODES.indexOf(one.code) - HEALTH_WARNING_CODES.indexOf(other.code) ||
      one.sinceWallMs - other.sinceWallMs,
  );
  return worst;
}
