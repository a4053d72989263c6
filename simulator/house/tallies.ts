import { energyWh } from "../../src/core/units.ts";

/** What the day brought, judged second by second. Energies in Wh. */
export interface Tallies {
  /** PV energy that went straight into the car. */
  readonly solarWh: number;
  /** Import that would not have been without charging. */
  readonly causedImportWh: number;
  /** Charge energy that the home battery gave. */
  readonly fromBatteryWh: number;
  readonly chargedWh: number;
  /** Sum of max(0, sun - load): what a car could have taken at best. */
  readonly surplusWh: number;
  /** Times the car's power rose from zero. */
  readonly starts: number;
  readonly peakImportW: number;
}

export interface EnergyCounters {
  readonly importWh: number;
  readonly exportWh: number;
  readonly pvWh: number;
  readonly batteryChargedWh: number;
  readonly batteryDischargedWh: number;
}

/** Mean powers of a span, W, signs of `src/core/units.ts`. */
export interface SpanPowers {
  readonly pvW: number;
  readonly loadW: number;
  readonly chargeW: number;
  readonly batteryW: number;
  readonly gridW: number;
}

/** The same span as it could have been, W. */
export interface SpanAlternatives {
  /** What the meter would have shown without the car. */
  readonly gridWithoutCarW: number;
  /** What the modules could have brought to the house: more than they did where they were throttled. */
  readonly usableSunW: number;
}

export interface TallyKeeper {
  add(powers: SpanPowers, alternatives: SpanAlternatives, durationMs: number): void;
  tallies(): Tallies;
  counters(): EnergyCounters;
}

export function createTallies(): TallyKeeper {
  let solarWh = 0;
  let causedImportWh = 0;
  let chargedWh = 0;
  let surplusWh = 0;
  let starts = 0;
  let peakImportW = 0;
  let wasCharging = false;
  let importWh = 0;
  let exportWh = 0;
  let pvWh = 0;
  let batteryChargedWh = 0;
  let batteryDischargedWh = 0;

  return {
    add({ pvW, loadW, chargeW, batteryW, gridW }, { gridWithoutCarW, usableSunW }, durationMs) {
      const surplusW = Math.max(0, usableSunW - loadW);
      const hours = energyWh(1, durationMs);
      surplusWh += surplusW * hours;
      solarWh += Math.min(chargeW, surplusW) * hours;
      causedImportWh += (Math.max(0, gridW) - Math.max(0, gridWithoutCarW)) * hours;
      chargedWh += chargeW * hours;
      importWh += Math.max(0, gridW) * hours;
      exportWh += Math.max(0, -gridW) * hours;
      pvWh += pvW * hours;
      batteryChargedWh += Math.max(0, -batteryW) * hours;
      batteryDischargedWh += Math.max(0, batteryW) * hours;
      peakImportW = Math.max(peakImportW, gridW);
      const isCharging = chargeW > 0;
      if (isCharging && !wasCharging) starts += 1;
      wasCharging = isCharging;
    },
    tallies: () => ({
      solarWh,
      causedImportWh,
      fromBatteryWh: Math.max(0, chargedWh - solarWh - causedImportWh),
      chargedWh,
      surplusWh,
      starts,
      peakImportW,
    }),
    counters: () => ({ importWh, exportWh, pvWh, batteryChargedWh, batteryDischargedWh }),
  };
}
