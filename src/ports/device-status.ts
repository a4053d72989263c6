import type { DeviceHealth } from "../core/device-health.ts";

/** What is known of one configured device beside its values. */
export interface DeviceStatus {
  readonly name: string;
  readonly driver: string;
  /** How sure the driver's authors are of it; undefined for drivers that ask the device itself. */
  readonly maturity: string | undefined;
  readonly roles: readonly ("grid" | "pv" | "battery")[];
  readonly health: DeviceHealth;
}
