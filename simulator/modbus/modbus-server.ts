import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { answerPdu, type Respond } from "./pdu.ts";

const HEADER_BYTES = 6;
/** Unit and function; unit and a PDU of 253 bytes. */
const LEAST_LENGTH = 2;
const MOST_LENGTH = 254;
/** A client that sends and never reads is closed beyond this. */
const MOST_UNSENT_BYTES = 1_000_000;
const MOST_CLIENTS = 64;

export interface ModbusServerOptions {
  readonly host: string;
  /** 0 takes a free port, and keeps it when the server is pulled and plugged again. */
  readonly port: number;
  readonly respond: Respond;
}

/** Modbus TCP for simulated devices: functions 1 to 4, 6 and 16 on any number of pipelined connections. */
export interface ModbusServer {
  /** Starts to listen, also after `pull`. Rejects when the port is taken. */
  plug(): Promise<void>;
  /** As if unplugged: neither listens nor holds a connection any more. */
  pull(): Promise<void>;
  close(): Promise<void>;
  /** Where it listens, or last did. */
  address(): { readonly host: string; readonly port: number };
  readonly requestsServed: number;
}

/** A Modbus TCP server that does not listen before `plug`. */
export function createModbusServer(options: ModbusServerOptions): ModbusServer {
  const sockets = new Set<Socket>();
  let server: Server | undefined;
  let port = options.port;
  let requestsServed = 0;

  function accept(socket: Socket): void {
    sockets.add(socket);
    let received: Buffer = Buffer.alloc(0);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => sockets.delete(socket));
    socket.on("data", (chunk) => {
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
      const batch = answerFrames(received, options.respond);
      requestsServed += batch.requestCount;
      if (batch.answers.length > 0) socket.write(Buffer.concat(batch.answers));
      if (batch.isGarbage || socket.writableLength > MOST_UNSENT_BYTES) socket.destroy();
      received = received.subarray(batch.byteCount);
    });
  }

  function pull(): Promise<void> {
    const listening = server;
    server = undefined;
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => {
      if (listening === undefined) resolve();
      else listening.close(() => resolve());
    });
  }

  return {
    plug() {
      if (server !== undefined) return Promise.resolve();
      const starting = createServer({ noDelay: true }, accept);
      starting.maxConnections = MOST_CLIENTS;
      server = starting;
      return new Promise((resolve, reject) => {
        starting.once("error", (error) => {
          if (server === starting) server = undefined;
          reject(error);
        });
        starting.listen({ host: options.host, port }, () => {
          port = (starting.address() as AddressInfo).port;
          resolve();
        });
      });
    },
    pull,
    close: pull,
    address: () => ({ host: options.host, port }),
    get requestsServed() {
      return requestsServed;
    },
  };
}

interface Batch {
  readonly answers: readonly Buffer[];
  readonly requestCount: number;
  /** How much of the bytes was used. */
  readonly byteCount: number;
  readonly isGarbage: boolean;
}

/** Answers all whole requests in `bytes`; what remains is less than one request, unless it is garbage. */
function answerFrames(bytes: Buffer, respond: Respond): Batch {
  const answers: Buffer[] = [];
  let requestCount = 0;
  let start = 0;
  while (bytes.length - start >= HEADER_BYTES) {
    const length = bytes.readUInt16BE(start + 4);
    if (bytes.readUInt16BE(start + 2) !== 0 || length < LEAST_LENGTH || length > MOST_LENGTH) {
      return { answers, requestCount, byteCount: bytes.length, isGarbage: true };
    }
    const end = start + HEADER_BYTES + length;
    if (end > bytes.length) break;
    const answer = answerFrame(bytes.subarray(start, end), respond);
    if (answer !== undefined) answers.push(answer);
    requestCount += 1;
    start = end;
  }
  return { answers, requestCount, byteCount: start, isGarbage: false };
}

function answerFrame(frame: Buffer, respond: Respond): Buffer | undefined {
  const unit = frame.readUInt8(HEADER_BYTES);
  const pdu = answerPdu(unit, frame.subarray(HEADER_BYTES + 1), respond);
  if (pdu === undefined) return undefined;
  const answer = Buffer.allocUnsafe(HEADER_BYTES + 1 + pdu.length);
  frame.copy(answer, 0, 0, 4);
  answer.writeUInt16BE(1 + pdu.length, 4);
  answer.writeUInt8(unit, HEADER_BYTES);
  pdu.copy(answer, HEADER_BYTES + 1);
  return answer;
}
