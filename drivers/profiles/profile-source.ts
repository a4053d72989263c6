import type { Logger } from "pino";
import type { Clock } from "../../src/ports/clock.ts";
import type { SiteSource, SourceReading } from "../../src/ports/site-source.ts";
import { deviceFault } from "../modbus/bus-fault.ts";
import type { ModbusBus } from "../modbus/modbus-bus.ts";
import { type ChannelValues, channelValues, siteChannels } from "./channel-values.ts";
import { CHANNEL_ROLES, type ChannelName, type ModbusProfile, type Role } from "./profile-schema.ts";
import { createRegisterReader, type RegisterReader } from "./register-reader.ts";

/** A device that was away for this long may have come back with other firmware, and other registers. */
const PLAN_ANEW_AFTER_MS = 600_000;

type Channels = ModbusProfile["channels"];

export interface ProfileSourceOptions {
  readonly name: string;
  readonly profile: ModbusProfile;
  readonly unit: number;
  readonly roles: readonly Role[];
  readonly pollMs: number;
}

export interface ProfileSourceDeps {
  readonly bus: ModbusBus;
  readonly clock: Clock;
  readonly log: Logger;
}

/** A device that is described by a profile, as a source of the site's powers. The bus belongs to the caller. */
export function createProfileSource(options: ProfileSourceOptions, deps: ProfileSourceDeps): SiteSource {
  const { name, profile, unit, roles, pollMs } = options;
  const { bus, clock, log } = deps;
  const map = { ...profile, channels: sitePowers(profile.channels) };
  const newReader = () => createRegisterReader({ map, unit, roles, pollMs }, { bus, clock });
  let reader: RegisterReader = newReader();
  let failingSinceMs: number | undefined;
  let told = "";

  /** Tells once what the device lacks of what it was configured for. */
  function tellMissing(values: ChannelValues): void {
    const missing = usedChannels(map.channels, roles).filter((channel) => values[channel] === undefined);
    const finding = missing.join(" ");
    if (finding === told) return;
    told = finding;
    const device = { device: name, driver: profile.title };
    if (missing.length > 0)
      log.warn({ ...device, missing, refused: reader.refused() }, "device lacks values of its driver");
    else log.info(device, "device gives all values of its driver");
  }

  async function read(): Promise<SourceReading> {
    if (failingSinceMs !== undefined && clock.monotonicMs() - failingSinceMs > PLAN_ANEW_AFTER_MS) {
      reader = newReader();
      failingSinceMs = clock.monotonicMs();
    }
    const registers = await reader.read();
    if (!registers.ok) {
      failingSinceMs ??= clock.monotonicMs();
      return { ok: false, fault: deviceFault(registers.fault) };
    }
    failingSinceMs = undefined;
    const values = channelValues(map.channels, registers.lookUp);
    tellMissing(values);
    return { ok: true, channels: siteChannels(values, roles), stamp: registers.stamp };
  }

  return { name, read, close: () => Promise.resolve() };
}

/** Without the counters of energy, which no pass needs: reading them would cost a request more. */
function sitePowers({ gridImportWh, gridExportWh, ...powers }: Channels): Channels {
  return powers;
}

function usedChannels(channels: Channels, roles: readonly Role[]): readonly ChannelName[] {
  return (Object.keys(channels) as ChannelName[]).filter((channel) => roles.includes(CHANNEL_ROLES[channel]));
}
