import { isoUtc } from "../core/iso-time.ts";
import { boxDecisionWire, kWh, limitsWire, stateWire, telemetryWire } from "../core/report-wire.ts";
import { smartChargingStatus } from "../core/smart-charging-status.ts";
import type { NamedBoxReport, TickReport } from "../core/tick-report.ts";
import type { ApiContext, MqttStateView } from "./api-context.ts";
import { modeAvailabilities } from "./mode-availability.ts";
import { partnerWire } from "./partner-view.ts";

/** `GET /api/state` and each server-sent event: the newest pass and what stands around it. */
export function stateView(context: ApiContext, report: TickReport) {
  const { options, clock } = context;
  return {
    site: options.siteName,
    version: options.version,
    pass: report.pass,
    pass_age_ms: Math.round(clock.monotonicMs() - report.monotonicMs),
    state: { ...stateWire(report), ...germanWire(report) },
    telemetry: telemetryWire(report),
    status: smartChargingStatus(report),
    min_band_w: options.minBandW,
    limits: limitsWire(report.limits),
    connection: { main_fuse_a: options.mainFuseA, import_limit_w: options.importLimitW ?? null },
    meter: report.meterTrust,
    wallbox: {
      is_connected: report.wallbox.isConnected,
      vehicle: report.wallbox.vehicle,
      is_following: report.wallbox.isFollowing,
      writes_today: report.wallbox.writesToday,
    },
    leading_wallbox: report.leadingWallbox,
    wallboxes: report.wallboxes.map(wallboxWire),
    health_warning: healthWarningWire(report),
    available_modes: modeAvailabilities(options, report),
    partner: partnerWire(context.partnerState?.()),
    mqtt: mqttWire(context.mqttState?.()),
  };
}

/** The page speaks German, too. */
function germanWire({ reason }: Pick<TickReport, "reason">) {
  return { reason_text_de: reason.germanText };
}

/** One box with all that is decided and known of it. */
function wallboxWire(box: NamedBoxReport) {
  const { chargePowerW, surplusPowerW } = box.powers;
  return {
    ...boxDecisionWire(box),
    ...germanWire(box),
    limits: limitsWire(box.limits),
    charge_w: chargePowerW === undefined ? null : Math.round(chargePowerW),
    surplus_w: surplusPowerW === undefined ? null : Math.round(surplusPowerW),
    solar_kwh_today: kWh(box.solarEnergyTodayWh),
    is_connected: box.wallbox.isConnected,
    vehicle: box.wallbox.vehicle,
    is_following: box.wallbox.isFollowing,
    writes_today: box.wallbox.writesToday,
    health_warning: healthWarningWire(box),
  };
}

export function healthWarningWire({ healthWarning }: Pick<TickReport, "healthWarning">) {
  if (healthWarning === undefined) return null;
  return { code: healthWarning.code, since: isoUtc(healthWarning.sinceWallMs) };
}

function mqttWire(mqtt: MqttStateView | undefined) {
  if (mqtt === undefined) return null;
  return {
    is_connected: mqtt.isConnected,
    published: mqtt.published,
    dropped: mqtt.dropped,
    events_spooled: mqtt.eventsSpooled,
    events_dropped: mqtt.eventsDropped,
  };
}
