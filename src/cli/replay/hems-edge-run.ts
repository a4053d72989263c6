import { pino } from "pino";
import { configSchema } from "../../config/schema.ts";
import { type ControlLoopOptions, createControlLoop } from "../../control/control-loop.ts";
import { type CollectorOptions, createSampleCollector } from "../../control/sample-collector.ts";
import { createSettingsKeeper } from "../../control/settings-keeper.ts";
import type { Settings, Thresholds } from "../../core/settings.ts";
import type { TickReport } from "../../core/tick-report.ts";
import { collectorOptions, controlLoopOptions, initialSettings } from "../../daemon/options.ts";
import type { StateStore } from "../../ports/state-store.ts";
import type { Plant } from "./plant.ts";
import { createPlantMeter, createPlantWallbox } from "./plant-ports.ts";
import { type PhaseChoice, PLANT_PEAK_W, type ReplayDevice } from "./replay-device.ts";
import { createVirtualClock } from "./virtual-clock.ts";

const MAIN_FUSE_A = 63;

export interface HemsEdgeRun {
  readonly device: ReplayDevice;
  readonly phases: PhaseChoice;
  /** Undefined parts are the product's own defaults. */
  readonly thresholds: Partial<Thresholds>;
  readonly onReport?: (report: TickReport) => void;
}

/** Everything of the daemon's config that control takes, at the product's defaults except where the plant decides. */
interface ReplayConfig {
  readonly collector: CollectorOptions;
  readonly loop: ControlLoopOptions;
  readonly settings: Settings;
}

/** The daemon's control over the whole trace of `plant`: the same loop, collector, core and writer, on virtual time. */
export async function runHemsEdge(plant: Plant, run: HemsEdgeRun): Promise<void> {
  const config = replayConfig(run);
  let passes = 0;
  let seenPasses = 0;
  const clock = createVirtualClock({
    startWallMs: plant.house.trace.startWallMs,
    onAdvance: (nowMs) => plant.advanceTo(nowMs),
    isAtRest: () => passes > seenPasses && clock.nextDueMs() !== undefined,
  });
  const deps = { clock, log: pino({ level: "silent" }), store: createMemoryStore() };
  const wallbox = createPlantWallbox(plant, run.device, run.phases);
  const loop = createControlLoop(config.loop, {
    ...deps,
    collector: createSampleCollector(config.collector, {
      ...deps,
      sources: [{ source: createPlantMeter(plant), pollMs: config.loop.intervalMs, isGridMeter: true }],
      wallbox,
    }),
    wallbox,
    settings: createSettingsKeeper(config.settings, deps),
    sinks: [
      {
        report(report) {
          passes += 1;
          run.onReport?.(report);
        },
      },
    ],
  });
  loop.start();
  // The first pass begins by itself; every later one waits for the clock.
  while (clock.nextDueMs() === undefined || passes === 0) await undefined;
  while ((clock.nextDueMs() ?? plant.endMs) < plant.endMs) {
    seenPasses = passes;
    await clock.fireNext();
  }
  await loop.stop();
  plant.advanceTo(plant.endMs);
}

function replayConfig({ device, phases, thresholds }: HemsEdgeRun): ReplayConfig {
  const config = configSchema.parse({
    site: { main_fuse_a: MAIN_FUSE_A, pv_peak_w: PLANT_PEAK_W, time_zone: "UTC" },
    wallbox: {
      identity: "replay",
      phases: phases === "auto" ? 3 : phases,
      min_current_a: device.minA,
      max_current_a: device.maxA,
      rated_current_a: device.maxA,
    },
  });
  const settings = initialSettings(config);
  return {
    collector: collectorOptions(config),
    loop: controlLoopOptions(config),
    settings: { ...settings, mode: "hems", thresholds: { ...settings.thresholds, ...thresholds } },
  };
}

function createMemoryStore(): StateStore {
  const values = new Map<string, unknown>();
  return {
    get: (key) => values.get(key),
    put: (key, value) => void values.set(key, value),
    flush() {},
    close() {},
  };
}
