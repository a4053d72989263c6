import type { CarOptions } from "../../../../simulator/house/car.ts";
import type { DayTrace } from "../../../../simulator/house/day-trace.ts";
import { createHomeBattery } from "../../../../simulator/house/home-battery.ts";
import type { HouseOptions } from "../../../../simulator/house/house.ts";
import type { ReasonCode } from "../../../core/reasons.ts";
import type { TickReport } from "../../../core/tick-report.ts";
import { dayFigures } from "../day-figures.ts";
import { type OperatorSignals, type Outage, runHemsEdge } from "../hems-edge-run.ts";
import { optimum } from "../optimum.ts";
import { createPlant, type Plant } from "../plant.ts";
import type { PlantFaults } from "../plant-ports.ts";
import { deviceOf } from "../replay-device.ts";
import { unmetExpectations } from "./expectations.ts";
import { houseTrace } from "./house-trace.ts";
import type { FigureName, Scenario, ScenarioEvent, ScenarioHouse } from "./scenario-schema.ts";

const MINUTE_MS = 60_000;
/** Larger than any scenario could fill. */
const ENDLESS_BATTERY_KWH = 1e9;

/** What came of a scenario. */
export interface ScenarioOutcome {
  readonly title: string;
  readonly figures: Readonly<Record<FigureName, number>>;
  /** Every reason that a pass gave, in order of appearance. */
  readonly reasons: readonly ReasonCode[];
  readonly last: TickReport;
  /** What was expected and did not come, as sentences; empty when all is well. */
  readonly unmet: readonly string[];
}

export type ScenarioResult =
  | { readonly ok: true; readonly outcome: ScenarioOutcome }
  | { readonly ok: false; readonly problem: string };

/** Somebody who looks on. */
export interface ScenarioWatcher {
  onReport(report: TickReport): void;
  /** After each second of the plant. */
  onSecond(plant: Plant): void;
}

/** Runs the daemon's control through a scenario in virtual time; deterministic. */
export async function runScenario(scenario: Scenario, watcher?: ScenarioWatcher): Promise<ScenarioResult> {
  const loaded = houseTrace(scenario.house, scenario.title);
  if (!loaded.ok) return loaded;
  const { trace } = loaded;
  const device = deviceOf(scenario.device);
  const { phases, config } = scenario;
  const plant = createPlant({
    trace,
    device,
    phases,
    car: carOptions(scenario.car),
    house: houseOptions(scenario.house),
    onSecond({ nowMs }) {
      moveCar(plant, isOn(scenario.events, "car_away", nowMs));
      watcher?.onSecond(plant);
    },
  });
  const reasons = new Set<ReasonCode>();
  let last: TickReport | undefined;
  await runHemsEdge(plant, {
    device,
    phases,
    config,
    thresholds: {},
    faults: faultsOf(scenario.events),
    tellsPhases: scenario.tells_phases,
    outages: outagesOf(scenario.events),
    operator: operatorOf(scenario.events),
    pricesCtKwh: scenario.prices_ct_kwh,
    onReport: (report) => {
      reasons.add(report.reason.code);
      last = report;
      watcher?.onReport(report);
    },
  });
  if (last === undefined) return { ok: false, problem: "the scenario is over before its first pass" };
  const best = optimum(usableTrace(trace, scenario.house), { device, phases, startPenaltyWh: 0 });
  const seen = { figures: figuresOf(plant, best.solarWh - best.gridWh), reasons: [...reasons], last };
  return {
    ok: true,
    outcome: { ...seen, title: scenario.title, unmet: unmetExpectations(scenario.expect, seen) },
  };
}

function figuresOf(plant: Plant, optimumWh: number): ScenarioOutcome["figures"] {
  const { chargedWh, solarWh, causedImportWh, surplusWh, fromBatteryWh, peakImportW } = plant.house.tallies();
  const day = dayFigures("", {
    ...plant.counts(),
    surplusWh,
    solarWh,
    gridWh: causedImportWh,
    optimumWh,
    writes: plant.writes,
    wallMs: 0,
  });
  return {
    ...day,
    charged_kwh: chargedWh / 1_000,
    from_battery_kwh: fromBatteryWh / 1_000,
    peak_import_w: peakImportW,
  };
}

