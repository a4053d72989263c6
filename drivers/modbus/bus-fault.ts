import type { DeviceFault } from "../../src/ports/device-fault.ts";

/** Why a request on a Modbus bus gave no result. `exception` is the device's own answer: the line is fine. */
export type BusFault =
  | { readonly kind: "timeout"; readonly detail: string }
  | { readonly kind: "exception"; readonly detail: string; readonly code: number }
  | { readonly kind: "protocol"; readonly detail: string }
  | { readonly kind: "closed"; readonly detail: string }
  | { readonly kind: "usage"; readonly detail: string };

/** "Illegal data address": this device has no such register. */
export const ILLEGAL_DATA_ADDRESS = 2;

/** Illegal function, address and value: asking again brings the same answer. */
const REFUSAL_CODES: ReadonlySet<number> = new Set([1, 2, 3]);

/** True when the device does not have what was asked; all other faults are its or the line's trouble. */
export function isRefusal(fault: BusFault): boolean {
  return fault.kind === "exception" && REFUSAL_CODES.has(fault.code);
}

/** A gateway's word that the unit behind it is away, in the Modbus application protocol 1.1b3, section 7. */
const UNIT_AWAY_CODES: ReadonlySet<number> = new Set([10, 11]);

export function isUnitAway(fault: BusFault): boolean {
  return fault.kind === "exception" && UNIT_AWAY_CODES.has(fault.code);
}

/** What a bus fault means for the device that was asked. */
export function deviceFault(fault: BusFault): DeviceFault {
  const { detail } = fault;
  switch (fault.kind) {
    case "timeout":
      return { kind: "timeout", detail };
    case "exception":
      return isUnitAway(fault)
        ? { kind: "unreachable", detail }
        : { kind: "refused", detail, code: fault.code };
    case "protocol":
      return { kind: "protocol", detail };
    case "closed":
      return { kind: "unreachable", detail };
    case "usage":
      return { kind: "refused", detail, code: undefined };
  }
}
