import { isRefusal } from "../../../drivers/modbus/bus-fault.ts";
import type { ModbusBus } from "../../../drivers/modbus/modbus-bus.ts";

/** Registers to record: `count` from the 0-based `address`. */
export interface DumpRange {
  readonly functionCode: 3 | 4;
  readonly address: number;
  readonly count: number;
}

export interface DumpBlock {
  readonly start: number;
  readonly registers: readonly number[];
}

export interface RecordedTables {
  readonly holding: readonly DumpBlock[];
  readonly input: readonly DumpBlock[];
}

export type DumpOutcome =
  | { readonly ok: true; readonly tables: RecordedTables }
  | { readonly ok: false; readonly detail: string };

const MOST_AT_ONCE = 64;

/** Reads the ranges piece by piece; what the device refuses is left out, down to single registers. */
export async function recordRegisters(
  bus: ModbusBus,
  unit: number,
  ranges: readonly DumpRange[],
): Promise<DumpOutcome> {
  const found = new Map<3 | 4, Map<number, number>>([
    [3, new Map()],
    [4, new Map()],
  ]);
  const waiting = ranges.flatMap(pieces);
  for (let piece = waiting.shift(); piece !== undefined; piece = waiting.shift()) {
    const { functionCode, address, count } = piece;
    const outcome = await bus.read({ unit, functionCode, address, count });
    if (outcome.ok) {
      for (const [index, word] of outcome.registers.entries())
        found.get(functionCode)?.set(address + index, word);
    } else if (!isRefusal(outcome.fault)) {
      return { ok: false, detail: `register ${address}: ${outcome.fault.detail}` };
    } else if (count > 1) {
      const half = Math.ceil(count / 2);
      waiting.unshift(
        { functionCode, address, count: half },
        { functionCode, address: address + half, count: count - half },
      );
    }
  }
  const table = (code: 3 | 4) => blocks(found.get(code) ?? new Map());
  return { ok: true, tables: { holding: table(3), input: table(4) } };
}

function pieces({ functionCode, address, count }: DumpRange): readonly DumpRange[] {
  const parts: DumpRange[] = [];
  for (let start = address; start < address + count; start += MOST_AT_ONCE) {
    parts.push({ functionCode, address: start, count: Math.min(MOST_AT_ONCE, address + count - start) });
  }
  return parts;
}

function blocks(words: ReadonlyMap<number, number>): readonly DumpBlock[] {
  const found: { start: number; registers: number[] }[] = [];
  for (const [address, word] of [...words].sort(([a], [b]) => a - b)) {
    const last = found.at(-1);
    if (last !== undefined && last.start + last.registers.length === address) last.registers.push(word);
    else found.push({ start: address, registers: [word] });
  }
  return found.map(({ start, registers }) => ({ start, registers: withoutSerials(registers) }));
}

/** Text this long, with so many digits, may be a serial number, an address or a key, registers and characters. */
const LEAST_TEXT_REGISTERS = 4;
const LEAST_DIGITS = 4;
const ZERO = 0x30;

/** The registers with the digits and letters of everything that may be a serial number replaced by "0". */
export function withoutSerials(registers: readonly number[]): number[] {
  const cleaned = [...registers];
  let start = 0;
  for (let index = 0; index <= cleaned.length; index++) {
    if (index < cleaned.length && isText(cleaned[index] ?? 0)) continue;
    if (index - start >= LEAST_TEXT_REGISTERS && digits(cleaned.slice(start, index)) >= LEAST_DIGITS) {
      for (let at = start; at < index; at++) cleaned[at] = blanked(cleaned[at] ?? 0);
    }
    start = index + 1;
  }
  return cleaned;
}

/** Two printable characters, or one and the NUL that ends the text. */
function isText(word: number): boolean {
  const [first, second] = [word >> 8, word & 0xff];
  return isPrintable(first) && (isPrintable(second) || second === 0);
}

function isPrintable(code: number): boolean {
  return code >= 0x20 && code <= 0x7e;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function digits(words: readonly number[]): number {
  return words.flatMap((word) => [word >> 8, word & 0xff]).filter(isDigit).length;
}

function blanked(word: number): number {
  const [first, second] = [word >> 8, word & 0xff].map((code) =>
    /[0-9A-Za-z]/.test(String.fromCharCode(code)) ? ZERO : code,
  );
  return ((first ?? 0) << 8) | (second ?? 0);
}
