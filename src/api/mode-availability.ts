import { CHARGING_MODES, type ChargingMode } from "../core/settings.ts";
import type { TickReport } from "../core/tick-report.ts";
import type { ApiOptions } from "./api-context.ts";

/** Those codes of the Partner API that a gateway can know; it has no register of cars. */
export type ModeReason = "wallbox_not_modulating" | "no_inverter" | "inverter_no_export_data";

export interface ModeAvailability {
  readonly mode: ChargingMode;
  readonly available: boolean;
  readonly reasons: readonly ModeReason[];
}

/** Why this site cannot charge by surplus; empty when it can. */
export function hemsIneligibleReasons(options: ApiOptions, report: TickReport): ModeReason[] {
  const reasons: ModeReason[] = [];
  if (report.reason.code === "wallbox_not_modulating") reasons.push("wallbox_not_modulating");
  if (options.deviceRoles.length === 0) reasons.push("no_inverter");
  else if (!options.deviceRoles.includes("grid")) reasons.push("inverter_no_export_data");
  return reasons;
}

/** Every mode with whether it can be chosen; `none` always can. */
export function modeAvailabilities(options: ApiOptions, report: TickReport): ModeAvailability[] {
  const reasons = hemsIneligibleReasons(options, report);
  return CHARGING_MODES.map((mode) => availability(mode, reasons, options.hasPrices));
}

function availability(
  mode: ChargingMode,
  hemsReasons: readonly ModeReason[],
  hasPrices: boolean,
): ModeAvailability {
  switch (mode) {
    case "none":
      return { mode, available: true, reasons: [] };
    case "spot":
      return { mode, available: hasPrices, reasons: [] };
    case "hems":
    case "hems_and_spot":
      return { mode, available: hemsReasons.length === 0, reasons: hemsReasons };
  }
}
