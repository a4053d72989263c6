import type { WallboxSample } from "../core/site-sample.ts";
import type { PhaseCount } from "../core/units.ts";
import type { DeviceFault } from "./device-fault.ts";

/** What the car may draw from now on. */
export interface CurrentCommand {
  /** A per phase; 0 pauses; otherwise within the box's minimum and maximum. */
  readonly currentA: number;
  readonly phases: PhaseCount;
  /** True for a reduction that a limit demands: sent at once and outside the write budget. */
  readonly isUrgent: boolean;
}

export type ApplyResult =
  /** The box confirmed a write that this call made. */
  | { readonly kind: "written" }
  /** The box already holds this command and no renewal is due. */
  | { readonly kind: "unchanged" }
  /** Not sent now; the driver sends the newest command when it can. */
  | { readonly kind: "deferred"; readonly because: "disconnected" | "busy" | "write_budget" }
  | { readonly kind: "failed"; readonly fault: DeviceFault };

/** A wallbox that takes a current limit which expires by itself when nobody renews it. */
export interface Wallbox {
  readonly name: string;
  /** The latest that is known, without any I/O. */
  sample(): WallboxSample;
  /**
   * Makes the box hold `command`. Called on every pass: the driver writes only a change, a renewal at half the
   * horizon, or a re-assertion after a reconnect. Takes at most the driver's own timeout and never rejects.
   */
  apply(command: CurrentCommand): Promise<ApplyResult>;
  /** Charging-profile writes since local midnight. */
  writesToday(): number;
  close(): Promise<void>;
}
