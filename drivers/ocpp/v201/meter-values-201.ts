import type { JsonRecord } from "../box-link.ts";
import { listOf, numberOf, recordOf } from "../lenient-json.ts";

const MAX_ENTRIES = 100;
const MAX_VALUES = 200;

/** `meterValue` of 2.0.1 as 1.6 writes it: the power of ten is multiplied out, the unit stands beside the value. */
export function meterValuesOf201(meterValue: unknown): readonly JsonRecord[] {
  return listOf(meterValue, MAX_ENTRIES).map((entry) => {
    const { timestamp, sampledValue } = recordOf(entry);
    return { timestamp, sampledValue: listOf(sampledValue, MAX_VALUES).map(sampledOf201) };
  });
}

function sampledOf201(value: unknown): JsonRecord {
  const { value: raw, unitOfMeasure, measurand, phase, context, location } = recordOf(value);
  const { unit, multiplier } = recordOf(unitOfMeasure);
  const number = numberOf(raw);
  const scaled = number === undefined ? raw : number * 10 ** (numberOf(multiplier) ?? 0);
  return {
    value: scaled === undefined ? undefined : String(scaled),
    measurand,
    phase,
    context,
    location,
    unit,
  };
}

/** Energy register, Wh, of the first value that has one. */
export function registerWh(meterValues: readonly JsonRecord[]): number | undefined {
  for (const entry of meterValues) {
    for (const sampled of listOf(entry.sampledValue, MAX_VALUES)) {
      const { measurand, value, unit } = recordOf(sampled);
      if (measurand !== undefined && measurand !== "Energy.Active.Import.Register") continue;
      const number = numberOf(value);
      if (number !== undefined) return unit === "kWh" ? number * 1_000 : number;
    }
  }
  return undefined;
}
