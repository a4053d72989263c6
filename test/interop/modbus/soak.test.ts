import { readdirSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer, type Socket } from "node:net";
import { pino } from "pino";
import { describe, expect, it, onTestFinished } from "vitest";
import type { ReadOutcome } from "../../../drivers/modbus/bus-request.ts";
import { createModbusBus } from "../../../drivers/modbus/modbus-bus.ts";
import { createSystemClock } from "../../../src/service/clock.ts";

const READS = 200_000;
/** Requests that a doomed connection answers before the device resets it. */
const LIFE_REQUESTS = 40;

/** A device that tells each register's address, and kills two of three connections in the middle. */
async function startKiller() {
  let connections = 0;
  const server = createServer({ noDelay: true }, (socket: Socket) => {
    const isDoomed = connections++ % 3 !== 0;
    let served = 0;
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      for (let start = 0; start + 12 <= chunk.length; start += 12) {
        served += 1;
        if (isDoomed && served > LIFE_REQUESTS) return void socket.resetAndDestroy();
        if (!isDoomed && served > 40 * LIFE_REQUESTS) return void socket.end();
        socket.write(answer(chunk.subarray(start, start + 12)));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
  return { port: (server.address() as AddressInfo).port, connections: () => connections };
}

function answer(request: Buffer): Buffer {
  const [address, count] = [request.readUInt16BE(8), request.readUInt16BE(10)];
  const frame = Buffer.alloc(9 + 2 * count);
  request.copy(frame, 0, 0, 8);
  frame.writeUInt16BE(3 + 2 * count, 4);
  frame.writeUInt8(2 * count, 8);
  for (let index = 0; index < count; index++) frame.writeUInt16BE((address + index) & 0xffff, 9 + 2 * index);
  return frame;
}

const openFiles = () => readdirSync("/proc/self/fd").length;

function heapBytes(): number {
  const collect = (globalThis as { gc?: () => void }).gc;
  collect?.();
  return process.memoryUsage().heapUsed;
}

function verdict(outcome: ReadOutcome, address: number): "right" | "wrong" | "closed" | "other" {
  if (!outcome.ok) return outcome.fault.kind === "closed" ? "closed" : "other";
  return outcome.registers.every((word, index) => word === address + index) ? "right" : "wrong";
}

describe("two hundred thousand reads from a device that kills two of three connections", () => {
  it("bring no wrong value, no hang and no leak", { timeout: 300_000 }, async () => {
    const { port, connections } = await startKiller();
    const bus = createModbusBus(
      { connection: { type: "tcp", host: "127.0.0.1", port }, timeoutMs: 2_000, gapMs: 0, connectDelayMs: 0 },
      { clock: createSystemClock(), log: pino({ level: "silent" }) },
    );
    const tally = { right: 0, wrong: 0, closed: 0, other: 0 };
    async function readMany(reads: number, first: number): Promise<void> {
      for (let count = 0; count < reads; count++) {
        const address = (first + 7 * count) % 60_000;
        const outcome = await bus.read({ unit: 1, functionCode: 3, address, count: 4 });
        tally[verdict(outcome, address)] += 1;
      }
    }
    await readMany(READS / 20, 0);
    const [heapBefore, filesBefore] = [heapBytes(), openFiles()];
    const lanes = Array.from({ length: 4 }, (_, lane) => readMany((READS * 19) / 20 / 4, lane * 11_000));
    await Promise.all(lanes);
    expect(tally).toMatchObject({ wrong: 0, other: 0 });
    expect(tally.right + tally.closed).toBe(READS);
    expect(tally.right).toBeGreaterThan(READS * 0.9);
    expect(connections()).toBeGreaterThan(100);
    expect(openFiles()).toBeLessThanOrEqual(filesBefore + 5);
    expect(heapBytes() - heapBefore).toBeLessThan(30_000_000);
    await bus.close();
  });
});
