import type { DayTrace } from "../../../simulator/house/day-trace.ts";
import { createDelayedReadings } from "../../../simulator/house/delayed-readings.ts";
import {
  createHouse,
  type House,
  type HouseOptions,
  type HouseReadings,
} from "../../../simulator/house/house.ts";
import type { PhaseCount } from "../../core/units.ts";
import {
  type ChargeReading,
  createPlantBox,
  type PlantBox,
  type PlantBoxOptions,
  type PlantCommand,
} from "./plant-box.ts";
import { plantPeakW } from "./replay-device.ts";
import { createRunCounter, type RunCounts } from "./run-counter.ts";

const SECOND_MS = 1_000;
/** The meter's registers show a measurement this long after it was taken, ms. */
const METER_LAG_MS = 1_000;

/** What a controller of one box can see, however late. */
export interface PlantView {
  readonly nowMs: number;
  /** The newest reading that the meter shows; the same object until there is a newer one. */
  readonly meter: HouseReadings;
  /** Charging power and the time to which it belongs, as the box reported it. */
  readonly charge: ChargeReading;
  readonly isCharging: boolean;
  /** Phases that the box is switched to now. */
  readonly phases: PhaseCount;
  readonly isSwitchingPhases: boolean;
  /** What was commanded last. */
  readonly command: PlantCommand;
}

/** House, meter, wallboxes and cars in virtual time. */
export interface Plant {
  readonly house: House;
  /** In the order of the config. */
  readonly boxes: readonly PlantBox[];
  /** Of the first box. */
  readonly view: PlantView;
  readonly endMs: number;
  /** Changed commands of all boxes so far. */
  readonly writes: number;
  advanceTo(nowMs: number): void;
  /** To the first box. */
  command(command: PlantCommand): void;
  /** Of the first box. */
  counts(): RunCounts;
}

/** What the plant did in one second. */
export interface PlantSecond {
  readonly nowMs: number;
  /** Of the first box. */
  readonly chargePowerW: number;
  /** Phases that it is switched to. */
  readonly phases: PhaseCount;
}

export interface PlantOptions extends PlantBoxOptions {
  readonly trace: DayTrace;
  readonly onSecond?: (second: PlantSecond) => void;
  /** Where the house is more than modules and loads. */
  readonly house?: Pick<HouseOptions, "battery" | "inverterAcW" | "feedInLimitW">;
  /** Further wallboxes. */
  readonly moreBoxes?: readonly PlantBoxOptions[];
}

export function createPlant(options: PlantOptions): Plant {
  const { trace, device, onSecond } = options;
  const first = createPlantBox(options);
  const { evse } = first;
  const more = (options.moreBoxes ?? []).map(createPlantBox);
  const boxes = [first, ...more];
  const house = createHouse({
    ...options.house,
    trace,
    evse,
    moreEvses: more.map((box) => box.evse),
    peakW: plantPeakW(trace.pvW),
    startMonotonicMs: 0,
  });
  const meter = createDelayedReadings(house, { refreshMs: device.meterS * SECOND_MS, lagMs: METER_LAG_MS });
  const runs = createRunCounter();
  let nowMs = 0;

  function passSecond(): void {
    nowMs += SECOND_MS;
    house.advanceTo(nowMs);
    for (const box of boxes) box.passSecond(nowMs);
    const { powerW } = evse;
    runs.passSecond(nowMs, powerW > 0, evse.isSwitchingPhases);
    onSecond?.({ nowMs, chargePowerW: powerW, phases: evse.phases });
  }

  const view: PlantView = {
    get nowMs() {
      return nowMs;
    },
    get meter() {
      return meter.visibleAt(nowMs);
    },
    get charge() {
      return first.charge;
    },
    get isCharging() {
      return evse.powerW > 0;
    },
    get phases() {
      return evse.phases;
    },
    get isSwitchingPhases() {
      return evse.isSwitchingPhases;
    },
    get command() {
      return first.command;
    },
  };

  return {
    house,
    boxes,
    view,
    endMs: house.endMs,
    get writes() {
      return boxes.reduce((sum, { writes }) => sum + writes, 0);
    },
    advanceTo(untilMs) {
      while (nowMs + SECOND_MS <= untilMs) passSecond();
    },
    command: first.tell,
    counts: runs.counts,
  };
}
