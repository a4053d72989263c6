import type { Config } from "../config/schema.ts";
import { createBoxStore } from "../control/box-store.ts";
import { type ChargePlanner, createChargePlanner } from "../control/charge-planner.ts";
import { type ControlLoop, createControlLoop } from "../control/control-loop.ts";
import { type CrashGuard, createCrashGuard } from "../control/crash-guard.ts";
import { createSampleCollector } from "../control/sample-collector.ts";
import { createSettingsKeeper, type SettingsKeeper } from "../control/settings-keeper.ts";
import type { Prices } from "../ports/prices.ts";
import type { ReportSink } from "../ports/report-sink.ts";
import type { DaemonDeps } from "./daemon-deps.ts";
import {
  chargePlannerOptions,
  collectorOptions,
  controlLoopOptions,
  controlOptions,
  initialSettings,
} from "./options.ts";
import type { SiteEquipment } from "./site-equipment.ts";
import type { ConfiguredWallbox } from "./site-wallboxes.ts";

/** What decides, and what it decides by. */
export interface SiteControl {
  readonly crashGuard: CrashGuard;
  readonly settings: SettingsKeeper;
  /** By name of the wallbox, in the order of the config. */
  readonly chargePlans: ReadonlyMap<string, ChargePlanner>;
  readonly loop: ControlLoop;
}

export interface SiteControlDeps extends Omit<DaemonDeps, "sinks"> {
  readonly equipment: SiteEquipment;
  readonly prices: Prices;
  /** All that is told of a pass; may still grow until the loop starts. */
  readonly sinks: readonly ReportSink[];
  readonly onPass: (durationMs: number) => void;
}

export function createSiteControl(config: Config, deps: SiteControlDeps): SiteControl {
  const { devices, wallboxes, gridOperator } = deps.equipment;
  const crashGuard = createCrashGuard(deps);
  const settings = createSettingsKeeper(initialSettings(config), deps);
  const collector = createSampleCollector(collectorOptions(config), { ...deps, sources: devices.sources });
  const steered = wallboxes.boxes.map((box, index) =>
    steeredWallbox(config, box, { ...deps, isFirst: index === 0 }),
  );
  const loop = createControlLoop(controlLoopOptions(config), {
    ...deps,
    collector,
    wallboxes: steered,
    settings,
    crashGuard,
    gridOperator: gridOperator?.keeper,
  });
  const chargePlans = new Map(steered.map(({ wallbox, planner }) => [wallbox.name, planner]));
  return { crashGuard, settings, chargePlans, loop };
}

/** A box with what the config says of it, and a plan and a memory of its own. */
function steeredWallbox(
  config: Config,
  { config: box, wallbox }: ConfiguredWallbox,
  deps: SiteControlDeps & { readonly isFirst: boolean },
) {
  const store = createBoxStore(deps.store, { name: box.name, isFirst: deps.isFirst });
  return {
    wallbox,
    store,
    priority: box.priority,
    control: controlOptions(config, box),
    expiryMs: config.ocpp.horizon_s * 1_000,
    planner: createChargePlanner(chargePlannerOptions(config, box), { ...deps, store }),
  };
}
