import type { Thresholds } from "./settings.ts";

/** The asked pair and the pair that is used. */
export interface EffectiveThresholds {
  readonly asked: Thresholds;
  readonly effective: Thresholds;
  /** True when the asked band is narrower than the smallest load the wallbox can switch. */
  readonly isWidened: boolean;
}

/**
 * The pair that cannot flap on a load of `minChargePowerW`: starting moves the grid from -E to Pmin - E, and
 * charging holds only below I, so E + I must reach Pmin. A narrower pair starts later; it never imports more.
 */
export function effectiveThresholds(asked: Thresholds, minChargePowerW: number): EffectiveThresholds {
  const leastExportW = minChargePowerW - asked.maxImportBeforeStoppingW;
  const isWidened = asked.minExportToStartW < leastExportW;
  const minExportToStartW = isWidened ? leastExportW : asked.minExportToStartW;
  return { asked, effective: { ...asked, minExportToStartW }, isWidened };
}

/**
 * Surplus, in W, below which the car at its smallest current imports more than the pair allows.
 * Never above the effective start, by construction of `effectiveThresholds`.
 */
export function stopSurplusW(thresholds: Thresholds, minChargePowerW: number): number {
  return minChargePowerW - thresholds.maxImportBeforeStoppingW;
}

export function areSameThresholds(a: Thresholds, b: Thresholds): boolean {
  return (
    a.minExportToStartW === b.minExportToStartW && a.maxImportBeforeStoppingW === b.maxImportBeforeStoppingW
  );
}
