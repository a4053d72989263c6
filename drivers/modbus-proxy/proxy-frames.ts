import {
  MAX_READ_REGISTERS,
  MAX_WRITE_REGISTERS,
  type ReadRequest,
  type WriteRequest,
} from "../modbus/bus-request.ts";

/** Exception codes of the Modbus application protocol 1.1b3, section 7. */
export const EXCEPTION = {
  illegalFunction: 1,
  illegalAddress: 2,
  illegalValue: 3,
  busy: 6,
  gatewayPathUnavailable: 10,
  gatewayTargetFailed: 11,
} as const;

const HEADER_BYTES = 6;
const LEAST_LENGTH = 2;
const MOST_LENGTH = 254;

/** One request of a client. */
export interface ClientRequest {
  /** Its header: an answer begins with the same transaction. */
  readonly transaction: number;
  readonly unit: number;
  readonly functionCode: number;
  /** What it asks for, or the exception that it earns. */
  readonly asked: ReadRequest | WriteRequest | { readonly exception: number };
}

export interface Requests {
  readonly requests: readonly ClientRequest[];
  /** Bytes that belong to a request which is not whole yet. */
  readonly rest: Buffer;
  /** The stream is no Modbus TCP: nothing behind can be trusted. */
  readonly isGarbage: boolean;
}

/** All whole requests in `bytes`. */
export function clientRequests(bytes: Buffer): Requests {
  const requests: ClientRequest[] = [];
  let start = 0;
  while (bytes.length - start >= HEADER_BYTES) {
    const length = bytes.readUInt16BE(start + 4);
    const isGarbage = bytes.readUInt16BE(start + 2) !== 0 || length < LEAST_LENGTH || length > MOST_LENGTH;
    if (isGarbage) return { requests, rest: Buffer.alloc(0), isGarbage };
    const end = start + HEADER_BYTES + length;
    if (end > bytes.length) break;
    const transaction = bytes.readUInt16BE(start);
    requests.push(clientRequest(transaction, bytes.subarray(start + HEADER_BYTES, end)));
    start = end;
  }
  return { requests, rest: bytes.subarray(start), isGarbage: false };
}

function clientRequest(transaction: number, body: Buffer): ClientRequest {
  const unit = body.readUInt8(0);
  const functionCode = body.readUInt8(1);
  return { transaction, unit, functionCode, asked: asked(unit, functionCode, body.subarray(2)) };
}

function asked(unit: number, functionCode: number, data: Buffer): ClientRequest["asked"] {
  if (functionCode !== 3 && functionCode !== 4 && functionCode !== 6 && functionCode !== 16) {
    return { exception: EXCEPTION.illegalFunction };
  }
  if (data.length < 4) return { exception: EXCEPTION.illegalValue };
  const address = data.readUInt16BE(0);
  if (functionCode === 6) return { unit, functionCode, address, values: [data.readUInt16BE(2)] };
  const count = data.readUInt16BE(2);
  const most = functionCode === 16 ? MAX_WRITE_REGISTERS : MAX_READ_REGISTERS;
  if (count < 1 || count > most) return { exception: EXCEPTION.illegalValue };
  if (address + count > 0x1_0000) return { exception: EXCEPTION.illegalAddress };
  if (functionCode !== 16) return { unit, functionCode, address, count, isBackground: true };
  if (data.length !== 5 + 2 * count || data.readUInt8(4) !== 2 * count)
    return { exception: EXCEPTION.illegalValue };
  const values = Array.from({ length: count }, (_, index) => data.readUInt16BE(5 + 2 * index));
  return { unit, functionCode, address, values };
}

export function registersAnswer(request: ClientRequest, registers: readonly number[]): Buffer {
  const body = Buffer.alloc(1 + 2 * registers.length);
  body.writeUInt8(2 * registers.length, 0);
  for (const [index, register] of registers.entries()) body.writeUInt16BE(register, 1 + 2 * index);
  return answer(request, request.functionCode, body);
}

/** The confirmation of a write: its address with the value, or with the number of values. */
export function writeAnswer(request: ClientRequest, { functionCode, address, values }: WriteRequest): Buffer {
  const body = Buffer.alloc(4);
  body.writeUInt16BE(address, 0);
  body.writeUInt16BE(functionCode === 6 ? (values[0] ?? 0) : values.length, 2);
  return answer(request, functionCode, body);
}

export function exceptionAnswer(request: ClientRequest, code: number): Buffer {
  return answer(request, request.functionCode | 0x80, Buffer.from([code]));
}

function answer({ transaction, unit }: ClientRequest, functionCode: number, body: Buffer): Buffer {
  const frame = Buffer.alloc(HEADER_BYTES + 2 + body.length);
  frame.writeUInt16BE(transaction, 0);
  frame.writeUInt16BE(2 + body.length, 4);
  frame.writeUInt8(unit, 6);
  frame.writeUInt8(functionCode, 7);
  body.copy(frame, 8);
  return frame;
}
