import { type Logger, pino } from "pino";
import type { DayTrace } from "../../../simulator/house/day-trace.ts";
import type { GridOperatorConfig } from "../../config/grid-operator-schema.ts";
import { configSchema } from "../../config/schema.ts";
import { type ChargePlannerOptions, createChargePlanner } from "../../control/charge-planner.ts";
import { type ControlLoop, type ControlLoopOptions, createControlLoop } from "../../control/control-loop.ts";
import { createGridOperatorKeeper, type GridOperatorKeeper } from "../../control/grid-operator-keeper.ts";
import { type CollectorOptions, createSampleCollector } from "../../control/sample-collector.ts";
import { createSettingsKeeper } from "../../control/settings-keeper.ts";
import type { ControlOptions } from "../../core/decide.ts";
import type { LawConstants } from "../../core/law-constants.ts";
import type { OperatorSignal } from "../../core/operator-machine.ts";
import type { PriceCurve } from "../../core/planner/price-curve.ts";
import type { Settings, Thresholds } from "../../core/settings.ts";
import type { TickReport } from "../../core/tick-report.ts";
import { operatorRules } from "../../daemon/grid-operator.ts";
import {
  chargePlannerOptions,
  collectorOptions,
  controlLoopOptions,
  controlOptions,
  initialSettings,
} from "../../daemon/options.ts";
import { createMemoryStateStore } from "../../history/memory-state-store.ts";
import type { Clock } from "../../ports/clock.ts";
import type { ReportSink } from "../../ports/report-sink.ts";
import type { StateStore } from "../../ports/state-store.ts";
import type { Wallbox } from "../../ports/wallbox.ts";
import type { Plant } from "./plant.ts";
import { createPlantMeter, createPlantWallbox, NO_FAULTS, type PlantFaults } from "./plant-ports.ts";
import { type PhaseChoice, PLANT_PEAK_W, type ReplayDevice } from "./replay-device.ts";
import { createVirtualClock } from "./virtual-clock.ts";

const MAIN_FUSE_A = 63;
/**
 * In the dark, with nothing charging, a pass comes this much late, ms: no pass could do anything there, half of all
 * passes are of that kind, and the loop makes up for none that is late. Short enough for the meter to stay trusted.
 */
const NIGHT_DELAY_MS = 8_000;
const TWILIGHT_MS = 60_000;
const HOUR_MS = 3_600_000;

export interface HemsEdgeRun {
  readonly device: ReplayDevice;
  readonly phases: PhaseChoice;
  /** Undefined parts are the product's own defaults. */
  readonly thresholds: Partial<Thresholds>;
  /** With it no pass is left out, not even at night. */
  readonly onReport?: (report: TickReport) => void;
  /** For a bench: constants of the law other than the product's. */
  readonly constants?: Partial<LawConstants>;
  /** Sections of the daemon's config file over the defaults of a replay. */
  readonly config?: ConfigSections;
  readonly faults?: PlantFaults;
  /** The grid operator of a config that has one; without this it is never heard. */
  readonly operator?: OperatorSignals;
  /** Whether the box tells the currents of its phases apart; default no. */
  readonly tellsPhases?: boolean;
  /** When the gateway is down, in order of time; what it stored outlives that. */
  readonly outages?: readonly Outage[];
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

export type ConfigSections = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Everything of the daemon's config that control takes, at the product's defaults except where the plant decides. */
interface ReplayConfig {
  readonly collector: CollectorOptions;
  readonly loop: ControlLoopOptions;
  readonly control: ControlOptions;
  readonly planner: ChargePlannerOptions;
  readonly settings: Settings;
  readonly horizonMs: number;
  readonly operator: GridOperatorConfig | undefined;
}

/** The daemon's control over the whole trace of `plant`: the same loop, collector, core and writer, on virtual time. */
export async function runHemsEdge(plant: Plant, run: HemsEdgeRun): Promise<void> {
  const { faults = NO_FAULTS, outages = [], operator } = run;
  const config = replayConfig(run);
  const wallbox = createPlantWallbox(plant, {
    device: run.device,
    phases: run.phases,
    faults,
    tellsPhases: run.tellsPhases ?? false,
    horizonMs: config.horizonMs,
    floorCurrentA: config.control.limits.failsafeCurrentA,
  });
  let passes = 0;
  let seenPasses = 0;
  let latest: TickReport | undefined;
  const isNight = nightOf(plant.house.trace);
  const clock = createVirtualClock({
    startWallMs: plant.house.trace.startWallMs,
    onAdvance: (nowMs) => wallbox.advanceTo(nowMs),
    isAtRest: () => passes > seenPasses && clock.nextDueMs() !== undefined,
  });
  const deps = { clock, log: pino({ level: "silent" }), store: createMemoryStateStore() };
  const prices = hourlyCurve(run.pricesCtKwh ?? [], plant.house.trace.startWallMs);
  const sink: ReportSink = {
    report(report) {
      passes += 1;
      latest = report;
      run.onReport?.(report);
    },
  };

  const boot = () => bootedLoop(config, { ...deps, plant, wallbox, faults, prices, sink, operator });

  let loop = boot();
  const ahead = [...outages];
  // The first pass begins by itself; every later one waits for the clock.
  while (clock.nextDueMs() === undefined || passes === 0) await undefined;
  for (let dueMs = clock.nextDueMs(); dueMs !== undefined; dueMs = clock.nextDueMs()) {
    const [outage] = ahead;
    const isAsleep = run.onReport === undefined && isPaused(latest) && isNight(dueMs);
    let passMs = isAsleep ? dueMs + NIGHT_DELAY_MS : dueMs;
    if (outage !== undefined && outage.fromMs <= passMs) {
      ahead.shift();
      await loop.stop();
      passMs = Math.max(dueMs, outage.untilMs);
      clock.setTimeout(() => {
        loop = boot();
      }, passMs - clock.monotonicMs());
    }
    if (passMs >= plant.endMs) break;
    seenPasses = passes;
    await clock.fireNext(passMs);
  }
  await loop.stop();
  wallbox.advanceTo(plant.endMs);
}

interface GatewayDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly store: StateStore;
  readonly plant: Plant;
  readonly wallbox: Wallbox;
  readonly faults: PlantFaults;
  readonly prices: PriceCurve;
  readonly sink: ReportSink;
  readonly operator: OperatorSignals | undefined;
}

