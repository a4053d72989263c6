import type { DeviceFault } from "./device-fault.ts";

export type ContactReading =
  | { readonly ok: true; readonly isClosed: boolean }
  | { readonly ok: false; readonly fault: DeviceFault };

/** A potential-free contact at some input, e.g. that of a grid operator's control box. */
export interface Contact {
  /** Reads once. Takes at most the device's own timeout and never rejects. */
  read(): Promise<ContactReading>;
}
