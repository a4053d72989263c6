/** Means of a window, and before that sums; a battery that does not exist is 0 W. */
interface Powers {
  readonly gridW: number;
  readonly pvW: number;
  readonly batteryW: number;
  readonly chargeW: number;
}

/** Measured powers of one moment, W, signs of `units.ts`; undefined where unknown. */
export interface BalanceInput {
  readonly nowMs: number;
  readonly gridPowerW: number | undefined;
  readonly pvPowerW: number | undefined;
  readonly batteryPowerW: number | undefined;
  readonly chargePowerW: number | undefined;
}

/** One guess at the signs of the wiring, and how badly the house behaves under it. */
interface Guess {
  readonly grid: 1 | -1;
  readonly battery: 1 | -1;
  readonly lastHouseW: number | undefined;
  /** How much the house without the car moved from window to window, W. */
  readonly variationW: number;
  /** Windows in which the house seemed to make power. */
  readonly negatives: number;
}

export interface BalanceRecord {
  readonly windowStartMs: number | undefined;
  readonly samples: number;
  readonly sums: Powers;
  readonly windows: number;
  readonly guesses: readonly Guess[];
}

export type SignRole = "grid" | "battery";

export type BalanceVerdict =
  | { readonly kind: "checking" }
  | { readonly kind: "plausible" }
  /** These powers have the wrong sign. */
  | { readonly kind: "wrong_sign"; readonly roles: readonly SignRole[] };

/** Long enough that devices read at different moments agree on the mean. */
const WINDOW_MS = 60_000;
/** Conversion losses and meters that disagree: so much below zero means nothing, W and share of the flows. */
const TOLERANCE_W = 150;
const TOLERANCE_SHARE = 0.05;
/** A judgement needs so many windows; a sign is called wrong after so many in which the house made power. */
const LEAST_WINDOWS = 5;
const ENOUGH_WINDOWS = 10;
const NEGATIVES_THAT_COUNT = 3;
/** Or when the house seems to follow the sun by so much, W, and would not with the other sign. */
const VARIATION_THAT_COUNTS_W = 3_000;
const CLEARLY_LESS = 0.5;
/** Old windows fade: somebody may have turned a clamp. */
const MOST_WINDOWS = 120;

const NOTHING: Powers = { gridW: 0, pvW: 0, batteryW: 0, chargeW: 0 };

/** Fewest turned signs first: of two equally good guesses the simpler one is told. */
const SIGNS = [
  { grid: 1, battery: 1 },
  { grid: -1, battery: 1 },
  { grid: 1, battery: -1 },
  { grid: -1, battery: -1 },
] as const;

export const initialBalance: BalanceRecord = {
  windowStartMs: undefined,
  samples: 0,
  sums: NOTHING,
  windows: 0,
  guesses: SIGNS.map((signs) => ({ ...signs, lastHouseW: undefined, variationW: 0, negatives: 0 })),
};

/**
 * The record after one more moment. `load = pv + grid + battery` holds in every house and no house makes power; with a
 * wrong sign it seems to, or its load seems to follow the sun. Moments without grid and PV power say nothing.
 */
export function afterMoment(record: BalanceRecord, input: BalanceInput): BalanceRecord {
  const { nowMs, gridPowerW, pvPowerW } = input;
  if (gridPowerW === undefined || pvPowerW === undefined) return record;
  const sums = {
    gridW: record.sums.gridW + gridPowerW,
    pvW: record.sums.pvW + pvPowerW,
    batteryW: record.sums.batteryW + (input.batteryPowerW ?? 0),
    chargeW: record.sums.chargeW + (input.chargePowerW ?? 0),
  };
  const samples = record.samples + 1;
  const windowStartMs = record.windowStartMs ?? nowMs;
  if (nowMs - windowStartMs < WINDOW_MS) return { ...record, windowStartMs, samples, sums };
  const means = {
    gridW: sums.gridW / samples,
    pvW: sums.pvW / samples,
    batteryW: sums.batteryW / samples,
    chargeW: sums.chargeW / samples,
  };
  const isFull = record.windows >= MOST_WINDOWS;
  const guesses = record.guesses.map((guess) => judged(isFull ? faded(guess) : guess, means));
  const windows = (isFull ? record.windows / 2 : record.windows) + 1;
  return { windowStartMs: nowMs, samples: 0, sums: NOTHING, windows, guesses };
}

function faded(guess: Guess): Guess {
  return { ...guess, variationW: guess.variationW / 2, negatives: Math.floor(guess.negatives / 2) };
}

function judged(guess: Guess, { gridW, pvW, batteryW, chargeW }: Powers): Guess {
  const houseW = pvW + guess.grid * gridW + guess.battery * batteryW - chargeW;
  const flowW = Math.abs(gridW) + pvW + Math.abs(batteryW) + chargeW;
  const isNegative = houseW < -(TOLERANCE_W + TOLERANCE_SHARE * flowW);
  const movedW = guess.lastHouseW === undefined ? 0 : Math.abs(houseW - guess.lastHouseW);
  return {
    ...guess,
    lastHouseW: houseW,
    variationW: guess.variationW + movedW,
    negatives: guess.negatives + (isNegative ? 1 : 0),
  };
}

/** What the windows so far say of the signs as they are. */
export function balanceVerdict({ windows, guesses }: BalanceRecord): BalanceVerdict {
  const [present, ...others] = guesses;
  if (present === undefined || windows < LEAST_WINDOWS) return { kind: "checking" };
  const better = others.filter((guess) => isClearlyBetter(guess, present)).sort(byBadness)[0];
  if (better !== undefined) {
    const roles: SignRole[] = [];
    if (better.grid === -1) roles.push("grid");
    if (better.battery === -1) roles.push("battery");
    return { kind: "wrong_sign", roles };
  }
  return windows >= ENOUGH_WINDOWS && present.negatives === 0 ? { kind: "plausible" } : { kind: "checking" };
}

function isClearlyBetter(guess: Guess, present: Guess): boolean {
  if (guess.negatives === 0 && present.negatives >= NEGATIVES_THAT_COUNT) return true;
  return (
    guess.negatives <= present.negatives &&
    present.variationW >= VARIATION_THAT_COUNTS_W &&
    guess.variationW < CLEARLY_LESS * present.variationW
  );
}

/** Sorting keeps the order of equals, so the guess with fewer turned signs wins among near ones. */
function byBadness(a: Guess, b: Guess): number {
  if (a.negatives !== b.negatives) return a.negatives - b.negatives;
  const isNear = Math.abs(a.variationW - b.variationW) <= 0.1 * Math.max(a.variationW, b.variationW);
  return isNear ? 0 : a.variationW - b.variationW;
}
