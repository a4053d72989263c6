import { type Logger, pino } from "pino";
import type { DayTrace } from "../../../simulator/house/day-trace.ts";
import { createBoxStore } from "../../control/box-store.ts";
import { createChargePlanner } from "../../control/charge-planner.ts";
import { type ControlLoop, createControlLoop } from "../../control/control-loop.ts";
import { createGridOperatorKeeper, type GridOperatorKeeper } from "../../control/grid-operator-keeper.ts";
import { createSampleCollector } from "../../control/sample-collector.ts";
import { createSettingsKeeper, type SettingsKeeper } from "../../control/settings-keeper.ts";
import type { LawConstants } from "../../core/law-constants.ts";
import type { OperatorSignal } from "../../core/operator-machine.ts";
import type { PriceCurve } from "../../core/planner/price-curve.ts";
import type { BoostState, Settings, Thresholds } from "../../core/settings.ts";
import type { TickReport } from "../../core/tick-report.ts";
import { operatorRules } from "../../daemon/grid-operator.ts";
import { createMemoryStateStore } from "../../history/memory-state-store.ts";
import type { Clock } from "../../ports/clock.ts";
import type { ReportSink } from "../../ports/report-sink.ts";
import type { StateStore } from "../../ports/state-store.ts";
import type { Wallbox } from "../../ports/wallbox.ts";
import type { Plant } from "./plant.ts";
import {
  advancePlant,
  createPlantMeter,
  createPlantWallbox,
  NO_FAULTS,
  type PlantFaults,
} from "./plant-ports.ts";
import { type ConfiguredBox, type ReplayConfig, type ReplaySetup, replayConfig } from "./replay-config.ts";
import { createVirtualClock } from "./virtual-clock.ts";

/**
 * In the dark, with nothing charging, a pass comes this much late, ms: no pass could do anything there, half of all
 * passes are of that kind, and the loop makes up for none that is late. Short enough for the meter to stay trusted.
 */
const NIGHT_DELAY_MS = 8_000;
const TWILIGHT_MS = 60_000;
const HOUR_MS = 3_600_000;

/** A wallbox of the plant, in the order of its boxes. */
export interface RunBox extends ConfiguredBox {
  /** Of the box; what is wrong with the meter is told by the first. */
  readonly faults?: PlantFaults | undefined;
  /** Whether the box tells the currents of its phases apart; default no. */
  readonly tellsPhases?: boolean | undefined;
}

export interface HemsEdgeRun extends ReplaySetup, RunBox {
  /** Undefined parts are the product's own defaults. */
  readonly thresholds: Partial<Thresholds>;
  /** With it no pass is left out, not even at night. */
  readonly onReport?: (report: TickReport) => void;
  /** For a bench: constants of the law other than the product's. */
  readonly constants?: Partial<LawConstants>;
  readonly config?: ReplaySetup["config"];
  readonly moreBoxes?: readonly RunBox[];
  /** Whether the meter tells the currents of the house's phases; default no. */
  readonly meterTellsPhases?: boolean;
  /** The grid operator of a config that has one; without this it is never heard. */
  readonly operator?: OperatorSignals;
  /** When the gateway is down, in order of time; what it stored outlives that. */
  readonly outages?: readonly Outage[];
  /** What people change, in order of time; a boost that is asked of a gateway that is down is lost. */
  readonly changes?: readonly RunChange[];
  /** What the house pays, ct/kWh, hour by hour from the start of the trace; without them there is no plan. */
  readonly pricesCtKwh?: readonly number[];
}

/** What the operator has said up to a time, ms since the start, about its limit, W. */
export type OperatorSignals = (atMs: number, limitW: number) => OperatorSignal;

