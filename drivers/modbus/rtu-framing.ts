import { crc16 } from "./crc16.ts";
import { type Framing, NOTHING, type Received } from "./framing.ts";
import { findLineFrame } from "./line-frames.ts";

/** Twice the longest frame of Modbus over serial line (256 bytes): an echo and an answer. */
const MOST_BYTES = 512;
const EXCEPTION_FLAG = 0x80;
const EXCEPTION_BYTES = 5;
const WRITE_ANSWER_BYTES = 8;
const WRITE_ONE = 6;

/**
 * Modbus RTU, which has no transaction ids: an answer is known only by unit, function, length, byte count and CRC, so
 * everything received before a request is forgotten, and noise, foreign frames and the echo of RS-485 adapters are
 * skipped. The answer to function 6 equals its request; it is told from an echo by what reads showed of the line.
 */
export function createRtuFraming(): Framing {
  let received: Buffer = Buffer.alloc(0);
  let awaited: Buffer | undefined;
  let isEchoSkipped = false;
  let hasEcho = false;
  let isContested = false;

  function skipEcho(request: Buffer): void {
    if (isEchoSkipped || received.length < request.length) return;
    if (!received.subarray(0, request.length).equals(request)) return;
    if (request[1] === WRITE_ONE && !hasEcho) return;
    isEchoSkipped = true;
    received = received.subarray(request.length);
  }

  /** What others say while nobody here waits. */
  function overheard(): Received {
    const frame = findLineFrame(received);
    if (frame === undefined) return NOTHING;
    received = received.subarray(frame.end);
    return { kind: "foreign", isRequest: frame.isRequest };
  }

  return {
    wrap(request) {
      received = Buffer.alloc(0);
      awaited = request;
      isEchoSkipped = false;
      isContested = false;
      return request;
    },
    push(chunk): Received {
      const all = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
      received = all.length > MOST_BYTES ? all.subarray(-MOST_BYTES) : all;
      if (awaited === undefined) return overheard();
      skipEcho(awaited);
      const answer = findAnswer(received, awaited);
      if (!isContested && isForeignRequest(received, answer?.start, awaited)) {
        isContested = true;
        return { kind: "foreign", isRequest: true };
      }
      if (isContested || answer === undefined) return NOTHING;
      if (awaited[1] !== WRITE_ONE) hasEcho = isEchoSkipped;
      const frame = Buffer.from(received.subarray(answer.start, answer.end));
      awaited = undefined;
      received = received.subarray(answer.end);
      return { kind: "frame", frame };
    },
  };
}

/** True when another master's question stands before what may be our answer: the answer may be to that question. */
function isForeignRequest(bytes: Buffer, end: number | undefined, request: Buffer): boolean {
  for (let from = 0; ; ) {
    const frame = findLineFrame(bytes, from, end ?? bytes.length);
    if (frame === undefined) return false;
    const isOurs = bytes.subarray(frame.end - request.length, frame.end).equals(request);
    if (frame.isRequest && !isOurs) return true;
    from = frame.end;
  }
}

function findAnswer(
  bytes: Buffer,
  request: Buffer,
): { readonly start: number; readonly end: number } | undefined {
  for (let start = 0; start + EXCEPTION_BYTES <= bytes.length; start++) {
    const length = answerLength(bytes, start, request);
    if (length === undefined || start + length > bytes.length) continue;
    const end = start + length;
    if (crc16(bytes, start, end - 2) === bytes.readUInt16LE(end - 2)) return { start, end };
  }
  return undefined;
}

/** Length of the answer that may begin at `start`, or undefined when none does. */
function answerLength(bytes: Buffer, start: number, request: Buffer): number | undefined {
  const functionCode = request.readUInt8(1);
  if (bytes[start] !== request[0]) return undefined;
  if (bytes[start + 1] === (functionCode | EXCEPTION_FLAG)) return EXCEPTION_BYTES;
  if (bytes[start + 1] !== functionCode) return undefined;
  const byteCount = answeredBytes(functionCode, request);
  if (byteCount === undefined) return WRITE_ANSWER_BYTES;
  return bytes[start + 2] === byteCount ? 3 + byteCount + 2 : undefined;
}

/** Bytes of the values that a read asks for; undefined for a write. */
function answeredBytes(functionCode: number, request: Buffer): number | undefined {
  switch (functionCode) {
    case 1:
    case 2:
      return Math.ceil(request.readUInt16BE(4) / 8);
    case 3:
    case 4:
      return 2 * request.readUInt16BE(4);
    default:
      return undefined;
  }
}
