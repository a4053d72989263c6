import type { ChargePointHardware } from "./hardware.ts";

export type ReadingContext = "Sample.Periodic" | "Sample.Clock" | "Trigger";

interface SampledValue {
  readonly value: string;
  readonly measurand: string;
  readonly unit: string;
  readonly context: ReadingContext;
  readonly phase?: string;
}

const PHASES = ["L1", "L2", "L3"] as const;

/** `sampledValue` of MeterValues.req for the measurands that are asked for; an idle phase reads 0. */
export function sampledValues(
  hardware: ChargePointHardware,
  measurands: readonly string[],
  context: ReadingContext,
): SampledValue[] {
  return measurands.flatMap((measurand) => {
    const sample = (value: string, unit: string) => ({ value, measurand, unit, context });
    switch (measurand) {
      case "Power.Active.Import":
        return [sample(hardware.powerW.toFixed(0), "W")];
      case "Energy.Active.Import.Register":
        return [sample(hardware.energyWh.toFixed(0), "Wh")];
      case "Current.Offered":
        return [sample(hardware.offeredCurrentA.toFixed(1), "A")];
      case "Current.Import":
        return PHASES.map((phase, index) => ({
          ...sample((hardware.phaseCurrentsA[index] ?? 0).toFixed(1), "A"),
          phase,
        }));
      case "Voltage":
        return PHASES.slice(0, hardware.phases).map((phase) => ({
          ...sample(hardware.voltageV.toFixed(1), "V"),
          phase: `${phase}-N`,
        }));
      default:
        return [];
    }
  });
}
