import { connect, type Socket } from "node:net";
import { eventually } from "../../../support/eventually.ts";

/** A TCP connection on which a test says whatever it likes. */
export interface RawPeer {
  readonly socket: Socket;
  /** All bytes so far, as latin1. */
  readonly text: string;
  readonly isClosed: boolean;
  write(data: string | Buffer): void;
  reset(): void;
}

/** Rejects where nobody listens. `from` is one of the addresses of this machine, 127.x.x.x. */
export async function connectRaw(port: number, from = "127.0.0.1"): Promise<RawPeer> {
  const socket = connect({ port, host: "127.0.0.1", localAddress: from });
  let text = "";
  let isClosed = false;
  socket.on("error", () => {});
  socket.on("data", (data) => {
    text += data.toString("latin1");
  });
  socket.on("close", () => {
    isClosed = true;
  });
  await new Promise((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("close", () => reject(new Error(`nobody listens on ${port}`)));
  });
  return {
    socket,
    get text() {
      return text;
    },
    get isClosed() {
      return isClosed;
    },
    write: (data) => void socket.write(data),
    reset: () => void socket.resetAndDestroy(),
  };
}

export function upgradeRequest(path: string, more: Record<string, string | undefined> = {}): string {
  const headers = {
    Host: "localhost",
    Connection: "Upgrade",
    Upgrade: "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Protocol": "ocpp1.6",
    ...more,
  };
  const lines = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}: ${value}`],
  );
  return `GET ${path} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`;
}

export interface FrameOptions {
  readonly opcode?: number;
  readonly isFinal?: boolean;
  readonly isMasked?: boolean;
  /** Bits of the first byte that must be 0. */
  readonly reservedBits?: number;
}

/** One WebSocket frame from a client (RFC 6455 section 5.2), also an illegal one. */
export function frame(payload: string | Buffer, options: FrameOptions = {}): Buffer {
  const { opcode = 1, isFinal = true, isMasked = true, reservedBits = 0 } = options;
  const body = Buffer.from(payload);
  const head = [(isFinal ? 0x80 : 0) | (reservedBits << 4) | opcode];
  const maskBit = isMasked ? 0x80 : 0;
  if (body.length < 126) head.push(maskBit | body.length);
  else if (body.length < 65_536) head.push(maskBit | 126, body.length >> 8, body.length & 0xff);
  else head.push(maskBit | 127, 0, 0, 0, 0, ...[24, 16, 8, 0].map((shift) => (body.length >>> shift) & 0xff));
  // A mask of zeros leaves the payload as it is.
  return Buffer.concat([Buffer.from(head), isMasked ? Buffer.alloc(4) : Buffer.alloc(0), body]);
}

/** An upgraded connection as `identity`. */
export async function upgradeRaw(port: number, identity: string, from?: string): Promise<RawPeer> {
  const peer = await connectRaw(port, from);
  peer.write(upgradeRequest(`/${identity}`));
  await eventually(() => peer.text.includes("\r\n\r\n"));
  return peer;
}
