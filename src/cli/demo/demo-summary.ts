import type { DemoHouse } from "./demo-house.ts";

/** What a day of the demo brought; `share_pct` is null on a day without charging. */
export interface DemoSummary {
  readonly day: string;
  readonly solar_kwh: number;
  readonly grid_kwh: number;
  readonly share_pct: number | null;
  readonly starts: number;
  readonly writes: number;
  readonly config_pulls: number;
  readonly status_pushes: number;
  readonly mqtt_messages: number;
  readonly modbus_reads: number;
  readonly ocpp_calls: number;
  /** What the daemon wrote down of it; a car that is still plugged in counts as a session. */
  readonly minutes_recorded: number;
  readonly sessions_recorded: number;
  readonly events_recorded: number;
}

type RecordedFigures = Pick<DemoSummary, "minutes_recorded" | "sessions_recorded" | "events_recorded">;

/**
 * What the day brought, counted by the simulated peers and not by the daemon: the energy by the house, the messages by
 * those who got them.
 */
export function dayFigures(day: string, { site }: DemoHouse): Omit<DemoSummary, keyof RecordedFigures> {
  const { solarWh, causedImportWh, starts } = site.house.tallies();
  const wallbox = site.wallbox()?.counters();
  const partner = site.partner.counters();
  const messages = Object.values(site.broker.messagesPublished());
  const chargedWh = solarWh + causedImportWh;
  return {
    day,
    solar_kwh: rounded(solarWh / 1_000),
    grid_kwh: rounded(causedImportWh / 1_000),
    share_pct: chargedWh === 0 ? null : rounded((solarWh / chargedWh) * 100),
    starts,
    writes: wallbox?.setChargingProfile ?? 0,
    config_pulls: partner.configPulls,
    status_pushes: partner.statusPushes,
    mqtt_messages: messages.reduce((sum, count) => sum + count, 0),
    modbus_reads: site.inverter.requestsServed + site.meter.requestsServed,
    ocpp_calls: wallbox?.calls ?? 0,
  };
}

/** What the daemon wrote down: complete when it has been stopped. */
export function recordedFigures({ daemon }: DemoHouse): RecordedFigures {
  const history = daemon.historyState();
  return {
    minutes_recorded: history?.minutesWritten ?? 0,
    sessions_recorded: (history?.sessionsWritten ?? 0) + (history?.sessionsRunning ?? 0),
    events_recorded: history?.eventsWritten ?? 0,
  };
}

export function summaryText(summary: DemoSummary): string {
  const share = summary.share_pct === null ? "nothing charged" : `${summary.share_pct} % from the sun`;
  return [
    `${summary.day}: ${summary.solar_kwh} kWh of sun and ${summary.grid_kwh} kWh of grid into the car (${share})`,
    `  ${summary.starts} starts, ${summary.writes} charging profiles written`,
    `  ${summary.modbus_reads} Modbus reads, ${summary.ocpp_calls} OCPP calls, ${summary.mqtt_messages} MQTT messages,` +
      ` ${summary.config_pulls} configs pulled, ${summary.status_pushes} statuses pushed`,
    `  recorded: ${summary.minutes_recorded} minutes, ${summary.sessions_recorded} charging sessions, ${summary.events_recorded} events`,
  ].join("\n");
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
