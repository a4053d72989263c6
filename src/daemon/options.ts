import type { ApiOptions } from "../api/api-context.ts";
import { chargePlanSchema } from "../config/price-schema.ts";
import type { Config } from "../config/schema.ts";
import type { WallboxConfig } from "../config/wallbox-schema.ts";
import type { ChargePlannerOptions } from "../control/charge-planner.ts";
import type { ControlLoopOptions } from "../control/control-loop.ts";
import type { CollectorOptions } from "../control/sample-collector.ts";
import type { BatteryRules } from "../core/battery-policy.ts";
import type { ControlOptions } from "../core/decide.ts";
import { LAW_CONSTANTS } from "../core/law-constants.ts";
import type { PhaseRotation } from "../core/limits.ts";
import { goalDays, type PolicyDay } from "../core/planner/charge-goal.ts";
import { WEEKDAYS } from "../core/planner/local-time.ts";
import type { Settings } from "../core/settings.ts";
import { NOMINAL_VOLTAGE_V, powerW } from "../core/units.ts";
import type { TelemetryDevice } from "../telemetry/topics.ts";
import type { TlsFiles } from "./tls-files.ts";

/** A fuse carries this much of its rating for minutes: a larger reading is a fault of the meter. */
const FUSE_OVERLOAD = 1.6;
/** Cold modules in the sun under cloud edges exceed their rating. */
const PV_OVERSHOOT = 1.3;
/** A pass waits this much of its interval for its readings. */
const READ_SHARE = 0.8;

/** R, S, T are L1, L2, L3 of the house (OCPP 1.6, ConnectorPhaseRotation). */
const ROTATIONS: Readonly<Record<NonNullable<WallboxConfig["phase_rotation"]>, PhaseRotation>> = {
  RST: [0, 1, 2],
  RTS: [0, 2, 1],
  SRT: [1, 0, 2],
  STR: [1, 2, 0],
  TRS: [2, 0, 1],
  TSR: [2, 1, 0],
};

/** What the config file says, in the words of each part of the program. */
export function initialSettings({ control }: Config): Settings {
  return {
    mode: control.mode,
    thresholds: {
      minExportToStartW: control.thresholds.hems_min_export_to_start_w,
      maxImportBeforeStoppingW: control.thresholds.hems_max_import_before_stopping_w,
    },
    maxCurrentA: undefined,
  };
}

export function collectorOptions({ site, control }: Config): CollectorOptions {
  const connectionW = site.main_fuse_a * 3 * NOMINAL_VOLTAGE_V * FUSE_OVERLOAD;
  const maxPvPowerW = site.pv_peak_w * PV_OVERSHOOT;
  return {
    readBudgetMs: control.interval_ms * READ_SHARE,
    maxGridPowerW: Math.max(connectionW, maxPvPowerW),
    maxPvPowerW,
  };
}

export function controlLoopOptions(config: Config): ControlLoopOptions {
  const { site, control } = config;
  return { intervalMs: control.interval_ms, timeZone: site.time_zone, battery: batteryRules(config) };
}

function batteryRules({ home_battery: battery, site }: Config): BatteryRules {
  return {
    policy: battery.policy,
    carFromSocPct: battery.soc_window.car_from_pct,
    batteryBelowSocPct: battery.soc_window.battery_below_pct,
    maxChargeW: battery.max_charge_w,
    fullSocPct: battery.full_soc_pct,
    mayDischargeIntoCar: battery.allow_discharge_into_car,
    reserveSocPct: battery.reserve_soc_pct,
    acLimitW: site.ac_limit_w,
  };
}

/** What the house connection allows all boxes together. */
export function houseLimits({ site }: Config) {
  return {
    mainFuseA: site.main_fuse_a,
    unattendedMaxA: site.main_fuse_a - (site.house_reserve_a ?? site.main_fuse_a / 2),
    importLimitW: site.import_limit_w,
    unbalanceLimitA:
      site.unbalance_limit_va === "off" ? undefined : site.unbalance_limit_va / NOMINAL_VOLTAGE_V,
  };
}

export function controlOptions(config: Config, wallbox: WallboxConfig): ControlOptions {
  const { control, ocpp } = config;
  return {
    limits: {
      ...houseLimits(config),
      phaseRotation: wallbox.phase_rotation === undefined ? undefined : ROTATIONS[wallbox.phase_rotation],
      cableCurrentA: wallbox.cable_current_a,
      configuredMaxA: wallbox.max_current_a,
      failsafeCurrentA: control.failsafe_current_a,
    },
    startProofMs: control.start_proof_s * 1_000,
    stopProofMs: control.stop_proof_s * 1_000,
    loopDelayMs: control.loop_delay_s * 1_000,
    blindCurrentA: control.pause_when_meter_lost ? 0 : control.failsafe_current_a,
    maxWritesPerDay: ocpp.max_writes_per_day,
    constants: LAW_CONSTANTS,
  };
}

export function chargePlannerOptions(
  { charge_plan, site, control }: Config,
  wallbox: WallboxConfig,
): ChargePlannerOptions {
  const plan = charge_plan ?? chargePlanSchema.parse({});
  const everyDay: PolicyDay | undefined =
    plan.deadline === undefined
      ? undefined
      : { charge_deadline: plan.deadline, charge_percentage: plan.target_soc_pct };
  const days = WEEKDAYS.map((weekday) => [weekday, plan.days[weekday] ?? everyDay] as const);
  return {
    goal: {
      days: goalDays(Object.fromEntries(days)),
      energyWh: plan.energy_kwh * 1_000,
      battery:
        plan.car_battery_kwh === undefined
          ? undefined
          : { capacityWh: plan.car_battery_kwh * 1_000, socPct: plan.arrival_soc_pct },
    },
    timeZone: site.time_zone,
    startPenaltyCt: plan.start_penalty_ct,
    marginMs: plan.margin_min * 60_000,
    maxCurrentA: wallbox.max_current_a,
    failsafeCurrentA: control.failsafe_current_a,
  };
}

export function apiOptions(config: Config, version: string, tls?: TlsFiles): ApiOptions {
  const { api, site, control, wallboxes, partner } = config;
  return {
    host: api.host,
    port: api.port,
    login: api.login,
    names: api.names,
    tls,
    siteName: site.name,
    wallboxNames: wallboxes.map(({ name }) => name),
    timeZone: site.time_zone,
    version,
    intervalMs: control.interval_ms,
    // One band for all boxes: it has to suit the one with the largest minimum.
    minBandW: Math.max(...wallboxes.map(({ min_current_a: minA, phases }) => powerW(minA, phases))),
    mainFuseA: site.main_fuse_a,
    importLimitW: site.import_limit_w,
    deviceRoles: config.devices.flatMap(({ roles }) => roles),
    hasPrices: config.prices !== undefined,
    partner: partner === undefined ? undefined : { orgId: partner.org_id, userId: partner.user_id },
  };
}

export function telemetryDevices({ devices }: Config): readonly TelemetryDevice[] {
  return [...new Set<TelemetryDevice>(devices.flatMap(({ roles }) => roles))];
}
