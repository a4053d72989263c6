import type { GridOperatorConfig } from "../../config/grid-operator-schema.ts";
import { configSchema } from "../../config/schema.ts";
import type { WallboxConfig } from "../../config/wallbox-schema.ts";
import type { ChargePlannerOptions } from "../../control/charge-planner.ts";
import type { ControlLoopOptions } from "../../control/control-loop.ts";
import type { CollectorOptions } from "../../control/sample-collector.ts";
import type { ControlOptions } from "../../core/decide.ts";
import type { LawConstants } from "../../core/law-constants.ts";
import type { Settings, Thresholds } from "../../core/settings.ts";
import {
  chargePlannerOptions,
  collectorOptions,
  controlLoopOptions,
  controlOptions,
  initialSettings,
} from "../../daemon/options.ts";
import { type PhaseChoice, PLANT_PEAK_W, type ReplayDevice } from "./replay-device.ts";

const MAIN_FUSE_A = 63;

/** One section of the daemon's config file. */
export type ConfigSection = Readonly<Record<string, unknown>>;
export type ConfigSections = Readonly<Record<string, ConfigSection>>;

/** A wallbox of the plant, with what the config says on it beyond the device. */
export interface ConfiguredBox {
  readonly device: ReplayDevice;
  readonly phases: PhaseChoice;
  readonly config?: ConfigSection | undefined;
}

/** What the config file of a replay is made of. */
export interface ReplaySetup {
  readonly device: ReplayDevice;
  readonly phases: PhaseChoice;
  /** Sections of the daemon's config file over the defaults of a replay. */
  readonly config?: ConfigSections | undefined;
  /** Further wallboxes, after the one of `device`. */
  readonly moreBoxes?: readonly ConfiguredBox[] | undefined;
}

/** Everything of the daemon's config that control takes, at the product's defaults except where the plant decides. */
export interface ReplayConfig {
  readonly collector: CollectorOptions;
  readonly loop: ControlLoopOptions;
  readonly boxes: readonly BoxConfig[];
  readonly settings: Settings;
  readonly horizonMs: number;
  readonly operator: GridOperatorConfig | undefined;
}

export interface BoxConfig {
  readonly name: string;
  readonly priority: number;
  readonly control: ControlOptions;
  readonly planner: ChargePlannerOptions;
}

export function replayConfig(
  setup: ReplaySetup,
  {
    thresholds,
    constants,
  }: { readonly thresholds: Partial<Thresholds>; readonly constants?: Partial<LawConstants> },
): ReplayConfig {
  const config = configSchema.parse(replayConfigFile(setup));
  const settings = initialSettings(config);
  const boxConfig = (wallbox: WallboxConfig): BoxConfig => {
    const control = controlOptions(config, wallbox);
    return {
      name: wallbox.name,
      priority: wallbox.priority,
      control: { ...control, constants: { ...control.constants, ...constants } },
      planner: chargePlannerOptions(config, wallbox),
    };
  };
  return {
    collector: collectorOptions(config),
    loop: controlLoopOptions(config),
    boxes: config.wallboxes.map(boxConfig),
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
  moreBoxes = [],
}: ReplaySetup): ConfigSection {
  const { wallbox, ...given } = config;
  const plant: ConfigSections = {
    site: { main_fuse_a: MAIN_FUSE_A, pv_peak_w: PLANT_PEAK_W, time_zone: "UTC" },
  };
  const names = [...new Set([...Object.keys(plant), ...Object.keys(given)])];
  const sections = Object.fromEntries(names.map((name) => [name, { ...plant[name], ...given[name] }]));
  const first = wallboxSection({ device, phases, config: wallbox }, "replay");
  if (moreBoxes.length === 0) return { ...sections, wallbox: first };
  const more = moreBoxes.map((box, index) => {
    const name = `wallbox-${index + 2}`;
    return { name, ...wallboxSection(box, name) };
  });
  return { ...sections, wallboxes: [first, ...more] };
}

function wallboxSection({ device, phases, config }: ConfiguredBox, identity: string): ConfigSection {
  return {
    identity,
    phases: phases === "auto" ? 3 : phases,
    min_current_a: device.minA,
    max_current_a: device.maxA,
    rated_current_a: device.maxA,
    ...config,
  };
}
