import type { Logger } from "pino";
import { createModbusBus, createSunspecSource, type ModbusBus } from "../../drivers/index.ts";
import type { Config, DeviceConfig } from "../config/schema.ts";
import type { CollectedSource } from "../control/sample-collector.ts";
import type { Clock } from "../ports/clock.ts";

export interface SiteDevices {
  readonly sources: readonly CollectedSource[];
  close(): Promise<void>;
}

/** A source for every configured device; devices on the same line or endpoint share one bus. */
export function createSiteDevices(
  config: Config,
  deps: { readonly clock: Clock; readonly log: Logger; readonly random: () => number },
): SiteDevices {
  const buses = new Map<string, ModbusBus>();

  function busOf(device: DeviceConfig): ModbusBus {
    const key = busKey(device);
    const bus = buses.get(key) ?? createModbusBus(busOptions(device), deps);
    buses.set(key, bus);
    return bus;
  }

  const sources = config.devices.map((device): CollectedSource => {
    const { name, unit, roles, grid_sign: gridSign } = device;
    const source = createSunspecSource({ name, unit, roles, gridSign }, { ...deps, bus: busOf(device) });
    return { source, pollMs: device.poll_ms, isGridMeter: roles.includes("grid") };
  });

  return {
    sources,
    async close() {
      await Promise.all(sources.map(({ source }) => source.close()));
      await Promise.all([...buses.values()].map((bus) => bus.close()));
    },
  };
}

function busKey({ connection }: DeviceConfig): string {
  return connection.type === "rtu" ? connection.path : `${connection.host}:${connection.port}`;
}

function busOptions(device: DeviceConfig) {
  const { connection } = device;
  return {
    connection: connection.type === "rtu" ? { ...connection, stopBits: connection.stop_bits } : connection,
    timeoutMs: device.timeout_ms,
    gapMs: device.gap_ms,
    connectDelayMs: device.connect_delay_ms,
  };
}
