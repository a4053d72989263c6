import { isoUtc } from "./iso-time.ts";
import type { TickReport, UxPhase } from "./tick-report.ts";

/** `SmartChargingStatusOutput` of the Partner API, with its wire names; MQTT and the local API tell the same. */
export interface SmartChargingStatus {
  readonly ux_phase: UxPhase;
  /** The path that steers the charge right now: we only ever steer a wallbox. */
  readonly mechanism: "wallbox" | null;
  readonly charge_power_w: number | null;
  readonly boost: "available" | "requested" | "unavailable" | "ongoing";
  readonly solar_kwh_today: number;
  /** ISO 8601 UTC. */
  readonly as_of: string;
}

/** The projection of one pass to the Partner API's status: whole watts, energy to the watt-hour. */
export function smartChargingStatus(report: TickReport): SmartChargingStatus {
  const { chargePowerW } = report.powers;
  return {
    ux_phase: report.uxPhase,
    mechanism: isSteering(report) ? "wallbox" : null,
    charge_power_w: chargePowerW === undefined ? null : Math.round(chargePowerW),
    boost: boostOnWire(report),
    solar_kwh_today: Math.round(report.solarEnergyTodayWh) / 1_000,
    as_of: isoUtc(report.wallMs),
  };
}

function isSteering(report: TickReport): boolean {
  return report.wallbox.isConnected && (report.mode !== "none" || report.boost === "ongoing");
}

/** A boost can be armed without a car, but not without a box that could carry it out. */
function boostOnWire(report: TickReport): SmartChargingStatus["boost"] {
  switch (report.boost) {
    case "ongoing":
      return "ongoing";
    case "armed":
      return "requested";
    case "off":
      return report.wallbox.isConnected && report.wallbox.vehicle !== "faulted" ? "available" : "unavailable";
  }
}
