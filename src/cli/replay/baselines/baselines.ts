import type { PlantView } from "../plant.ts";
import type { PlantCommand } from "../plant-box.ts";
import { createEvccLike } from "./evcc-like.ts";
import { createNaive } from "./naive.ts";
import { createOpenwbLike } from "./openwb-like.ts";
import { createThermostat } from "./thermostat.ts";

/** A controller on the plant: called once a cycle, it says what the car may draw from now on. */
export interface Baseline {
  readonly cycleMs: number;
  decide(view: PlantView): PlantCommand;
}

/** What a baseline is configured with. */
export interface BaselineSetup {
  readonly minA: number;
  readonly maxA: number;
  /** What the box rounds down to, A: a finer current is not asked of it. */
  readonly stepA: number;
  /** Whether it may change between one phase and three. */
  readonly canSwitchPhases: boolean;
}

/** Controllers to compare with: two re-implementations of published behaviour, and two simple ones. */
export const BASELINES = ["evcc-like", "openwb-like", "thermostat", "naive"] as const;
export type BaselineName = (typeof BASELINES)[number];

export function createBaseline(name: BaselineName, setup: BaselineSetup): Baseline {
  switch (name) {
    case "evcc-like":
      return createEvccLike(setup);
    case "openwb-like":
      return createOpenwbLike(setup);
    case "thermostat":
      return createThermostat(setup);
    case "naive":
      return createNaive(setup);
  }
}
