import type { BusFault } from "./bus-fault.ts";

/** Most registers in one read or write: a PDU holds 253 bytes (Modbus application protocol 1.1b3, section 6). */
export const MAX_READ_REGISTERS = 125;
export const MAX_WRITE_REGISTERS = 123;

const ADDRESS_SPACE = 65_536;

/**
 * `count` coils (1), discrete inputs (2), holding (3) or input (4) registers from the 0-based `address` of `unit`. A
 * coil or discrete input reads as 0 or 1.
 */
export interface ReadRequest {
  readonly unit: number;
  readonly functionCode: 1 | 2 | 3 | 4;
  readonly address: number;
  readonly count: number;
  /** Waits behind all that are not: for somebody who is not in a hurry. */
  readonly isBackground?: boolean;
}

/** 16-bit `values` from the 0-based `address` of `unit`; function 6 takes exactly one. */
export interface WriteRequest {
  readonly unit: number;
  readonly functionCode: 6 | 16;
  readonly address: number;
  readonly values: readonly number[];
}

export type BusRequest = ReadRequest | WriteRequest;

export type ReadOutcome =
  | { readonly ok: true; readonly registers: readonly number[] }
  | { readonly ok: false; readonly fault: BusFault };

export type WriteOutcome = { readonly ok: true } | { readonly ok: false; readonly fault: BusFault };

/** A read fills `registers`; a write leaves it empty. */
export type BusOutcome = ReadOutcome;

export function failed(fault: BusFault): { readonly ok: false; readonly fault: BusFault } {
  return { ok: false, fault };
}

/** Why `request` must not go out: modbus-serial checks nothing and truncates what does not fit. */
export function usageFault(request: BusRequest): BusFault | undefined {
  const detail = misuse(request);
  return detail === undefined ? undefined : { kind: "usage", detail };
}

function misuse(request: BusRequest): string | undefined {
  const { unit, address } = request;
  if (!isWithin(unit, 0, 255)) return `unit ${unit} is not within 0..255`;
  const count = "count" in request ? request.count : request.values.length;
  const most = "count" in request ? MAX_READ_REGISTERS : MAX_WRITE_REGISTERS;
  if (!isWithin(count, 1, most)) return `${count} registers are not within 1..${most}`;
  if (!isWithin(address, 0, ADDRESS_SPACE - count)) return `registers ${address}+${count} do not exist`;
  if ("count" in request) return undefined;
  if (request.functionCode === 6 && count !== 1) return "function 6 writes exactly one register";
  return request.values.every((value) => isWithin(value, 0, 65_535)) ? undefined : "a value is not 16 bits";
}

function isWithin(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}
