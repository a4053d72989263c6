import { type AddressInfo, createServer, type Socket } from "node:net";
import { crc16 } from "../../../../drivers/modbus/crc16.ts";

/** A request as it came over the wire; `bytes` is the whole frame. */
export interface WireRequest {
  readonly transaction: number;
  readonly unit: number;
  readonly functionCode: number;
  readonly address: number;
  readonly count: number;
  readonly bytes: Buffer;
  readonly socket: Socket;
  /** Number of the request on this server, from 0. */
  readonly index: number;
}

export interface FaultServer {
  readonly port: number;
  readonly requests: readonly WireRequest[];
  /** All that ever connected. */
  readonly sockets: readonly Socket[];
  close(): Promise<void>;
}

/** A device that answers exactly as the test says, with all its faults. */
export async function startFaultServer(
  framing: "tcp" | "rtu",
  onRequest: (request: WireRequest) => void,
  options: { readonly port?: number; readonly allowHalfOpen?: boolean } = {},
): Promise<FaultServer> {
  const requests: WireRequest[] = [];
  const sockets: Socket[] = [];
  const server = createServer({ noDelay: true, allowHalfOpen: options.allowHalfOpen ?? false }, (socket) => {
    sockets.push(socket);
    let received: Buffer = Buffer.alloc(0);
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      received = Buffer.concat([received, chunk]);
      for (
        let size = requestSize(framing, received);
        size !== undefined;
        size = requestSize(framing, received)
      ) {
        const request = parse(framing, received.subarray(0, size), socket, requests.length);
        received = received.subarray(size);
        requests.push(request);
        onRequest(request);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    sockets,
    close() {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function requestSize(framing: "tcp" | "rtu", bytes: Buffer): number | undefined {
  if (bytes.length < 8) return undefined;
  const isLong = bytes[1] === 16 && bytes.length >= 9;
  const size = framing === "tcp" ? 6 + bytes.readUInt16BE(4) : isLong ? 9 + bytes.readUInt8(6) : 8;
  return bytes.length < size ? undefined : size;
}

function parse(framing: "tcp" | "rtu", bytes: Buffer, socket: Socket, index: number): WireRequest {
  const body = framing === "tcp" ? bytes.subarray(6) : bytes;
  return {
    transaction: framing === "tcp" ? bytes.readUInt16BE(0) : 0,
    unit: body.readUInt8(0),
    functionCode: body.readUInt8(1),
    address: body.readUInt16BE(2),
    count: body.readUInt16BE(4),
    bytes,
    socket,
    index,
  };
}

/** Registers that tell their own address. */
export function ownAddresses({ address, count }: { address: number; count: number }): number[] {
  return Array.from({ length: count }, (_, index) => (address + index) & 0xffff);
}

/** Unit and PDU of a read answer; the byte count can lie. */
export function readBody(
  request: WireRequest,
  registers: readonly number[] = ownAddresses(request),
  byteCount = 2 * registers.length,
): Buffer {
  const body = Buffer.alloc(3 + 2 * registers.length);
  body.set([request.unit, request.functionCode, byteCount]);
  for (const [index, register] of registers.entries()) body.writeUInt16BE(register, 3 + 2 * index);
  return body;
}

export function exceptionBody(request: WireRequest, code: number): Buffer {
  return Buffer.from([request.unit, request.functionCode | 0x80, code]);
}

export function tcpFrame(transaction: number, body: Buffer): Buffer {
  const header = Buffer.alloc(6);
  header.writeUInt16BE(transaction, 0);
  header.writeUInt16BE(body.length, 4);
  return Buffer.concat([header, body]);
}

export function rtuFrame(body: Buffer): Buffer {
  const crc = crc16(body, 0, body.length);
  return Buffer.concat([body, Buffer.from([crc & 0xff, crc >> 8])]);
}

/** The right answer. */
export function answerTcp(request: WireRequest): void {
  request.socket.write(tcpFrame(request.transaction, readBody(request)));
}

export function answerRtu(request: WireRequest): void {
  request.socket.write(rtuFrame(readBody(request)));
}

/** Sends the chunks one after the other, so that the other side receives them apart. */
export async function sendInTurns({ socket }: WireRequest, chunks: readonly Buffer[]): Promise<void> {
  for (const chunk of chunks) {
    socket.write(chunk);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
