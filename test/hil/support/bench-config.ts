import { SIMULATED_ORG_ID, SIMULATED_USER_ID } from "../../../simulator/partner/partner-server.ts";
import { type Site, WALLBOX_IDENTITY, wallboxIdentity } from "../../../simulator/site.ts";

export interface BenchConfigOptions {
  readonly thresholds?: {
    readonly hems_min_export_to_start_w: number;
    readonly hems_max_import_before_stopping_w: number;
  };
  /** Several wallboxes as the config has them, without their identities; default: one. */
  readonly wallboxes?: readonly { readonly name: string; readonly priority?: number }[];
  readonly mainFuseA?: number;
  /** A mode of its own, without a partner who would set another. */
  readonly mode?: "none" | "hems" | "spot";
  /** What the user has chosen in the partner's app at the start; `hems` by default. */
  readonly partnerMode?: "none" | "hems";
  readonly timeZone?: string;
  /** Default 90: short, so that tests of the fallback are. */
  readonly horizonS?: number;
  /** The parts of the config by these names. */
  readonly gridOperator?: object | undefined;
  readonly prices?: object;
  readonly notifications?: object;
  readonly memoryLimitMb?: number;
}

/** What a daemon that runs from its sources never needs. */
const ROOMY_MB = 2_048;
const BOX = { phases: 3, max_current_a: 16, rated_current_a: 16 };

/** The config of a daemon in the simulated house. */
export function benchConfig(
  site: Site,
  its: BenchConfigOptions & {
    readonly ports: { readonly ocpp: number; readonly page: number };
    readonly stateDir: string;
    readonly thresholds: object;
  },
) {
  const device = (name: string, role: string, { host, port }: { host: string; port: number }) => ({
    name,
    driver: "sunspec",
    roles: [role],
    connection: { type: "tcp", host, port },
  });
  return {
    site: {
      name: "bench",
      time_zone: its.timeZone ?? "UTC",
      main_fuse_a: its.mainFuseA ?? 63,
      pv_peak_w: 10_000,
    },
    control: {
      mode: its.mode ?? "hems",
      thresholds: its.thresholds,
      start_proof_s: 30,
      stop_proof_s: 30,
    },
    devices: [
      device("inverter", "pv", site.inverter.address()),
      device("meter", "grid", site.meter.address()),
    ],
    ocpp: { host: "127.0.0.1", port: its.ports.ocpp, horizon_s: its.horizonS ?? 90 },
    ...(its.wallboxes === undefined
      ? { wallbox: { identity: WALLBOX_IDENTITY, ...BOX } }
      : {
          wallboxes: its.wallboxes.map((box, index) => ({
            ...box,
            identity: wallboxIdentity(index),
            ...BOX,
          })),
        }),
    ...(its.mode === undefined ? { partner: partnerConfig(site) } : {}),
    ...(its.gridOperator === undefined ? {} : { grid_operator: its.gridOperator }),
    ...(its.prices === undefined ? {} : { prices: its.prices }),
    ...(its.notifications === undefined ? {} : { notifications: its.notifications }),
    memory_limit_mb: its.memoryLimitMb ?? ROOMY_MB,
    mqtt: { url: site.broker.url, telemetry_interval_ms: 5_000 },
    api: { port: its.ports.page },
    state_dir: its.stateDir,
  };
}

function partnerConfig(site: Site) {
  return {
    base_url: site.partner.address().url,
    org_id: SIMULATED_ORG_ID,
    user_id: SIMULATED_USER_ID,
    auth: { grant: "password", ...site.credentials },
    poll_s: 30,
  };
}
