import { meanCostWh, type SweptDay, type Variant } from "./sweep-runs.ts";

const FOLDS = 5;

/** What tuning on four fifths of the days brings on the remaining fifth. */
export interface Fold {
  readonly fold: number;
  readonly days: number;
  /** The change of one constant that does best on the other folds. */
  readonly chosen: string;
  /** Cost of a day without and with that change, Wh. */
  readonly trainedFromWh: number;
  readonly trainedToWh: number;
  readonly heldOutFromWh: number;
  readonly heldOutToWh: number;
}

/** Chooses the best single change of the law on each four fifths of the days and judges it on the rest. */
export function holdOut(variants: readonly Variant[]): readonly Fold[] {
  const asItIs = variants.find(({ factor }) => factor === 1);
  if (asItIs === undefined) return [];
  return Array.from({ length: FOLDS }, (_, fold) => {
    const isHeldOut = (_day: SweptDay, index: number) => index % FOLDS === fold;
    const isTrained = (_day: SweptDay, index: number) => index % FOLDS !== fold;
    const trainedWh = ({ days }: Variant) => meanCostWh(days.filter(isTrained));
    const heldOutWh = ({ days }: Variant) => meanCostWh(days.filter(isHeldOut));
    const best = variants.reduce((a, b) => (trainedWh(b) < trainedWh(a) ? b : a), asItIs);
    return {
      fold: fold + 1,
      days: asItIs.days.filter(isHeldOut).length,
      chosen: best.factor === 1 ? "none" : `${best.constant} x ${best.factor}`,
      trainedFromWh: trainedWh(asItIs),
      trainedToWh: trainedWh(best),
      heldOutFromWh: heldOutWh(asItIs),
      heldOutToWh: heldOutWh(best),
    };
  });
}
