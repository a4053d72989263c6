import { crc16 } from "./crc16.ts";
import { type Framing, NOTHING, type Received } from "./framing.ts";

const HEADER_BYTES = 6;
const CRC_BYTES = 2;
/** Unit, function and at least one byte; unit and a PDU of 253 bytes. */
const LEAST_LENGTH = 3;
const MOST_LENGTH = 254;

/**
 * Modbus TCP: a header with transaction id, protocol 0 and length before each PDU. Answers to other transactions are
 * late or foreign and dropped. A header that cannot be one means that the stream is out of step for good.
 */
export function createMbapFraming(): Framing {
  let received: Buffer = Buffer.alloc(0);
  let lastTransaction = 0;
  let awaited: number | undefined;

  function next(): Received | undefined {
    if (received.length < HEADER_BYTES) return NOTHING;
    const length = received.readUInt16BE(4);
    if (received.readUInt16BE(2) !== 0 || length < LEAST_LENGTH || length > MOST_LENGTH) {
      return { kind: "garbage", detail: "bytes that are no Modbus TCP header" };
    }
    const end = HEADER_BYTES + length;
    if (received.length < end) return NOTHING;
    const isAwaited = received.readUInt16BE(0) === awaited;
    const body = received.subarray(HEADER_BYTES, end);
    received = received.subarray(end);
    if (!isAwaited) return undefined;
    awaited = undefined;
    return { kind: "frame", frame: withCrc(body) };
  }

  return {
    wrap(request) {
      lastTransaction = (lastTransaction + 1) & 0xffff;
      awaited = lastTransaction;
      const length = request.length - CRC_BYTES;
      const bytes = Buffer.allocUnsafe(HEADER_BYTES + length);
      bytes.writeUInt16BE(lastTransaction, 0);
      bytes.writeUInt16BE(0, 2);
      bytes.writeUInt16BE(length, 4);
      request.copy(bytes, HEADER_BYTES, 0, length);
      return bytes;
    },
    push(chunk) {
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
      let result = next();
      while (result === undefined) result = next();
      return result;
    },
  };
}

function withCrc(body: Buffer): Buffer {
  const frame = Buffer.allocUnsafe(body.length + CRC_BYTES);
  body.copy(frame);
  frame.writeUInt16LE(crc16(body, 0, body.length), body.length);
  return frame;
}
