import type { PriceCurve } from "../core/planner/price-curve.ts";

/** What electricity costs the house, as far as it is known. */
export interface Prices {
  /** Retail prices, ct/kWh; old ones may still stand in it. The same object until there are others. */
  curve(): PriceCurve;
}
