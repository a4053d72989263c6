/** What a simulated device is asked; `values` are those of a write and empty for a read; coils and inputs are 0 or 1. */
export interface RegisterRequest {
  readonly unit: number;
  readonly functionCode: 1 | 2 | 3 | 4 | 6 | 16;
  /** 0-based. */
  readonly address: number;
  readonly count: number;
  readonly values: readonly number[];
}

/** `count` registers for a read, anything for an accepted write; an exception code; or no answer at all. */
export type RegisterResponse = readonly number[] | { readonly exception: number } | "silent";

export type Respond = (request: RegisterRequest) => RegisterResponse;

const EXCEPTION = { illegalFunction: 1, illegalAddress: 2, illegalValue: 3, deviceFailure: 4 } as const;
const SERVED_FUNCTIONS = [1, 2, 3, 4, 6, 16] as const;
const MAX_READ_REGISTERS = 125;
const MAX_WRITE_REGISTERS = 123;

/** The PDU that answers `pdu` (function code first), or undefined for silence. */
export function answerPdu(unit: number, pdu: Buffer, respond: Respond): Buffer | undefined {
  const functionCode = pdu.readUInt8(0);
  const request = parse(unit, pdu);
  if (typeof request === "number") return exceptionPdu(functionCode, request);
  const response = respond(request);
  if (response === "silent") return undefined;
  if ("exception" in response) return exceptionPdu(functionCode, response.exception);
  if (request.functionCode === 6 || request.functionCode === 16) return Buffer.from(pdu.subarray(0, 5));
  if (response.length !== request.count) return exceptionPdu(functionCode, EXCEPTION.deviceFailure);
  if (request.functionCode === 1 || request.functionCode === 2) return bitsPdu(functionCode, response);
  return registersPdu(functionCode, response);
}

/** The request in `pdu`, or the code of the exception that it earns. */
function parse(unit: number, pdu: Buffer): RegisterRequest | number {
  const functionCode = pdu.readUInt8(0);
  if (!isServed(functionCode)) return EXCEPTION.illegalFunction;
  if (pdu.length < 5) return EXCEPTION.illegalValue;
  const address = pdu.readUInt16BE(1);
  if (functionCode === 6) return { unit, functionCode, address, count: 1, values: [pdu.readUInt16BE(3)] };
  const count = pdu.readUInt16BE(3);
  const most = functionCode === 16 ? MAX_WRITE_REGISTERS : MAX_READ_REGISTERS;
  if (count < 1 || count > most) return EXCEPTION.illegalValue;
  if (address + count > 65_536) return EXCEPTION.illegalAddress;
  if (functionCode !== 16) return { unit, functionCode, address, count, values: [] };
  if (pdu.length !== 6 + 2 * count || pdu.readUInt8(5) !== 2 * count) return EXCEPTION.illegalValue;
  const values = Array.from({ length: count }, (_, index) => pdu.readUInt16BE(6 + 2 * index));
  return { unit, functionCode, address, count, values };
}

function isServed(functionCode: number): functionCode is RegisterRequest["functionCode"] {
  return (SERVED_FUNCTIONS as readonly number[]).includes(functionCode);
}

/** The first value in the lowest bit of the first byte. */
function bitsPdu(functionCode: number, bits: readonly number[]): Buffer {
  const pdu = Buffer.alloc(2 + Math.ceil(bits.length / 8));
  pdu.writeUInt8(functionCode, 0);
  pdu.writeUInt8(pdu.length - 2, 1);
  for (const [index, bit] of bits.entries()) {
    const at = 2 + Math.floor(index / 8);
    pdu.writeUInt8(pdu.readUInt8(at) | ((bit & 1) << (index % 8)), at);
  }
  return pdu;
}

function exceptionPdu(functionCode: number, exception: number): Buffer {
  return Buffer.from([functionCode | 0x80, exception]);
}

function registersPdu(functionCode: number, registers: readonly number[]): Buffer {
  const pdu = Buffer.allocUnsafe(2 + 2 * registers.length);
  pdu.writeUInt8(functionCode, 0);
  pdu.writeUInt8(2 * registers.length, 1);
  let offset = 2;
  for (const register of registers) offset = pdu.writeUInt16BE(register & 0xffff, offset);
  return pdu;
}