/** What the daemon makes of its config at each start, as far as control goes. */
function bootedLoop(
  config: ReplayConfig,
  { plant, faults, prices, wallbox, sink, operator, ...deps }: GatewayDeps,
): ControlLoop {
  const source = createPlantMeter(plant, faults);
  const planner =
    prices.length === 0
      ? undefined
      : createChargePlanner(config.planner, { ...deps, prices: { curve: () => prices } });
  const loop = createControlLoop(config.loop, {
    ...deps,
    collector: createSampleCollector(config.collector, {
      ...deps,
      sources: [{ source, pollMs: config.loop.intervalMs, isGridMeter: true }],
    }),
    wallboxes: [
      {
        wallbox,
        store: deps.store,
        priority: 1,
        control: config.control,
        planner,
        expiryMs: config.horizonMs,
      },
    ],
    settings: createSettingsKeeper(config.settings, deps),
    gridOperator: operatorKeeper(config, operator, deps),
    sinks: [sink],
  });
  loop.start();
  return loop;
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

function replayConfig({ thresholds, constants, ...run }: HemsEdgeRun): ReplayConfig {
  const config = configSchema.parse(replayConfigFile(run));
  const settings = initialSettings(config);
  const [wallbox] = config.wallboxes;
  if (wallbox === undefined) throw new Error("a replay has a wallbox");
  const control = controlOptions(config, wallbox);
  return {
    collector: collectorOptions(config),
    loop: controlLoopOptions(config),
    control: { ...control, constants: { ...control.constants, ...constants } },
    planner: chargePlannerOptions(config, wallbox),
    settings: { ...settings, thresholds: { ...settings.thresholds, ...thresholds } },
    horizonMs: config.ocpp.horizon_s * 1_000,
    operator: config.grid_operator,
  };
}

/** What a config file would say of the plant. */
export function replayConfigFile({
  device,
  phases,
  config = {},
}: Pick<HemsEdgeRun, "device" | "phases" | "config">): ConfigSections {
  const plant: ConfigSections = {
    site: { main_fuse_a: MAIN_FUSE_A, pv_peak_w: PLANT_PEAK_W, time_zone: "UTC" },
    wallbox: {
      identity: "replay",
      phases: phases === "auto" ? 3 : phases,
      min_current_a: device.minA,
      max_current_a: device.maxA,
      rated_current_a: device.maxA,
    },
  };
  const names = [...new Set([...Object.keys(plant), ...Object.keys(config)])];
  return Object.fromEntries(names.map((name) => [name, { ...plant[name], ...config[name] }]));
}
