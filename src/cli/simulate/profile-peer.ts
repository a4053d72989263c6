import { readFileSync } from "node:fs";
import { loadProfile } from "../../../drivers/profiles/catalogue.ts";
import type { House } from "../../../simulator/house/house.ts";
import { createSimulatedInverter } from "../../../simulator/house/modbus-devices.ts";
import { createModbusServer } from "../../../simulator/modbus/modbus-server.ts";
import { dumpRegisters, dumpSchema, type RegisterDump } from "../../../simulator/profile/dump-file.ts";
import { createHttpDevice } from "../../../simulator/profile/http-device.ts";
import { createProfileDevice, houseTargets, respondFrom } from "../../../simulator/profile/profile-device.ts";
import type { Clock } from "../../ports/clock.ts";
import type { RunningPeer } from "./run-peer.ts";

export interface PeerDevice {
  readonly house: House;
  readonly clock: Clock;
  readonly host: string;
  readonly port: number;
  readonly refreshMs: number;
  readonly lagMs: number;
}

/** A live device of the profile, which shows the house. Throws for one that publishes on a broker. */
export async function openProfile(name: string, device: PeerDevice): Promise<RunningPeer> {
  const profile = loadProfile(name);
  switch (profile.protocol) {
    case "modbus": {
      const opened = await createProfileDevice({ ...device, profile });
      return running(`${profile.title}, unit ${profile.connection.unit}`, opened);
    }
    case "sunspec": {
      const { unit } = profile.connection;
      const { refreshMs: inverterRefreshMs, lagMs: inverterLagMs, ...rest } = device;
      const opened = await createSimulatedInverter({ ...rest, inverterRefreshMs, inverterLagMs, unit });
      return running(`${profile.title}, unit ${unit}, without the maker's own registers`, opened);
    }
    case "mqtt":
      throw new Error(`${name} is no server`);
    case "http": {
      const { house, clock, host, port } = device;
      const targets = () => {
        house.advanceTo(clock.monotonicMs());
        return houseTargets(house.readings());
      };
      return running(profile.title, await createHttpDevice(profile, targets, { host, port }));
    }
  }
}

/** The registers of a dump for ever: one moment of a real device. */
export async function openDump(
  dump: RegisterDump,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<RunningPeer> {
  const bank = dumpRegisters(dump);
  const server = createModbusServer({ host, port, respond: respondFrom(() => bank) });
  await server.plug();
  return running(`${dump.device}, unit ${dump.unit}, as recorded`, server);
}

export type DumpFile =
  | { readonly ok: true; readonly dump: RegisterDump }
  | { readonly ok: false; readonly problem: string };

export function readDump(path: string): DumpFile {
  try {
    const parsed = dumpSchema.safeParse(JSON.parse(readFileSync(path, "utf8")));
    if (parsed.success) return { ok: true, dump: parsed.data };
    return { ok: false, problem: `${path} is not a dump of registers` };
  } catch (error) {
    return {
      ok: false,
      problem: `${path} cannot be read: ${error instanceof Error ? error.message : error}`,
    };
  }
}

function running(
  what: string,
  opened: { address(): { readonly host: string; readonly port: number }; close(): Promise<void> },
): RunningPeer {
  const { host, port } = opened.address();
  return { lines: [`inverter ${host}:${port}, ${what}`], close: opened.close };
}
