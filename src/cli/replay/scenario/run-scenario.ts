import type { CarOptions } from "../../../../simulator/house/car.ts";
import type { DayTrace } from "../../../../simulator/house/day-trace.ts";
import { createHomeBattery } from "../../../../simulator/house/home-battery.ts";
import type { HouseOptions } from "../../../../simulator/house/house.ts";
import type { ReasonCode } from "../../../core/reasons.ts";
import type { TickReport } from "../../../core/tick-report.ts";
import { dayFigures } from "../day-figures.ts";
import { type OperatorSignals, type Outage, type RunChange, runHemsEdge } from "../hems-edge-run.ts";
import { optimum } from "../optimum.ts";
import { createPlant, type Plant } from "../plant.ts";
import type { PlantBox } from "../plant-box.ts";
import type { PlantFaults } from "../plant-ports.ts";
import { deviceOf } from "../replay-device.ts";
import { unmetExpectations } from "./expectations.ts";
import { houseTrace } from "./house-trace.ts";
import type {
  FigureName,
  Scenario,
  ScenarioChange,
  ScenarioEvent,
  ScenarioHouse,
} from "./scenario-schema.ts";
import { scenarioSetup } from "./scenario-setup.ts";

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
  const driven = await driveScenario(scenario, watcher);
  if (!driven.ok) return driven;
  const { trace, plant, reasons, last } = driven;
  const { phases, house } = scenario;
  const best = optimum(usableTrace(trace, house), {
    device: deviceOf(scenario.device),
    phases,
    startPenaltyWh: 0,
  });
  const seen = { figures: figuresOf(plant, best.solarWh - best.gridWh), reasons, last };
  return {
    ok: true,
    outcome: { ...seen, title: scenario.title, unmet: unmetExpectations(scenario.expect, seen) },
  };
}

export type DrivenScenario =
  | {
      readonly ok: true;
      readonly trace: DayTrace;
      readonly plant: Plant;
      readonly reasons: readonly ReasonCode[];
      readonly last: TickReport;
    }
  | { readonly ok: false; readonly problem: string };

/** The run alone, for somebody who looks on: nothing is compared with the optimum or with what is expected. */
export async function driveScenario(scenario: Scenario, watcher?: ScenarioWatcher): Promise<DrivenScenario> {
  const loaded = houseTrace(scenario.house, scenario.title);
  if (!loaded.ok) return loaded;
  const { trace } = loaded;
  const { events } = scenario;
  const setup = scenarioSetup(scenario);
  /** When the car of each box is away. */
  const cars = [setup, ...setup.moreBoxes].map((_, box) =>
    eventsOf(events, box).filter(({ kind }) => kind === "car_away"),
  );
  const plant = createPlant({
    ...setup,
    trace,
    car: carOptions(scenario.car),
    house: houseOptions(scenario.house),
    moreBoxes: setup.moreBoxes.map((box, index) => ({
      ...box,
      car: carOptions(scenario.more_boxes[index]?.car ?? scenario.car),
    })),
    onSecond({ nowMs }) {
      for (const [box, absences] of cars.entries()) {
        if (absences.length > 0) moveCar(plant.boxes[box], isOn(absences, "car_away", nowMs));
      }
      watcher?.onSecond(plant);
    },
  });
  const reasons = new Set<ReasonCode>();
  let last: TickReport | undefined;
  await runHemsEdge(plant, {
    ...setup,
    thresholds: {},
    faults: faultsOf(eventsOf(events, 0)),
    tellsPhases: scenario.tells_phases,
    moreBoxes: setup.moreBoxes.map((box, index) => ({
      ...box,
      faults: faultsOf(eventsOf(events, index + 1)),
      tellsPhases: scenario.more_boxes[index]?.tells_phases,
    })),
    meterTellsPhases: scenario.meter_tells_phases,
    outages: outagesOf(events),
    changes: changesOf(scenario.changes),
    operator: operatorOf(events),
    pricesCtKwh: scenario.prices_ct_kwh,
    onReport: (report) => {
      reasons.add(report.reason.code);
      last = report;
      watcher?.onReport(report);
    },
  });
  if (last === undefined) return { ok: false, problem: "the scenario is over before its first pass" };
  return { ok: true, trace, plant, reasons: [...reasons], last };
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

function eventsOf(events: readonly ScenarioEvent[], box: number): readonly ScenarioEvent[] {
  return events.filter((event) => event.box === box);
}

function changesOf(changes: readonly ScenarioChange[]): readonly RunChange[] {
  return changes
    .map(({ at_min, mode, thresholds, max_current_a, boost, box }) => ({
      atMs: at_min * MINUTE_MS,
      settings: {
        ...(mode !== undefined && { mode }),
        ...(thresholds !== undefined && {
          thresholds: {
            minExportToStartW: thresholds.hems_min_export_to_start_w,
            maxImportBeforeStoppingW: thresholds.hems_max_import_before_stopping_w,
          },
        }),
        ...(max_current_a !== undefined && { maxCurrentA: max_current_a }),
      },
      boost: boost === undefined ? undefined : { state: boost, box },
    }))
    .sort((a, b) => a.atMs - b.atMs);
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

function moveCar(box: PlantBox | undefined, isAway: boolean): void {
  if (box === undefined) return;
  const { car } = box.evse;
  if (isAway && car.isPluggedIn) car.unplug();
  else if (!isAway && !car.isPluggedIn) car.plugIn();
}
