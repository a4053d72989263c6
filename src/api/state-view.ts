import { isoUtc } from "../core/iso-time.ts";
import { stateWire, telemetryWire } from "../core/report-wire.ts";
import { smartChargingStatus } from "../core/smart-charging-status.ts";
import type { TickReport } from "../core/tick-report.ts";
import type { ApiContext } from "./api-context.ts";
import { modeAvailabilities } from "./mode-availability.ts";

/** `GET /api/state` and each server-sent event: the newest pass and what stands around it. */
export function stateView(context: ApiContext, report: TickReport) {
  const { options, clock } = context;
  return {
    site: options.siteName,
    version: options.version,
    pass: report.pass,
    pass_age_ms: Math.round(clock.monotonicMs() - report.monotonicMs),
    state: stateWire(report),
    telemetry: telemetryWire(report),
    status: smartChargingStatus(report),
    meter: report.meterTrust,
    wallbox: {
      is_connected: report.wallbox.isConnected,
      vehicle: report.wallbox.vehicle,
      is_following: report.wallbox.isFollowing,
      writes_today: report.wallbox.writesToday,
    },
    health_warning: healthWarningWire(report),
    available_modes: modeAvailabilities(options, report),
    partner: plainValues(context.partnerState?.()),
    mqtt: plainValues(context.mqttState?.()),
  };
}

export function healthWarningWire({ healthWarning }: TickReport) {
  if (healthWarning === undefined) return null;
  return { code: healthWarning.code, since: isoUtc(healthWarning.sinceWallMs) };
}

/** The plain values of a supplier under wire names; whatever is nested stays inside. */
function plainValues(state: object | undefined): Record<string, string | number | boolean> | null {
  if (state === undefined) return null;
  const values: Record<string, string | number | boolean> = {};
  for (const [key, value] of Object.entries(state)) {
    if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") {
      values[key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)] = value;
    }
  }
  return values;
}
