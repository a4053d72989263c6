import type { Logger } from "pino";
import { createModbusBus, createRecordedBus, type ModbusBus, type RecordedBus } from "../../drivers/index.ts";
import type { DeviceConfig } from "../config/device-schema.ts";
import type { Clock } from "../ports/clock.ts";

type ModbusConnection = Extract<
  DeviceConfig["connection"],
  { readonly type: "tcp" | "rtu_over_tcp" | "rtu" }
>;

export type BusDevice = Pick<
  DeviceConfig,
  "name" | "connection" | "timeout_ms" | "gap_ms" | "connect_delay_ms"
>;

/** One bus for each line or endpoint, made when the first device on it asks. */
export interface DeviceBuses {
  /** Throws for a device that is not on Modbus. */
  busOf(device: BusDevice): ModbusBus;
  /** The same bus, with what was read on it last. */
  recordedBusOf(device: BusDevice): RecordedBus;
  close(): Promise<void>;
}

/** `devices` are all that may share a line: it keeps the pace of the slowest. */
export function createDeviceBuses(
  devices: readonly BusDevice[],
  deps: { readonly clock: Clock; readonly log: Logger; readonly random: () => number },
): DeviceBuses {
  const buses = new Map<string, RecordedBus>();

  function busOf(device: BusDevice): RecordedBus {
    const connection = modbusConnection(device);
    const key = busKey(connection);
    const known = buses.get(key);
    if (known !== undefined) return known;
    const sharing = [device, ...devices.filter((other) => isOn(key, other))];
    const bus = createRecordedBus(createModbusBus(busOptions(connection, sharing), deps), deps.clock);
    buses.set(key, bus);
    return bus;
  }

  return {
    busOf,
    recordedBusOf: busOf,
    async close() {
      await Promise.all([...buses.values()].map((bus) => bus.close()));
    },
  };
}

function modbusConnection({ name, connection }: BusDevice): ModbusConnection {
  if (connection.type === "http" || connection.type === "mqtt") throw new Error(`${name} is not on Modbus`);
  return connection;
}

function isOn(key: string, { connection }: BusDevice): boolean {
  return connection.type !== "http" && connection.type !== "mqtt" && busKey(connection) === key;
}

function busKey(connection: ModbusConnection): string {
  return connection.type === "rtu" ? connection.path : `${connection.host.toLowerCase()}:${connection.port}`;
}

function busOptions(connection: ModbusConnection, sharing: readonly BusDevice[]) {
  const most = (ms: (device: BusDevice) => number) => Math.max(...sharing.map(ms));
  return {
    connection: connection.type === "rtu" ? { ...connection, stopBits: connection.stop_bits } : connection,
    timeoutMs: most(({ timeout_ms }) => timeout_ms),
    gapMs: most(({ gap_ms }) => gap_ms),
    connectDelayMs: most(({ connect_delay_ms }) => connect_delay_ms),
  };
}
