import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pino } from "pino";
import { createModbusBus } from "../../../../drivers/modbus/modbus-bus.ts";
import type { GridSign, Role } from "../../../../drivers/sunspec/channel-plan.ts";
import { createSunspecSource } from "../../../../drivers/sunspec/sunspec-source.ts";
import { createModbusServer } from "../../../../simulator/modbus/modbus-server.ts";
import type { RegisterRequest, RegisterResponse } from "../../../../simulator/modbus/pdu.ts";
import { string } from "../../../../simulator/modbus/registers.ts";
import { createManualClock } from "../../../support/manual-clock.ts";
import { closedAfterTest } from "../../modbus/support/bus-under-test.ts";

export const MARKER = [0x5375, 0x6e53];
export const END = [0xffff, 0];

/** A model of `length` registers after its header; what is not given is "not implemented" for signed values. */
export function model(
  id: number,
  length: number,
  values: Readonly<Record<number, readonly number[]>>,
): number[] {
  const registers = [id, length, ...Array<number>(length).fill(0x8000)];
  for (const [offset, words] of Object.entries(values))
    registers.splice(Number(offset), words.length, ...words);
  return registers.slice(0, length + 2);
}

export function common(manufacturer: string, length = 66): number[] {
  return model(1, length, { 2: string(manufacturer, 16), 18: string("Test", 16) });
}

export interface Device {
  /** Register contents by address: change them at will. */
  readonly registers: Map<number, number>;
  /** What was asked since the last look. */
  takeRequests(): RegisterRequest[];
  /** Replaces the device's answer where it returns one. */
  intercept: (request: RegisterRequest) => RegisterResponse | undefined;
  readonly address: { readonly host: string; readonly port: number };
  load(start: number, registers: readonly number[]): void;
}

/** A Modbus TCP device with `registers` from `start`; everything else is exception 2, other units exception 11. */
export async function startDevice(
  registers: readonly number[],
  { start = 40_000, unit = 1 }: { readonly start?: number; readonly unit?: number } = {},
): Promise<Device> {
  let requests: RegisterRequest[] = [];
  const contents = new Map<number, number>();
  const server = createModbusServer({
    host: "127.0.0.1",
    port: 0,
    respond(request) {
      requests.push(request);
      const intercepted = device.intercept(request);
      if (intercepted !== undefined) return intercepted;
      if (request.unit !== unit) return { exception: 11 };
      const found: number[] = [];
      for (let address = request.address; address < request.address + request.count; address++) {
        const register = contents.get(address);
        if (register === undefined) return { exception: 2 };
        found.push(register);
      }
      return found;
    },
  });
  await server.plug();
  closedAfterTest(server);
  const device: Device = {
    registers: contents,
    takeRequests() {
      const taken = requests;
      requests = [];
      return taken;
    },
    intercept: () => undefined,
    address: server.address(),
    load(first, words) {
      for (const [index, word] of words.entries()) contents.set(first + index, word);
    },
  };
  device.load(start, registers);
  return device;
}

/** A source that reads `device` over a real connection, and what it logged. */
export function sourceOf(
  device: Device,
  roles: readonly Role[],
  options: { readonly unit?: number; readonly gridSign?: GridSign | "of the maker" } = {},
) {
  const { unit = 1, gridSign: sign = "import_positive" } = options;
  const gridSign = sign === "of the maker" ? undefined : sign;
  const clock = createManualClock();
  const logged: { msg: string; missing?: string[] }[] = [];
  const log = pino({ base: null }, { write: (line: string) => logged.push(JSON.parse(line)) });
  const bus = closedAfterTest(
    createModbusBus(
      { connection: { type: "tcp", ...device.address }, timeoutMs: 300, gapMs: 0, connectDelayMs: 0 },
      { clock, log },
    ),
  );
  const source = createSunspecSource({ name: "device", unit, roles, gridSign }, { bus, clock, log });
  return { source, clock, logged, bus };
}

export interface Fixture {
  readonly unit: number;
  readonly start: number;
  readonly registers: readonly number[];
}

/** Registers of a real device, by file name. */
export function fixture(name: string): Fixture {
  const path = join(import.meta.dirname, "..", "..", "..", "fixtures", "registers", name);
  return JSON.parse(readFileSync(path, "utf8"));
}
