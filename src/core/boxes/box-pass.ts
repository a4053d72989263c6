import type { ControlOptions, ControlState, PassInput } from "../decide.ts";
import type { HouseSample, Reading, WallboxSample } from "../site-sample.ts";

/** What is fixed about one wallbox. */
export interface BoxOptions {
  readonly name: string;
  /** The larger is served first. */
  readonly priority: number;
  readonly control: ControlOptions;
  /** After this long without the gateway the box falls back to its failsafe current by itself, ms. */
  readonly expiryMs: number;
}

/** What the other boxes have to know of a box beyond its readings. */
export interface BoxStanding {
  /** The most that the car may draw, A per phase, with set points that are still on their way out. */
  readonly mayDrawA: number;
  /** What its mode asks for, before any limit, A per phase. */
  readonly wantedA: number;
  /** What it is to get before boxes after it get anything, A per phase. */
  readonly claimedA: number;
  /** Since when it charges, or proves that it could, ms. */
  readonly engagedSinceMs: number | undefined;
  /** The last that was measured of the car, W. */
  readonly drawnW: Reading<number> | undefined;
  /** Phases that the car charged on then. */
  readonly phases: number | undefined;
  /** What is kept for a car that takes less than it may, A per phase; undefined for one that uses its allowance. */
  readonly appetiteA: number | undefined;
}

export const NEW_STANDING: BoxStanding = {
  mayDrawA: 0,
  wantedA: 0,
  claimedA: 0,
  engagedSinceMs: undefined,
  drawnW: undefined,
  phases: undefined,
  appetiteA: undefined,
};

/** What one pass hands to the next. */
export interface BoxState {
  readonly control: ControlState;
  readonly standing: BoxStanding;
}

type OwnInput = Pick<PassInput, "plan" | "lastWriteMs" | "writesToday">;

/** What a pass knows of one wallbox. */
export interface BoxPass extends OwnInput {
  readonly options: BoxOptions;
  readonly state: BoxState;
  readonly wallbox: WallboxSample;
}

/** What a pass knows of the house. */
export interface HousePass extends Omit<PassInput, "sample" | "share" | keyof OwnInput> {
  readonly house: HouseSample;
}
