import type { SiteSample } from "../site-sample.ts";
import type { Claim } from "./allotment.ts";

/** What the other wallboxes draw or may draw at the moment for which a limit is asked. */
export interface OthersLoad {
  readonly powerW: number;
  /** A per phase; which phases a box hangs on is not known, so that each counts on all. */
  readonly currentA: number;
  /** What they may draw for good when the gateway is gone, A per phase. */
  readonly unattendedA: number;
}

/** The house as a limit has to see it, with the others as they are counted. */
export interface LimitSight {
  /** Grid readings with what the others draw as counted, not as measured. */
  readonly sample: SiteSample;
  readonly others: OthersLoad;
}

/** Boxes of the same priority, in the order in which they are served. */
export interface EqualBoxes {
  /** Boxes of higher priority with what they claim; all others draw nothing. */
  readonly sight: LimitSight;
  /** What the box itself and the others ask for, A per phase. */
  readonly own: Claim;
  readonly claims: readonly Claim[];
}

/** What the other boxes of the house mean to one box; only where there are others. */
export interface BoxShare {
  /** Surplus for this box, W; undefined while the readings of the boxes do not fit together. */
  readonly surplusPowerW: number | undefined;
  /** The most that it may follow before the others have made room, W. */
  readonly mostFollowedW: number;
  /** Boxes before this one with what they claim; those after it draw nothing as soon as they are told. */
  readonly served: LimitSight;
  /** All others with the most that they may still draw: nothing is raised beyond this. */
  readonly raised: LimitSight;
  /** Boxes of the same priority that want to charge as well; undefined where there is none. */
  readonly equals: EqualBoxes | undefined;
  /** What is kept for a car that takes less than it may while others want to charge, A per phase. */
  readonly appetiteA: number | undefined;
  /** Part of the import that counts as caused by this car, 0..1. */
  readonly importShare: number;
}
