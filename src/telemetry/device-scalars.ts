import type { TickReport } from "../core/tick-report.ts";
import type { TelemetryDevice } from "./topics.ts";

export interface DeviceScalar {
  readonly device: TelemetryDevice;
  readonly name: string;
  /** Smallest change worth a message; 0 tells every change. */
  readonly deadband: number;
  value(report: TickReport): number | string | undefined;
}

const POWER_DEADBAND_W = 25;

/** One retained topic each, in base units, for dashboards that take no JSON. */
export const DEVICE_SCALARS: readonly DeviceScalar[] = [
  power("grid", (report) => report.powers.gridPowerW),
  power("pv", (report) => report.powers.pvPowerW),
  power("battery", (report) => report.powers.batteryPowerW),
  { device: "battery", name: "soc_pct", deadband: 0.5, value: (report) => report.powers.batterySocPct },
  power("wallbox", (report) => report.powers.chargePowerW),
  {
    device: "wallbox",
    name: "solar_energy_today_wh",
    deadband: 10,
    value: (report) => Math.round(report.solarEnergyTodayWh),
  },
  { device: "wallbox", name: "setpoint_a", deadband: 0, value: (report) => report.setpointA },
  { device: "wallbox", name: "phases", deadband: 0, value: (report) => report.phases },
  { device: "wallbox", name: "vehicle", deadband: 0, value: (report) => report.wallbox.vehicle },
];

/** Whether what the device measures or does can be believed at this pass. */
export function isDeviceAvailable(device: TelemetryDevice, report: TickReport): boolean {
  switch (device) {
    case "grid":
      return report.meterTrust !== "lost";
    case "pv":
      return report.powers.pvPowerW !== undefined;
    case "battery":
      return report.powers.batteryPowerW !== undefined;
    case "wallbox":
      return report.wallbox.isConnected;
  }
}

function power(device: TelemetryDevice, read: (report: TickReport) => number | undefined): DeviceScalar {
  return {
    device,
    name: "power_w",
    deadband: POWER_DEADBAND_W,
    value(report) {
      const powerW = read(report);
      return powerW === undefined ? undefined : Math.round(powerW);
    },
  };
}
