import type { Config } from "../config/schema.ts";
import type { DaemonDeps } from "./daemon-deps.ts";
import { createGridOperator, type GridOperator } from "./grid-operator.ts";
import { createModbusProxies, type ModbusProxies } from "./modbus-proxies.ts";
import { createSiteDevices, type SiteDevices } from "./site-devices.ts";
import { createSiteWallboxes, type SiteWallboxes } from "./site-wallboxes.ts";

/** What the house has on its lines: what is measured, what charges, and who may limit it. */
export interface SiteEquipment {
  readonly devices: SiteDevices;
  readonly wallboxes: SiteWallboxes;
  readonly proxies: ModbusProxies;
  /** Undefined where nobody may limit the house. */
  readonly gridOperator: GridOperator | undefined;
}

export function createSiteEquipment(config: Config, deps: DaemonDeps): SiteEquipment {
  const devices = createSiteDevices(config, deps);
  const wallboxes = createSiteWallboxes(config, deps);
  const { busOf, recordedBusOf } = devices;
  const proxies = createModbusProxies(config, { ...deps, recordedBusOf });
  const gridOperator = createGridOperator(config, { ...deps, busOf });
  return { devices, wallboxes, proxies, gridOperator };
}
