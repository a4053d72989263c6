import { afterEach } from "vitest";
import {
  createModbusBus,
  type ModbusBus,
  type ModbusBusDeps,
} from "../../../../drivers/modbus/modbus-bus.ts";
import { createManualClock } from "../../../support/manual-clock.ts";
import { silentLog } from "../../../support/silent-log.ts";
import { type FaultServer, startFaultServer, type WireRequest } from "./fault-server.ts";

export const TIMEOUT_MS = 300;

const openThings: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const thing of openThings.splice(0)) await thing.close();
});

/** Closes `thing` after the test. */
export function closedAfterTest<T extends { close(): Promise<void> }>(thing: T): T {
  openThings.unshift(thing);
  return thing;
}

export interface BusOverrides extends Partial<ModbusBusDeps> {
  readonly gapMs?: number;
  readonly connectDelayMs?: number;
}

/** A bus on a manual clock: nothing times out unless the test advances it. */
export function busTo(
  type: "tcp" | "rtu_over_tcp",
  port: number,
  { gapMs = 0, connectDelayMs = 0, ...deps }: BusOverrides = {},
) {
  const clock = createManualClock();
  const bus = createModbusBus(
    { connection: { type, host: "127.0.0.1", port }, timeoutMs: TIMEOUT_MS, gapMs, connectDelayMs },
    { clock, log: silentLog, random: () => 1, ...deps },
  );
  return { bus: closedAfterTest(bus), clock };
}

/** A bus connected to a device with the given behaviour. */
export async function busWithDevice(
  framing: "tcp" | "rtu",
  onRequest: (request: WireRequest) => void,
  overrides: BusOverrides = {},
) {
  const server: FaultServer = closedAfterTest(await startFaultServer(framing, onRequest));
  const { bus, clock } = busTo(framing === "tcp" ? "tcp" : "rtu_over_tcp", server.port, overrides);
  return { bus, clock, server };
}

export function readAt(bus: ModbusBus, address: number, count = 2, unit = 1) {
  return bus.read({ unit, functionCode: 3, address, count });
}

/** What a read of registers that tell their own address yields. */
export function registersAt(address: number, count = 2) {
  return { ok: true, registers: Array.from({ length: count }, (_, index) => address + index) };
}

export function faultOf(kind: string) {
  return { ok: false, fault: { kind } };
}
