import type { Point } from "./points.ts";

/**
 * The points that are used, under their SunSpec names; offsets as in the SunSpec information model reference, counted
 * from the model's id. Single-phase, split-phase, wye and delta variants share a layout.
 */
export const COMMON = { ID: 1, Mn: { offset: 2, count: 16 }, Md: { offset: 18, count: 16 } } as const;

export interface InverterPoints {
  readonly A: Point;
  readonly W: Point;
  readonly Hz: Point;
  readonly WH: Point;
  readonly St: Point;
  /** States of `St` in which the inverter feeds in. */
  readonly feedingStates: readonly number[];
}

const MPPT = 4;
const THROTTLED = 5;

const INVERTER_INT: InverterPoints = {
  A: { type: "u16", offset: 2, sf: 6 },
  W: { type: "i16", offset: 14, sf: 15 },
  Hz: { type: "u16", offset: 16, sf: 17 },
  WH: { type: "acc32", offset: 24, sf: 26 },
  St: { type: "u16", offset: 38 },
  feedingStates: [MPPT, THROTTLED],
};

const INVERTER_FLOAT: InverterPoints = {
  A: { type: "f32", offset: 2 },
  W: { type: "f32", offset: 22 },
  Hz: { type: "f32", offset: 24 },
  WH: { type: "f32", offset: 32 },
  St: { type: "u16", offset: 48 },
  feedingStates: [MPPT, THROTTLED],
};

/** DER AC measurement; `St` is off or on. */
const DER_AC: InverterPoints = {
  A: { type: "i16", offset: 14, sf: 113 },
  W: { type: "i16", offset: 10, sf: 116 },
  Hz: { type: "u32", offset: 17, sf: 115 },
  WH: { type: "u64", offset: 19, sf: 120 },
  St: { type: "u16", offset: 3 },
  feedingStates: [1],
};

/** Models that give an inverter's AC power, best first. */
export const INVERTERS: ReadonlyMap<number, InverterPoints> = new Map([
  [701, DER_AC],
  [103, INVERTER_INT],
  [113, INVERTER_FLOAT],
  [101, INVERTER_INT],
  [111, INVERTER_FLOAT],
  [102, INVERTER_INT],
  [112, INVERTER_FLOAT],
]);

export interface MeterPoints {
  readonly W: Point;
  /** Power of L1, L2, L3. */
  readonly Wph: readonly [Point, Point, Point];
  /** Current of L1, L2, L3: a magnitude on most meters. */
  readonly Aph: readonly [Point, Point, Point];
  /** False where only the first phase exists. */
  readonly isThreePhase: boolean;
}

const METER_INT: MeterPoints = {
  W: { type: "i16", offset: 18, sf: 22 },
  Wph: [
    { type: "i16", offset: 19, sf: 22 },
    { type: "i16", offset: 20, sf: 22 },
    { type: "i16", offset: 21, sf: 22 },
  ],
  Aph: [
    { type: "i16", offset: 3, sf: 6 },
    { type: "i16", offset: 4, sf: 6 },
    { type: "i16", offset: 5, sf: 6 },
  ],
  isThreePhase: true,
};

const METER_FLOAT: MeterPoints = {
  W: { type: "f32", offset: 28 },
  Wph: [
    { type: "f32", offset: 30 },
    { type: "f32", offset: 32 },
    { type: "f32", offset: 34 },
  ],
  Aph: [
    { type: "f32", offset: 4 },
    { type: "f32", offset: 6 },
    { type: "f32", offset: 8 },
  ],
  isThreePhase: true,
};

/** Models of meters, best first. */
export const METERS: ReadonlyMap<number, MeterPoints> = new Map([
  [203, METER_INT],
  [213, METER_FLOAT],
  [201, { ...METER_INT, isThreePhase: false }],
  [211, { ...METER_FLOAT, isThreePhase: false }],
  [204, METER_INT],
  [214, METER_FLOAT],
  [202, METER_INT],
  [212, METER_FLOAT],
]);

/** Multiple-MPPT extension: a fixed part and `N` modules of 20 registers, one for each DC input. */
export const MPPT_EXTENSION = 160;
export const DC_MODULES = {
  N: { type: "u16", offset: 8 },
  DCW_SF: 4,
  firstOffset: 10,
  size: 20,
  IDStr: { offset: 1, count: 8 },
  DCW: 11,
} as const;

/** Basic storage control. */
export const STORAGE = 124;
export const STORAGE_POINTS = { ChaState: { type: "u16", offset: 8, sf: 22 } } as const;

/** DER storage capacity. */
export const DER_STORAGE = 713;
export const DER_STORAGE_POINTS = { SoC: { type: "u16", offset: 4, sf: 8 } } as const;

/** Battery base model; `W` counts discharge as positive. */
export const BATTERY = 802;
export const BATTERY_POINTS = {
  SoC: { type: "u16", offset: 11, sf: 56 },
  W: { type: "i16", offset: 47, sf: 63 },
} as const;
