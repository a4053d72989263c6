import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createModbusBus } from "../../../drivers/modbus/modbus-bus.ts";
import { loadProfile } from "../../../drivers/profiles/catalogue.ts";
import {
  type ModbusProfile,
  profileRoles,
  profileSchema,
  type Role,
} from "../../../drivers/profiles/profile-schema.ts";
import { createProfileSource } from "../../../drivers/profiles/profile-source.ts";
import { createModbusServer } from "../../../simulator/modbus/modbus-server.ts";
import type { RegisterRequest } from "../../../simulator/modbus/pdu.ts";
import { dumpRegisters, dumpSchema } from "../../../simulator/profile/dump-file.ts";
import { respondFrom } from "../../../simulator/profile/profile-device.ts";
import type { RegisterBank } from "../../../simulator/profile/profile-registers.ts";
import { createManualClock } from "../../support/manual-clock.ts";
import { silentLog } from "../../support/silent-log.ts";
import { closedAfterTest } from "../modbus/support/bus-under-test.ts";

const FIXTURES = join(import.meta.dirname, "..", "..", "fixtures", "registers");
/** Dumps that may not be shipped stand beside the checkout on some machines. */
const LAB = join(import.meta.dirname, "..", "..", "..", "..", "shared", "data", "register-dumps");

export function modbusProfile(name: string): ModbusProfile {
  const profile = loadProfile(name);
  if (profile.protocol !== "modbus") throw new Error(`${name} is not a Modbus profile`);
  return profile;
}

/** A profile made for a test. */
export function profileOf(parts: object): ModbusProfile {
  const profile = profileSchema.parse({
    protocol: "modbus",
    brand: "Test",
    title: "Test device",
    models: ["T1"],
    maturity: "experimental",
    connection: { tcp: 502 },
    sources: [{ name: "made up" }],
    ...parts,
  });
  if (profile.protocol !== "modbus") throw new Error("not a Modbus profile");
  return profile;
}

export function fixtureBank(file: string): RegisterBank {
  return dumpRegisters(dumpSchema.parse(JSON.parse(readFileSync(join(FIXTURES, file), "utf8"))));
}

/** Lab dumps by file name; empty where there are none. */
export function labBanks(prefix: string): readonly (readonly [string, RegisterBank])[] {
  if (!existsSync(LAB)) return [];
  return readdirSync(LAB)
    .filter((file) => file.startsWith(prefix))
    .map((file) => [file, labBank(file)]);
}

function labBank(file: string): RegisterBank {
  const { unit, device, tables } = JSON.parse(readFileSync(join(LAB, file), "utf8"));
  const blocks = (table: { start: number; regs: number[] }[] = []) =>
    table.map(({ start, regs }) => ({ start, registers: regs }));
  return dumpRegisters({ device, unit, holding: blocks(tables.holding), input: blocks(tables.input) });
}

export interface Served {
  readonly requests: RegisterRequest[];
  bank: RegisterBank;
  intercept: (request: RegisterRequest) => { readonly exception: number } | "silent" | undefined;
  readonly address: { readonly host: string; readonly port: number };
}

/** A device with the registers of `bank` on a real socket. */
export async function serve(bank: RegisterBank): Promise<Served> {
  const respond = respondFrom(() => served.bank);
  const server = createModbusServer({
    host: "127.0.0.1",
    port: 0,
    respond(request) {
      served.requests.push(request);
      return served.intercept(request) ?? respond(request);
    },
  });
  await server.plug();
  closedAfterTest(server);
  const served: Served = { requests: [], bank, intercept: () => undefined, address: server.address() };
  return served;
}

/** A source that reads `served` by `profile`, on a manual clock. */
export function sourceOf(
  served: Served,
  profile: ModbusProfile,
  { roles = profileRoles(profile), pollMs = 1_000 }: { roles?: readonly Role[]; pollMs?: number } = {},
) {
  const clock = createManualClock();
  const bus = closedAfterTest(
    createModbusBus(
      { connection: { type: "tcp", ...served.address }, timeoutMs: 300, gapMs: 0, connectDelayMs: 0 },
      { clock, log: silentLog },
    ),
  );
  const { unit } = profile.connection;
  const source = createProfileSource(
    { name: "device", profile, unit, roles, pollMs },
    { bus, clock, log: silentLog },
  );
  return { source, clock, bus };
}
