import { crc16 } from "./crc16.ts";

/** A whole RTU frame of anybody on the line. */
export interface LineFrame {
  /** True for a master's question, false for an answer. A write looks the same both ways and counts as a question. */
  readonly isRequest: boolean;
  /** First byte behind it. */
  readonly end: number;
}

const EXCEPTION_FLAG = 0x80;
const REQUEST_BYTES = 8;
const EXCEPTION_BYTES = 5;
const MOST_UNIT = 247;
const READ_CODES: ReadonlySet<number> = new Set([1, 2, 3, 4]);
const WRITE_ONE_CODES: ReadonlySet<number> = new Set([5, 6]);
const WRITE_MANY_CODES: ReadonlySet<number> = new Set([15, 16]);

/** The first whole frame with a correct CRC within `bytes[from..end)`; undefined when there is none. */
export function findLineFrame(bytes: Buffer, from = 0, end = bytes.length): LineFrame | undefined {
  for (let start = from; start + EXCEPTION_BYTES <= end; start++) {
    const unit = bytes.readUInt8(start);
    if (unit > MOST_UNIT) continue;
    for (const candidate of shapes(bytes, start)) {
      const stop = start + candidate.length;
      if (stop > end || crc16(bytes, start, stop - 2) !== bytes.readUInt16LE(stop - 2)) continue;
      return { isRequest: candidate.isRequest, end: stop };
    }
  }
  return undefined;
}

interface Shape {
  readonly length: number;
  readonly isRequest: boolean;
}

/** Lengths that a frame with the function code at `start + 1` may have. */
function shapes(bytes: Buffer, start: number): readonly Shape[] {
  const functionCode = bytes.readUInt8(start + 1);
  const plain = functionCode & ~EXCEPTION_FLAG;
  const isKnown = READ_CODES.has(plain) || WRITE_ONE_CODES.has(plain) || WRITE_MANY_CODES.has(plain);
  if (!isKnown) return [];
  if (plain !== functionCode) return [{ length: EXCEPTION_BYTES, isRequest: false }];
  const question = { length: REQUEST_BYTES, isRequest: true };
  if (READ_CODES.has(functionCode)) {
    return [question, { length: 3 + bytes.readUInt8(start + 2) + 2, isRequest: false }];
  }
  if (WRITE_ONE_CODES.has(functionCode)) return [question];
  const byteCount = start + 6 < bytes.length ? bytes.readUInt8(start + 6) : 0;
  return [
    { length: 9 + byteCount, isRequest: true },
    { length: REQUEST_BYTES, isRequest: false },
  ];
}
