import type { BoxReport, TickReport } from "../core/tick-report.ts";
import type { TelemetryDevice } from "./topics.ts";

/** One retained topic in base units, for dashboards that take no JSON. */
export interface Scalar<Report> {
  readonly name: string;
  /** Smallest change worth a message; 0 tells every change. */
  readonly deadband: number;
  value(report: Report): number | string | undefined;
}

export interface DeviceScalar extends Scalar<TickReport> {
  readonly device: TelemetryDevice;
}

const POWER_DEADBAND_W = 25;

export const DEVICE_SCALARS: readonly DeviceScalar[] = [
  { device: "grid", ...power((report: TickReport) => report.powers.gridPowerW) },
  { device: "pv", ...power((report: TickReport) => report.powers.pvPowerW) },
  { device: "battery", ...power((report: TickReport) => report.powers.batteryPowerW) },
  { device: "battery", name: "soc_pct", deadband: 0.5, value: (report) => report.powers.batterySocPct },
];

/** Of each wallbox, below its name. */
export const WALLBOX_SCALARS: readonly Scalar<BoxReport>[] = [
  power((box: BoxReport) => box.powers.chargePowerW),
  { name: "solar_energy_today_wh", deadband: 10, value: (box) => Math.round(box.solarEnergyTodayWh) },
  { name: "setpoint_a", deadband: 0, value: (box) => box.setpointA },
  { name: "phases", deadband: 0, value: (box) => box.phases },
  { name: "vehicle", deadband: 0, value: (box) => box.wallbox.vehicle },
];

/** Whether what the device measures can be believed at this pass. */
export function isDeviceAvailable(device: TelemetryDevice, report: TickReport): boolean {
  switch (device) {
    case "grid":
      return report.meterTrust !== "lost";
    case "pv":
      return report.powers.pvPowerW !== undefined;
    case "battery":
      return report.powers.batteryPowerW !== undefined;
  }
}

function power<Report>(read: (report: Report) => number | undefined): Scalar<Report> {
  return {
    name: "power_w",
    deadband: POWER_DEADBAND_W,
    value(report) {
      const powerW = read(report);
      return powerW === undefined ? undefined : Math.round(powerW);
    },
  };
}
