import type { Clock } from "../../src/ports/clock.ts";
import type { ReadRequest } from "../modbus/bus-request.ts";
import type { ModbusBus } from "../modbus/modbus-bus.ts";

/** Reads that are remembered: more than any plan of polls has. */
const MOST_RECORDS = 256;

interface Recorded {
  readonly request: ReadRequest;
  readonly registers: readonly number[];
  readonly atMs: number;
}

/** A bus that remembers what was read last from each place. */
export interface RecordedBus extends ModbusBus {
  /** The registers of `request` from one read that is not older than `maxAgeMs`; undefined where there is none. */
  recent(request: ReadRequest, maxAgeMs: number): readonly number[] | undefined;
}

/** `bus`, remembering its reads. Background reads leave no trace: they are for others. */
export function createRecordedBus(bus: ModbusBus, clock: Clock): RecordedBus {
  const records = new Map<string, Recorded>();
  return {
    async read(request) {
      const outcome = await bus.read(request);
      if (outcome.ok && request.isBackground !== true) {
        const key = keyOf(request);
        records.delete(key);
        records.set(key, { request, registers: outcome.registers, atMs: clock.monotonicMs() });
        const [oldest] = records.keys();
        if (records.size > MOST_RECORDS && oldest !== undefined) records.delete(oldest);
      }
      return outcome;
    },
    async write(request) {
      const outcome = await bus.write(request);
      // What was read before may be otherwise now.
      for (const [key, { request: read }] of records) if (read.unit === request.unit) records.delete(key);
      return outcome;
    },
    close: () => bus.close(),
    recent(request, maxAgeMs) {
      const notBeforeMs = clock.monotonicMs() - maxAgeMs;
      for (const { request: read, registers, atMs } of records.values()) {
        if (atMs < notBeforeMs || !covers(read, request)) continue;
        const start = request.address - read.address;
        return registers.slice(start, start + request.count);
      }
      return undefined;
    },
  };
}

function keyOf({ unit, functionCode, address, count }: ReadRequest): string {
  return `${unit}/${functionCode}/${address}/${count}`;
}

function covers(read: ReadRequest, asked: ReadRequest): boolean {
  return (
    read.unit === asked.unit &&
    read.functionCode === asked.functionCode &&
    read.address <= asked.address &&
    asked.address + asked.count <= read.address + read.count
  );
}
