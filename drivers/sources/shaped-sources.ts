import type { PhaseCurrentsA } from "../../src/core/units.ts";
import type { SiteChannels, SiteSource } from "../../src/ports/site-source.ts";

type SignedRole = "grid" | "battery";

/** `source` with the power of `roles` turned round, for meters that are wired the other way. */
export function invertedSource(source: SiteSource, roles: readonly SignedRole[]): SiteSource {
  return reshaped(source, (channels) => ({
    ...channels,
    ...(roles.includes("grid") ? turnedGrid(channels) : {}),
    ...(roles.includes("battery") ? turned("batteryPowerW", channels.batteryPowerW) : {}),
  }));
}

/**
 * A plain meter on the line of an inverter or a battery. It counts what flows to the device as positive, so a charging
 * battery is; PV flows one way only, whatever its sign.
 */
export function submeterSource(source: SiteSource, role: "pv" | "battery"): SiteSource {
  return reshaped(source, ({ gridPowerW }) => {
    if (gridPowerW === undefined) return {};
    return role === "pv" ? { pvPowerW: Math.abs(gridPowerW) } : { batteryPowerW: 0 - gridPowerW };
  });
}

function reshaped(source: SiteSource, shape: (channels: SiteChannels) => SiteChannels): SiteSource {
  return {
    name: source.name,
    async read() {
      const reading = await source.read();
      return reading.ok ? { ...reading, channels: shape(reading.channels) } : reading;
    },
    close: () => source.close(),
  };
}

function turned(channel: "batteryPowerW" | "gridPowerW", powerW: number | undefined) {
  return powerW === undefined ? {} : { [channel]: 0 - powerW };
}

function turnedGrid({ gridPowerW, gridPhaseCurrentsA }: SiteChannels): SiteChannels {
  const power = turned("gridPowerW", gridPowerW);
  if (gridPhaseCurrentsA === undefined) return power;
  const [l1A, l2A, l3A] = gridPhaseCurrentsA;
  const currentsA: PhaseCurrentsA = [0 - l1A, 0 - l2A, 0 - l3A];
  return { ...power, gridPhaseCurrentsA: currentsA };
}
