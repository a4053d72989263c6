import { SIMULATED_ORG_ID, SIMULATED_USER_ID } from "../../../simulator/partner/partner-server.ts";
import { type Site, wallboxIdentity } from "../../../simulator/site.ts";
import type { BatteryPolicy } from "../../core/battery-policy.ts";

type Role = "pv" | "grid" | "battery";

export interface HouseConfigOptions {
  readonly siteName: string;
  readonly timeZone: string;
  readonly stateDir: string;
  readonly ocppPort: number;
  readonly pagePort: number;
  /** Of the home battery, where the house has one. */
  readonly batteryPolicy?: BatteryPolicy | undefined;
  readonly thresholds: {
    readonly hems_min_export_to_start_w: number;
    readonly hems_max_import_before_stopping_w: number;
  };
}

/** A config file's content that fits the simulated house. */
export function houseConfig(site: Site, options: HouseConfigOptions) {
  const { battery } = site.house;
  const device = (name: string, roles: readonly Role[], { host, port }: { host: string; port: number }) => ({
    name,
    driver: "sunspec" as const,
    roles,
    connection: { type: "tcp" as const, host, port },
  });
  return {
    site: {
      name: options.siteName,
      main_fuse_a: 63,
      pv_peak_w: site.house.peakW,
      time_zone: options.timeZone,
    },
    control: { thresholds: options.thresholds },
    devices: [
      device("inverter", battery === undefined ? ["pv"] : ["pv", "battery"], site.inverter.address()),
      device("meter", ["grid"], site.meter.address()),
    ],
    ...(battery === undefined
      ? {}
      : { home_battery: { policy: options.batteryPolicy, max_charge_w: battery.options.maxChargeW } }),
    ocpp: { host: "127.0.0.1", port: options.ocppPort },
    ...wallboxConfig(site),
    partner: {
      base_url: site.partner.address().url,
      org_id: SIMULATED_ORG_ID,
      user_id: SIMULATED_USER_ID,
      auth: { grant: "password" as const, ...site.credentials },
    },
    mqtt: { url: site.broker.url, telemetry_interval_ms: 5_000 },
    api: { port: options.pagePort },
    state_dir: options.stateDir,
  };
}

/** One box as most houses have it, or a list where there are several. */
function wallboxConfig({ house: { evses } }: Site) {
  const boxes = evses.map(({ phases, maxCurrentA }, index) => ({
    identity: wallboxIdentity(index),
    phases,
    max_current_a: maxCurrentA,
    rated_current_a: maxCurrentA,
  }));
  if (boxes.length === 1) return { wallbox: boxes[0] };
  return { wallboxes: boxes.map((box, index) => ({ name: `wallbox-${index + 1}`, ...box })) };
}