/** What a hybrid inverter cannot turn into AC is no surplus of anybody. */
function usableTrace(trace: DayTrace, { inverter_ac_w: inverterAcW }: ScenarioHouse): DayTrace {
  return inverterAcW === undefined
    ? trace
    : { ...trace, pvW: trace.pvW.map((watts) => Math.min(watts, inverterAcW)) };
}

function houseOptions(house: ScenarioHouse): Pick<HouseOptions, "battery" | "inverterAcW" | "feedInLimitW"> {
  const { inverter_ac_w: inverterAcW, feed_in_limit_w: feedInLimitW, battery } = house;
  return {
    ...(inverterAcW !== undefined && { inverterAcW }),
    ...(feedInLimitW !== undefined && { feedInLimitW }),
    ...(battery !== undefined && {
      battery: createHomeBattery({
        capacityWh: battery.capacity_kwh * 1_000,
        initialSocPct: battery.soc_pct,
        minSocPct: battery.min_soc_pct,
        maxChargeW: battery.max_charge_w,
        maxDischargeW: battery.max_discharge_w,
      }),
    }),
  };
}

function carOptions(car: Scenario["car"]): Partial<CarOptions> {
  const { battery_kwh: batteryKwh = ENDLESS_BATTERY_KWH } = car;
  return {
    batteryWh: batteryKwh * 1_000,
    initialSocPct: car.soc_pct,
    phases: car.phases,
    ...(car.max_current_a !== undefined && { maxCurrentA: car.max_current_a }),
    ...(car.taper_from_pct !== undefined && { taperFromPct: car.taper_from_pct }),
    ...(car.sleeps_after_min !== undefined && { sleepsAfterMs: car.sleeps_after_min * MINUTE_MS }),
  };
}

function faultsOf(events: readonly ScenarioEvent[]): PlantFaults {
  return (kind, atMs) => isOn(events, kind, atMs);
}

/** A control box that says every second whether it limits, unless it is silent. */
function operatorOf(events: readonly ScenarioEvent[]): OperatorSignals {
  return (nowMs, limitW) => {
    let atMs = Math.floor(nowMs / 1_000) * 1_000;
    const silences = events.filter(({ kind }) => kind === "operator_silent");
    for (const silence of silences.toSorted((a, b) => b.from_min - a.from_min)) {
      if (isOn([silence], "operator_silent", atMs)) atMs = silence.from_min * MINUTE_MS - 1_000;
    }
    if (atMs < 0) return { heartbeatMs: undefined, command: undefined };
    const isActive = isOn(events, "operator_limits", atMs);
    return { heartbeatMs: atMs, command: { isActive, limitW, durationMs: undefined, atMs } };
  };
}

function outagesOf(events: readonly ScenarioEvent[]): readonly Outage[] {
  return events
    .filter(({ kind }) => kind === "gateway_down")
    .map((event) => ({
      fromMs: event.from_min * MINUTE_MS,
      untilMs: (event.from_min + event.minutes) * MINUTE_MS,
    }))
    .sort((a, b) => a.fromMs - b.fromMs);
}

function isOn(events: readonly ScenarioEvent[], kind: ScenarioEvent["kind"], atMs: number): boolean {
  return events.some((event) => {
    const sinceMin = atMs / MINUTE_MS - event.from_min;
    return event.kind === kind && sinceMin >= 0 && sinceMin < event.minutes;
  });
}

function moveCar({ house }: Plant, isAway: boolean): void {
  const { car } = house.evse;
  if (isAway && car.isPluggedIn) car.unplug();
  else if (!isAway && !car.isPluggedIn) car.plugIn();
}
