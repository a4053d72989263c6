import type { Logger } from "pino";
import { createModbusProxy, type ModbusProxy } from "../../drivers/index.ts";
import type { Config } from "../config/schema.ts";
import type { Clock } from "../ports/clock.ts";
import type { DeviceBuses } from "./device-buses.ts";

export interface ModbusProxies {
  start(): Promise<void>;
  close(): Promise<void>;
  /** Ports in the order of the config; undefined for one that cannot be had. */
  ports(): readonly (number | undefined)[];
}

/** One proxy for each entry of `modbus_proxy`. */
export function createModbusProxies(
  config: Config,
  deps: { readonly clock: Clock; readonly log: Logger; readonly recordedBusOf: DeviceBuses["recordedBusOf"] },
): ModbusProxies {
  const proxies = config.modbus_proxy.flatMap((entry): ModbusProxy[] => {
    const device = config.devices.find(({ name }) => name === entry.device);
    if (device === undefined) return [];
    const options = {
      name: entry.device,
      host: entry.host,
      port: entry.port,
      maxClients: entry.max_clients,
      requestsPerS: entry.requests_per_s,
      maxAgeMs: entry.max_age_ms ?? 2 * device.poll_ms,
      writable: entry.allow_writes,
    };
    return [createModbusProxy(options, { ...deps, bus: deps.recordedBusOf(device) })];
  });
  return {
    async start() {
      await Promise.all(proxies.map((proxy) => proxy.start()));
    },
    async close() {
      await Promise.all(proxies.map((proxy) => proxy.close()));
    },
    ports: () => proxies.map((proxy) => proxy.port()),
  };
}
