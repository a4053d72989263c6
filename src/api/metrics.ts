import type { PowerFlows } from "../core/power-flows.ts";
import { CHARGE_STATES, type NamedBoxReport, type TickReport } from "../core/tick-report.ts";
import { powerW } from "../core/units.ts";
import type { ApiContext } from "./api-context.ts";
import { family, flag, seconds } from "./metric-text.ts";
import { programFamilies } from "./program-metrics.ts";

/** Prometheus text format 0.0.4 in base units; a value that is not known is left out. */
export function metricsText(context: ApiContext): string {
  const report = context.latest();
  return [
    family("build_info", "gauge", "Version of this program.", [
      { value: 1, labels: { version: context.options.version } },
    ]),
    ...(report === undefined ? [] : reportFamilies(report, context.clock.monotonicMs())),
    ...(report === undefined ? [] : wallboxFamilies(report)),
    ...(report === undefined ? [] : failsafeFamilies(report, context)),
    ...energyFamilies(context),
    ...programFamilies(context),
  ].join("");
}

function reportFamilies(report: TickReport, nowMs: number): string[] {
  const { powers, ages } = report;
  return [
    family("control_passes_total", "counter", "Passes since the start.", [{ value: report.pass }]),
    family("control_tick_age_seconds", "gauge", "Age of the last pass.", [
      { value: (nowMs - report.monotonicMs) / 1_000 },
    ]),
    family("power_watts", "gauge", "Power; grid import and battery discharge are positive.", [
      { value: powers.gridPowerW, labels: { source: "grid" } },
      { value: powers.pvPowerW, labels: { source: "pv" } },
      { value: powers.batteryPowerW, labels: { source: "battery" } },
      { value: powers.chargePowerW, labels: { source: "ev" } },
      { value: powers.loadPowerW, labels: { source: "load" } },
    ]),
    family("surplus_watts", "gauge", "Power that the car could take without import.", [
      { value: powers.surplusPowerW },
    ]),
    family("battery_soc_ratio", "gauge", "State of charge of the home battery.", [
      { value: powers.batterySocPct === undefined ? undefined : powers.batterySocPct / 100 },
    ]),
    family("source_age_seconds", "gauge", "Age of the reading used by the last pass.", [
      { value: seconds(ages.gridAgeMs), labels: { source: "grid" } },
      { value: seconds(ages.pvAgeMs), labels: { source: "pv" } },
      { value: seconds(ages.batteryAgeMs), labels: { source: "battery" } },
      { value: seconds(ages.chargeAgeMs), labels: { source: "ev" } },
    ]),
    family(
      "state",
      "gauge",
      "1 for the state of the surplus machine.",
      CHARGE_STATES.map((state) => ({ value: flag(report.state === state), labels: { state } })),
    ),
    family("setpoint_amperes", "gauge", "Current that the car is allowed, per phase.", [
      { value: report.setpointA },
    ]),
    family("limit_active", "gauge", "The limit that binds the set point.", [
      { value: report.limitedBy === undefined ? undefined : 1, labels: { kind: report.limitedBy ?? "" } },
    ]),
    family("meter_good", "gauge", "1 while the grid meter is believed.", [
      { value: flag(report.meterTrust === "good") },
    ]),
    family("wallbox_connected", "gauge", "1 while the wallbox is connected.", [
      { value: flag(report.wallbox.isConnected) },
    ]),
    family("wallbox_writes_today", "gauge", "Charging-profile writes since local midnight.", [
      { value: report.wallbox.writesToday },
    ]),
    family("solar_energy_today_watthours", "gauge", "Energy charged from surplus since local midnight.", [
      { value: report.solarEnergyTodayWh },
    ]),
  ];
}

function wallboxFamilies({ wallboxes, gridOperator }: TickReport): string[] {
  const each = (of: (box: NamedBoxReport) => number | undefined) =>
    wallboxes.map((box) => ({ value: of(box), labels: { wallbox: box.name } }));
  return [
    family(
      "wallbox_power_watts",
      "gauge",
      "What the car draws.",
      each(({ powers }) => powers.chargePowerW),
    ),
    family(
      "setpoint_watts",
      "gauge",
      "What the car is allowed, at nominal voltage.",
      each(({ setpointA, phases }) => powerW(setpointA, phases)),
    ),
    family("limit_watts", "gauge", "What the grid operator leaves to the house.", [
      { value: gridOperator?.limitW, labels: { kind: "grid_operator" } },
    ]),
  ];
}

/** Why something is held at a safe value now. */
function failsafeFamilies(report: TickReport, context: ApiContext): string[] {
  const causes = {
    meter: report.meterTrust !== "good",
    wallbox: report.wallboxes.some(({ wallbox }) => !wallbox.isConnected),
    wallbox_not_following: report.wallboxes.some(({ wallbox }) => !wallbox.isFollowing),
    grid_operator: report.gridOperator?.state === "failsafe",
    disk: context.historyState?.()?.isFailing === true,
  };
  return [
    family(
      "failsafe_active",
      "gauge",
      "1 while this is away or not to be trusted, and control does without it.",
      Object.entries(causes).map(([cause, isActive]) => ({ value: flag(isActive), labels: { cause } })),
    ),
  ];
}

const ENERGY_SOURCES = {
  grid_import: "importW",
  grid_export: "exportW",
  pv: "pvW",
  load: "loadW",
  battery_charge: "batteryChargeW",
  battery_discharge: "batteryDischargeW",
  ev: "chargeW",
  ev_solar: "solarW",
  surplus: "surplusW",
} as const satisfies Readonly<Record<string, keyof PowerFlows>>;

function energyFamilies({ energies }: ApiContext): string[] {
  return [
    family(
      "energy_joules_total",
      "counter",
      "Energy since the start; load is the house without the car.",
      Object.entries(ENERGY_SOURCES).map(([source, flow]) => ({
        value: energies.energyJ(flow),
        labels: { source },
      })),
    ),
  ];
}
