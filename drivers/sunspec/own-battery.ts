import type { Clock } from "../../src/ports/clock.ts";
import type { SiteChannels } from "../../src/ports/site-source.ts";
import type { ModbusBus } from "../modbus/modbus-bus.ts";
import { channelValues, siteChannels } from "../profiles/channel-values.ts";
import type { RegisterMap, Role } from "../profiles/profile-schema.ts";
import { createRegisterReader } from "../profiles/register-reader.ts";

/** A battery that a maker tells of in registers of its own, behind an inverter whose AC side carries it. */
export interface OwnBattery {
  /** The channels with the battery's, and PV power without it. */
  addTo(channels: SiteChannels): Promise<SiteChannels>;
}

/** Reads the battery along. A device without one refuses its registers or fills them with nonsense. */
export function createOwnBattery(
  options: {
    readonly map: RegisterMap;
    readonly roles: readonly Role[];
    readonly unit: number;
    readonly pollMs: number;
  },
  deps: { readonly bus: ModbusBus; readonly clock: Clock },
): OwnBattery {
  const { map, roles } = options;
  const reader = createRegisterReader({ ...options, roles: ["battery"] }, deps);
  return {
    async addTo(channels) {
      const { pvPowerW: acPowerW, ...others } = channels;
      const registers = await reader.read();
      const isAbsent = reader.plan().length === 0;
      // Whether the AC power is all sun cannot be told without the battery.
      if (!registers.ok && !isAbsent) return others;
      const battery = registers.ok
        ? siteChannels(channelValues(map.channels, registers.lookUp), ["battery"])
        : {};
      const pvPowerW = acPowerW === undefined ? undefined : acPowerW - (battery.batteryPowerW ?? 0);
      return {
        ...others,
        ...(pvPowerW === undefined ? {} : { pvPowerW: Math.max(0, pvPowerW) }),
        ...(roles.includes("battery") ? battery : {}),
      };
    },
  };
}
