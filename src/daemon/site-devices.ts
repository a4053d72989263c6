import type { Logger } from "pino";
import {
  combinedSource,
  createHttpSource,
  createProfileSource,
  createSunspecSource,
  createTopicSource,
  invertedSource,
  type ModbusProfile,
  submeterSource,
} from "../../drivers/index.ts";
import { isSubmeter, offeredRoles } from "../config/device-checks.ts";
import type { DeviceConfig } from "../config/device-schema.ts";
import { profileOf } from "../config/device-schema.ts";
import type { Config } from "../config/schema.ts";
import { watchSource } from "../control/device-watch.ts";
import type { CollectedSource } from "../control/sample-collector.ts";
import type { Clock } from "../ports/clock.ts";
import type { DeviceStatus } from "../ports/device-status.ts";
import type { SiteSource } from "../ports/site-source.ts";
import { createDeviceBuses, type DeviceBuses } from "./device-buses.ts";
import { contactLine } from "./grid-operator.ts";
import { jsonMapOf } from "./json-devices.ts";
import type { DaemonSecrets } from "./secrets.ts";
import { createTopicFeed } from "./topic-feed.ts";

export interface SiteDevices {
  readonly sources: readonly CollectedSource[];
  /** The bus for one more device, shared with those on the same line; ends with `close`. */
  readonly busOf: DeviceBuses["busOf"];
  readonly recordedBusOf: DeviceBuses["recordedBusOf"];
  /** How each device is, in the order of the config. */
  statuses(): readonly DeviceStatus[];
  close(): Promise<void>;
}

interface SiteDevicesDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly random: () => number;
  readonly secrets: Pick<DaemonSecrets, "mqtt">;
  /** Start of the names at the broker of somebody who only passes by, beside the daemon. */
  readonly visitor?: string;
}

/** A source for every configured device; Modbus devices on the same line or endpoint share one bus. */
export function createSiteDevices(config: Config, deps: SiteDevicesDeps): SiteDevices {
  const contact = config.grid_operator?.source;
  const contactLines = contact?.type === "contact" ? [contactLine(contact)] : [];
  const buses = createDeviceBuses([...config.devices, ...contactLines], deps);
  const watched = config.devices.map((device) => {
    const { roles, poll_ms: pollMs } = device;
    const source = sourceOf(device, { ...deps, buses, config });
    return { device, ...watchSource(source, { roles, pollMs }, deps.clock) };
  });
  const sources = watched.map(({ device, source }): CollectedSource => {
    const { poll_ms: pollMs, roles, battery_kwh: batteryKwh } = device;
    return { source, pollMs, isGridMeter: roles.includes("grid"), batteryKwh };
  });
  return {
    sources,
    busOf: buses.busOf,
    recordedBusOf: buses.recordedBusOf,
    statuses: () =>
      watched.map(({ device: { name, driver, roles }, health, reads }) => {
        const maturity = profileOf(driver)?.maturity;
        return { name, driver, roles, maturity, health: health(), reads: reads() };
      }),
    async close() {
      await Promise.all(sources.map(({ source }) => source.close()));
      await buses.close();
    },
  };
}

type SourceDeps = SiteDevicesDeps & { readonly buses: DeviceBuses; readonly config: Config };

function sourceOf(device: DeviceConfig, deps: SourceDeps): SiteSource {
  const [role] = device.roles;
  const isSub = isSubmeter(device.roles, offeredRoles(device));
  const roles = isSub ? (["grid"] as const) : device.roles;
  const plain = plainSource({ ...device, roles: [...roles] }, deps);
  const source = isSub && role !== undefined && role !== "grid" ? submeterSource(plain, role) : plain;
  return device.invert.length > 0 ? invertedSource(source, device.invert) : source;
}

function plainSource(device: DeviceConfig, deps: SourceDeps): SiteSource {
  const { name, roles, connection, poll_ms: pollMs, timeout_ms: timeoutMs } = device;
  switch (connection.type) {
    case "http": {
      const { host, port } = connection;
      return createHttpSource({ name, roles, host, port, timeoutMs, map: jsonMapOf(device) }, deps);
    }
    case "mqtt": {
      const visitor = deps.visitor === undefined ? undefined : `${deps.visitor}-${name}`;
      const feed = createTopicFeed({ config: deps.config, name, topic: connection.topic, visitor }, deps);
      return createTopicSource({ name, roles, pollMs, map: jsonMapOf(device) }, { ...deps, feed });
    }
    case "tcp":
    case "rtu_over_tcp":
    case "rtu":
      return modbusSource(device, deps);
  }
}

function modbusSource(device: DeviceConfig, deps: SourceDeps): SiteSource {
  const profile = profileOf(device.driver);
  if (profile?.protocol !== "modbus") {
    return sunspecSource(device, profile?.protocol === "sunspec" ? profile.gridUnit : undefined, deps);
  }
  const { name, unit, roles, poll_ms: pollMs } = device;
  return createProfileSource(
    { name, unit, roles, pollMs, profile: withWordOrder(profile, device.word_order) },
    { ...deps, bus: deps.buses.busOf(device) },
  );
}

function withWordOrder(profile: ModbusProfile, order: DeviceConfig["word_order"]): ModbusProfile {
  if (order === undefined) return profile;
  return { ...profile, words: order === "high_first" ? "highFirst" : "lowFirst" };
}

/** With a meter that is a unit of its own behind the inverter, two sources in one. */
function sunspecSource(device: DeviceConfig, gridUnit: number | undefined, deps: SourceDeps): SiteSource {
  const { name, unit, roles, grid_sign: gridSign, poll_ms: pollMs } = device;
  const bus = deps.buses.busOf(device);
  const part = (partUnit: number, partRoles: DeviceConfig["roles"]) =>
    createSunspecSource({ name, unit: partUnit, roles: partRoles, gridSign, pollMs }, { ...deps, bus });
  if (gridUnit === undefined || !roles.includes("grid")) return part(unit, roles);
  const others = roles.filter((role) => role !== "grid");
  const grid = part(gridUnit, ["grid"]);
  return others.length === 0 ? grid : combinedSource(name, [grid, part(unit, others)], deps.log);
}
