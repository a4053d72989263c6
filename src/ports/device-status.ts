import type { DeviceHealth } from "../core/device-health.ts";

/** Reads since the start: all values, some of them, none. */
export interface ReadCounts {
  readonly good: number;
  readonly partial: number;
  readonly failed: number;
}

/** What is known of one configured device beside its values. */
export interface DeviceStatus {
  readonly name: string;
  readonly driver: string;
  /** How sure the driver's authors are of it; undefined for drivers that ask the device itself. */
  readonly maturity: string | undefined;
  readonly roles: readonly ("grid" | "pv" | "battery")[];
  readonly health: DeviceHealth;
  readonly reads: ReadCounts;
}
