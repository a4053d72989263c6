import type { PhaseCurrentsA } from "../core/units.ts";
import type { DeviceFault } from "./device-fault.ts";

/**
 * What an inverter, meter or battery measured, in the signs of `src/core/units.ts`. A channel that the device
 * lacks, or whose value is its "not implemented" marker, is absent. A sleeping inverter gives `pvPowerW: 0`.
 */
export interface SiteChannels {
  readonly gridPowerW?: number;
  readonly gridPhaseCurrentsA?: PhaseCurrentsA;
  readonly pvPowerW?: number;
  readonly batteryPowerW?: number;
  readonly batterySocPct?: number;
}

export type SourceReading =
  | {
      readonly ok: true;
      readonly channels: SiteChannels;
      /** Changes whenever any register that was read changes; equal stamps mean the device may be frozen. */
      readonly stamp: string;
    }
  | { readonly ok: false; readonly fault: DeviceFault };

/** One device that measures part of the site. */
export interface SiteSource {
  readonly name: string;
  /** Reads once. Takes at most the device's own timeout, never rejects, is never called twice at a time. */
  read(): Promise<SourceReading>;
  close(): Promise<void>;
}