/** Ms since the start. */
export interface Outage {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** What somebody asks of the gateway at a time, ms since the start. */
export interface RunChange {
  readonly atMs: number;
  readonly settings?: Partial<Settings> | undefined;
  /** Of the box with this index. */
  readonly boost?: { readonly state: BoostState; readonly box: number } | undefined;
}

/** The daemon's control over the whole trace of `plant`: the same loop, collector, core and writer, on virtual time. */
export async function runHemsEdge(plant: Plant, run: HemsEdgeRun): Promise<void> {
  const { faults = NO_FAULTS, outages = [], operator } = run;
  const config = replayConfig(run, run);
  const wallboxes = plantWallboxes(plant, run, config);
  let passes = 0;
  let seenPasses = 0;
  let latest: TickReport | undefined;
  const isNight = nightOf(plant.house.trace);
  const clock = createVirtualClock({
    startWallMs: plant.house.trace.startWallMs,
    onAdvance: (nowMs) => advancePlant(plant, wallboxes, nowMs),
    isAtRest: () => passes > seenPasses && clock.nextDueMs() !== undefined,
  });
  const deps = { clock, log: pino({ level: "silent" }), store: createMemoryStateStore() };
  const prices = hourlyCurve(run.pricesCtKwh ?? [], plant.house.trace.startWallMs);
  const meter = createPlantMeter(plant, faults, { tellsPhases: run.meterTellsPhases ?? false });
  const sink: ReportSink = {
    report(report) {
      passes += 1;
      latest = report;
      run.onReport?.(report);
    },
  };

  const boot = () => bootedGateway(config, { ...deps, meter, wallboxes, prices, sink, operator });

  const isAsleep = (atMs: number) => run.onReport === undefined && isPaused(latest) && isNight(atMs);

  let gateway = boot();
  const ahead = [...outages];
  const changes = [...(run.changes ?? [])];
  // The first pass begins by itself; every later one waits for the clock.
  while (clock.nextDueMs() === undefined || passes === 0) await undefined;
  for (let dueMs = clock.nextDueMs(); dueMs !== undefined; dueMs = clock.nextDueMs()) {
    const [outage] = ahead;
    let passMs = isAsleep(dueMs) ? dueMs + NIGHT_DELAY_MS : dueMs;
    if (outage !== undefined && outage.fromMs <= passMs) {
      ahead.shift();
      await gateway.loop.stop();
      passMs = Math.max(dueMs, outage.untilMs);
      clock.setTimeout(() => {
        gateway = boot();
      }, passMs - clock.monotonicMs());
    }
    if (passMs >= plant.endMs) break;
    for (const change of dueChanges(changes, passMs)) gateway.change(change);
    seenPasses = passes;
    await clock.fireNext(passMs);
  }
  await gateway.loop.stop();
  advancePlant(plant, wallboxes, plant.endMs);
}

/** Takes what is due from the front of the list. */
function dueChanges(changes: RunChange[], nowMs: number): readonly RunChange[] {
  const later = changes.findIndex(({ atMs }) => atMs > nowMs);
  return changes.splice(0, later < 0 ? changes.length : later);
}

function plantWallboxes(plant: Plant, run: HemsEdgeRun, { boxes, horizonMs }: ReplayConfig) {
  const given: readonly RunBox[] = [run, ...(run.moreBoxes ?? [])];
  return given.flatMap(({ device, phases, faults = NO_FAULTS, tellsPhases = false }, index) => {
    const box = plant.boxes[index];
    const config = boxes[index];
    if (box === undefined || config === undefined) return [];
    const { name, control } = config;
    const floorCurrentA = control.limits.failsafeCurrentA;
    return [
      createPlantWallbox(plant, box, { name, device, phases, faults, tellsPhases, horizonMs, floorCurrentA }),
    ];
  });
}

interface GatewayDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly store: StateStore;
  readonly meter: ReturnType<typeof createPlantMeter>;
  readonly wallboxes: readonly Wallbox[];
  readonly prices: PriceCurve;
  readonly sink: ReportSink;
  readonly operator: OperatorSignals | undefined;
}

interface Gateway {
  readonly loop: ControlLoop;
  change(change: RunChange): void;
}

/** What the daemon makes of its config at each start, as far as control goes. */
function bootedGateway(
  config: ReplayConfig,
  { meter, prices, wallboxes, sink, operator, ...deps }: GatewayDeps,
): Gateway {
  const settings: SettingsKeeper = createSettingsKeeper(config.settings, deps);
  const loop = createControlLoop(config.loop, {
    ...deps,
    collector: createSampleCollector(config.collector, {
      ...deps,
      sources: [{ source: meter, pollMs: config.loop.intervalMs, isGridMeter: true }],
    }),
    wallboxes: config.boxes.flatMap(({ name, priority, control, planner }, index) => {
      const wallbox = wallboxes[index];
      if (wallbox === undefined) return [];
      const store = createBoxStore(deps.store, { name, isFirst: index === 0 });
      return [
        {
          wallbox,
          store,
          priority,
          control,
          planner:
            prices.length === 0
              ? undefined
              : createChargePlanner(planner, { ...deps, store, prices: { curve: () => prices } }),
          expiryMs: config.horizonMs,
        },
      ];
    }),
    settings,
    gridOperator: operatorKeeper(config, operator, deps),
    sinks: [sink],
  });
  loop.start();
  return {
    loop,
    change({ settings: part, boost }) {
      if (part !== undefined) settings.change(part);
      const name = boost === undefined ? undefined : config.boxes[boost.box]?.name;
      if (boost !== undefined && name !== undefined) loop.requestBoost(boost.state, name);
    },
  };
}

const NEVER_HEARD: OperatorSignals = () => ({ heartbeatMs: undefined, command: undefined });

function operatorKeeper(
  { operator: config }: ReplayConfig,
  signals: OperatorSignals = NEVER_HEARD,
  deps: Pick<GatewayDeps, "clock" | "log" | "store">,
): GridOperatorKeeper | undefined {
  if (config === undefined) return undefined;
  const limitW = "limit_w" in config.source ? config.source.limit_w : config.minimum_w;
  const source = { latest: () => signals(deps.clock.monotonicMs(), limitW), start() {}, async stop() {} };
  return createGridOperatorKeeper({ rules: operatorRules(config), timeZone: "UTC" }, { ...deps, source });
}

function hourlyCurve(pricesCtKwh: readonly number[], startWallMs: number): PriceCurve {
  return pricesCtKwh.map((priceCtKwh, hour) => ({
    startMs: startWallMs + hour * HOUR_MS,
    endMs: startWallMs + (hour + 1) * HOUR_MS,
    priceCtKwh,
  }));
}

function isPaused(report: TickReport | undefined): boolean {
  return report?.state === "idle" && report.setpointA === 0;
}

/** Whether a time, ms since the start, lies in the dark, at least a minute away from any sun. */
function nightOf({ pvW, stepMs }: DayTrace): (atMs: number) => boolean {
  const margin = Math.ceil(TWILIGHT_MS / stepMs);
  /** Steps of darkness that follow each step, itself included. */
  const darkSteps = new Uint32Array(pvW.length + 1);
  for (let index = pvW.length - 1; index >= 0; index--) {
    darkSteps[index] = (pvW[index] ?? 0) > 0 ? 0 : (darkSteps[index + 1] ?? 0) + 1;
  }
  return (atMs) => {
    const index = Math.floor(atMs / stepMs);
    return index >= margin && (darkSteps[index - margin] ?? 0) > 2 * margin;
  };
}
