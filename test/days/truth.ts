import type { Plant } from "../../src/cli/replay/plant.ts";
import { replayConfigFile } from "../../src/cli/replay/replay-config.ts";
import { deviceOf, type ReplayDevice } from "../../src/cli/replay/replay-device.ts";
import type { Scenario, ScenarioEvent } from "../../src/cli/replay/scenario/scenario-schema.ts";
import { scenarioSetup } from "../../src/cli/replay/scenario/scenario-setup.ts";
import { type Config, configSchema } from "../../src/config/schema.ts";
import type { WallboxConfig } from "../../src/config/wallbox-schema.ts";
import { powerW } from "../../src/core/units.ts";
import { collectorOptions } from "../../src/daemon/options.ts";

export type EventKind = ScenarioEvent["kind"];

/** Blind faults: from then on control knows less than the watcher. */
export const BLINDING: readonly EventKind[] = ["meter_silent", "meter_frozen", "meter_implausible"];
export const UNRULY: readonly EventKind[] = [
  "wallbox_away",
  "wallbox_stubborn",
  "wallbox_silent",
  "gateway_down",
];
/** How long after a fault has ended its effects may still show, s: trust returns after 60 s, adoption takes 30 s. */
export const AFTERMATH_S = 150;
/** A car ramps down with 5 A/s. */
export const RAMP_S = 8;

/** A change by less is not worth a write, A. */
export const TRIFLE_A = 0.7;

/** A wallbox of the day, as the scenario has it. */
export interface DayBox {
  readonly device: ReplayDevice;
  readonly config: WallboxConfig;
  /** Smallest power with which it charges, W. */
  readonly leastW: number;
  /** What may be amiss until its steps, or its slow change from three phases to one, have come to what it is to draw, W. */
  readonly trifleW: number;
  /** What the car draws per phase is told, or can be told from the box's power. */
  readonly knowsPhases: boolean;
}

/** What is true of a day, whatever control believes. */
export interface Truth {
  readonly scenario: Scenario;
  readonly config: Config;
  readonly boxes: readonly DayBox[];
  readonly intervalS: number;
  /** From a change in the house until a pass decides with it in sight, s. */
  readonly seenAfterS: number;
  /** From a change in the house until all cars have followed, s. */
  readonly reactionS: number;
  /** Whether something of these kinds goes on, or has its aftermath; of one box where it is given. */
  isDisturbed(
    atS: number,
    kinds: readonly EventKind[],
    where?: { box?: number; aftermathS?: number },
  ): boolean;
  /** For how long the meter has at least given nothing that can be used, s; 0 while it does. */
  meterGoneS(atS: number): number;
  /** Whether it had been gone so shortly before that it is still believed to be lost. */
  wasMeterGoneBefore(atS: number): boolean;
  /** How much longer it may seem to have been gone, s: the look before counts, and so does the age of what it saw. */
  readonly goneEarlierS: number;
  /** Notes what the plant did in a second. */
  see(plant: Plant, second: number): void;
  /** Notes a start of the gateway: what was before it has not seen. */
  boot(second: number): void;
}

/** A meter that was lost has to be good for this long, s (F2). */
const REGAINED_S = 60;
/** A meter that repeats itself counts as gone after this time, s (F2). */
const FROZEN_S = 120;

export function truthOf(scenario: Scenario): Truth {
  const setup = scenarioSetup(scenario);
  const config = configSchema.parse(replayConfigFile(setup));
  const intervalS = config.control.interval_ms / 1_000;
  const cars = [scenario, ...scenario.more_boxes];
  const boxes = [setup, ...setup.moreBoxes].flatMap(({ device, phases }, index): readonly DayBox[] => {
    const wallbox = config.wallboxes[index];
    const given = cars[index];
    if (wallbox === undefined || given === undefined) return [];
    const fewest = phases === "auto" ? 1 : phases;
    const knowsPhases = given.tells_phases || phases === 1 || given.car.phases === 3;
    const leastW = powerW(device.minA, fewest);
    const most = phases === "auto" ? 3 : phases;
    const nearA = Math.max(device.stepA, TRIFLE_A);
    const trifleW = powerW(device.minA + nearA, most) - leastW;
    return [{ device, config: wallbox, leastW, trifleW, knowsPhases }];
  });
  const { meterS } = deviceOf(scenario.device);
  const seenAfterS = meterS + 1 + intervalS;
  const slowestS = Math.max(...boxes.map(({ device }) => device.deadS));
  const { maxGridPowerW } = collectorOptions(config);
  let absurdS = Number.NEGATIVE_INFINITY;
  let bootS = 0;

  const isOn = ({ from_min, minutes }: ScenarioEvent, atS: number, aftermathS: number) =>
    atS >= from_min * 60 - 1 && atS <= (from_min + minutes) * 60 + aftermathS;

  const meterEvents = scenario.events.filter(({ kind }) => BLINDING.includes(kind));

  function meterGoneS(atS: number): number {
    let goneS = 0;
    for (const event of meterEvents) {
      const fromS = Math.max(event.from_min * 60, bootS);
      const isIn = atS >= fromS && atS < (event.from_min + event.minutes) * 60;
      if (!isIn) continue;
      const isFrozen = event.kind === "meter_frozen";
      // Nonsense between two looks at a frozen meter makes it look alive.
      const isAlone = meterEvents.every(
        (other) => other === event || other.kind !== "meter_implausible" || !isOn(other, atS, atS - fromS),
      );
      if (!isFrozen || isAlone) goneS = Math.max(goneS, atS - fromS - (isFrozen ? FROZEN_S : 0));
    }
    return goneS;
  }

  return {
    scenario,
    config,
    boxes,
    intervalS,
    seenAfterS,
    goneEarlierS: meterEvents.some(({ kind }) => kind === "meter_frozen")
      ? seenAfterS + intervalS
      : intervalS,
    reactionS: seenAfterS + intervalS + slowestS + RAMP_S,
    isDisturbed(atS, kinds, { box, aftermathS = AFTERMATH_S } = {}) {
      if (kinds.includes("meter_implausible") && atS - absurdS <= aftermathS) return true;
      return scenario.events.some(
        (event) =>
          kinds.includes(event.kind) &&
          (box === undefined || event.box === box || event.kind === "gateway_down") &&
          isOn(event, atS, aftermathS),
      );
    },
    meterGoneS,
    wasMeterGoneBefore(atS) {
      const sinceS = atS - meterGoneS(atS);
      // More than the connection lets through is nonsense, too.
      if (sinceS - absurdS <= REGAINED_S + 2 * seenAfterS) return true;
      return meterEvents.some((event) => {
        const goodS = sinceS - (event.from_min + event.minutes) * 60;
        return goodS >= 0 && goodS <= REGAINED_S + 2 * seenAfterS;
      });
    },
    see({ house }, second) {
      const { gridW, chargeW } = house.flow;
      if (Math.abs(gridW - chargeW) + chargeW > maxGridPowerW) absurdS = second;
    },
    boot(second) {
      bootS = second;
    },
  };
}
