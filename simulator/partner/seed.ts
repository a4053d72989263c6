import { createHash } from "node:crypto";
import { isoUtc } from "../../src/core/iso-time.ts";
import type { RecordStore } from "./record-store.ts";
import type { DeviceRecord, UnavailableModes, UserRecord } from "./records.ts";
import type { WireBuilding, WireHealthWarning, WireMode, WireThresholds, WireUser } from "./wire.ts";
import { type DeviceKind, KIND_NAMES, type StoredFields } from "./wire-devices.ts";

export interface DeviceSeed {
  readonly kind: DeviceKind;
  readonly id?: string;
  readonly fields?: StoredFields;
  readonly mode?: WireMode;
  /** Null: the device takes none. */
  readonly thresholds?: WireThresholds | null;
  readonly minBandW?: number;
  readonly canModulate?: boolean;
  readonly policy?: Readonly<Record<string, unknown>>;
  readonly sessions?: readonly Readonly<Record<string, unknown>>[];
}

export interface UserSeed {
  readonly user: Partial<WireUser> & { readonly id: string };
  readonly mode?: WireMode;
  readonly devices?: readonly DeviceSeed[];
  readonly buildings?: readonly (Partial<WireBuilding> & { readonly id: string })[];
  readonly forced?: {
    readonly unavailable?: UnavailableModes;
    readonly healthWarning?: WireHealthWarning | null;
  };
}

export const DEFAULT_THRESHOLDS: WireThresholds = {
  hems_min_export_to_start_w: 1_500,
  hems_max_import_before_stopping_w: 200,
};

/** Power of one phase at the lowest current of IEC 61851-1, 6 A. */
const LOWEST_POWER_W = 1_380;

/** The same id for the same name, so that a seeded server can be found again. */
export function seededId(name: string): string {
  const hex = createHash("sha256").update(name).digest("hex");
  const variant = `8${hex.slice(17, 20)}`;
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}-${hex.slice(20, 32)}`;
}

/** Adds a user with devices and buildings; a user who is there already, from a file, stays as he is. */
export function seedUser(store: RecordStore, seed: UserSeed, wallMs: number): void {
  const { id } = seed.user;
  if (store.get("user", id) !== undefined) return;
  const mode = seed.mode ?? "none";
  store.put("user", id, id, newUser(seed.user, mode, seed.forced));
  for (const building of seed.buildings ?? []) {
    store.put("building", building.id, id, { userId: id, wire: newBuilding(building) });
  }
  for (const [index, device] of (seed.devices ?? []).entries()) {
    const record = newDevice(
      { mode, ...device, id: device.id ?? seededId(`${id}/${device.kind}/${index}`) },
      id,
      wallMs,
    );
    store.put("device", record.fields.id, id, record);
  }
}

export function newUser(
  user: Partial<WireUser> & { readonly id: string },
  mode: WireMode,
  forced?: UserRecord["forced"],
): UserRecord {
  return {
    wire: {
      external_user_id: null,
      role: "user",
      email: `${user.id}@example.com`,
      first_name: null,
      last_name: null,
      street_and_number: null,
      street_add_info: null,
      zip_code: null,
      town: null,
      country: null,
      latitude: null,
      longitude: null,
      location_last_updated: null,
      ...user,
    },
    mode,
    hemsState: "idle",
    updates: 0,
    ...(forced === undefined ? {} : { forced }),
  };
}

export function newBuilding(building: Partial<WireBuilding> & { readonly id: string }): WireBuilding {
  return {
    name: "Home",
    property_type: null,
    occupant_type: null,
    space_heating: null,
    water_heating: null,
    property_size_m2: null,
    property_age: null,
    num_occupants: null,
    photovoltaic: false,
    street_and_number: null,
    street_add_info: null,
    zip_code: null,
    town: null,
    country: null,
    ...building,
  };
}

export function newDevice(
  seed: DeviceSeed & { readonly id: string },
  userId: string,
  wallMs: number,
): DeviceRecord {
  const { id, kind } = seed;
  const nowText = isoUtc(wallMs);
  const isCharger = kind === "electric_vehicle" || kind === "wallbox";
  return {
    userId,
    kind,
    fields: {
      created_at: nowText,
      updated_at: nowText,
      deleted_at: null,
      building: null,
      device_model: {
        manufacturer: "Simulated",
        model: `Nominal ${KIND_NAMES[kind].long}`,
        year: 2026,
        device_type: { short_name: KIND_NAMES[kind].short, long_name: KIND_NAMES[kind].long },
      },
      price_zone: "AT",
      connection_status: "ok",
      monitoring_status: "ok",
      steering_status: "ok",
      lifecycle_state: "authenticated",
      lifecycle_error: null,
      is_authenticated: true,
      is_smart_optimization_active: true,
      optimization_score: null,
      current_mode: null,
      comment: null,
      pause_power_until: null,
      consumption_last_day_kwh: 8,
      consumption_last_month_kwh: 240,
      ...fieldsOfKind(kind),
      ...seed.fields,
      id,
      external_device_id: seed.fields?.external_device_id ?? null,
    },
    mode: isCharger ? (seed.mode ?? "none") : "none",
    thresholds: isCharger ? (seed.thresholds === undefined ? DEFAULT_THRESHOLDS : seed.thresholds) : null,
    minBandW: isCharger ? (seed.minBandW ?? LOWEST_POWER_W) : 0,
    canModulate: seed.canModulate ?? kind === "wallbox",
    boost: { isArmed: false },
    sessions: seed.sessions ?? [],
    ...(seed.policy === undefined ? {} : { policy: seed.policy }),
  };
}

const CHARGING_FIELDS: StoredFields = {
  is_plugged_in: false,
  is_charging: false,
  is_fully_charged: false,
  charge_rate_w: 0,
  is_charge_policy_enabled: false,
  charge_policy_last_updated_at: null,
  charge_deadline_at: null,
  minimum_charge_limit: 20,
  charge_target_min: 50,
  charge_target_max: 80,
};

function fieldsOfKind(kind: DeviceKind): StoredFields {
  switch (kind) {
    case "electric_vehicle":
      return { ...CHARGING_FIELDS, battery_level: 55, battery_capacity_kwh: 58, driving_range: 220 };
    case "wallbox":
      return { ...CHARGING_FIELDS, charge_power_max_w: 11_000, is_ocpp_connected: true };
    case "inverter":
      return {
        current_power_to_grid_w: 2_100,
        current_solar_production_w: 3_050,
        household_consumption_w: 950,
        battery_charge_level_percent: null,
        battery_charge_discharge_power_w: null,
        solar_power_rating_kw: 9.8,
        is_battery_connected: false,
        battery_capacity_kwh: null,
        min_battery_charge: null,
        max_battery_charge: null,
      };
    case "heat_pump":
      return { optimization_level: "Mid", current_power_consumption_w: 700 };
  }
}

const FIRST_NAMES = ["Anna", "Ben", "Clara", "David", "Eva", "Felix", "Greta", "Hugo"];
const TOWNS = ["Wien", "Graz", "Linz", "Salzburg", "Innsbruck"];

/** One of many households that differ a little, for demos and load tests. */
export function householdSeed(index: number): UserSeed {
  const id = seededId(`user/${index}`);
  const building = seededId(`building/${index}`);
  const at = <T>(list: readonly T[]) => list[index % list.length] as T;
  const fields = { building };
  return {
    user: {
      id,
      email: `household${index}@example.com`,
      external_user_id: `cust_${String(index).padStart(5, "0")}`,
      first_name: at(FIRST_NAMES),
      last_name: `Household ${index}`,
      town: at(TOWNS),
      country: "AT",
    },
    mode: index % 3 === 0 ? "spot" : "hems",
    buildings: [{ id: building, name: "Home", town: at(TOWNS), country: "AT", photovoltaic: true }],
    devices: [
      { kind: "electric_vehicle", fields },
      { kind: "wallbox", fields, minBandW: index % 2 === 0 ? LOWEST_POWER_W : 3 * LOWEST_POWER_W },
      { kind: "inverter", fields },
      ...(index % 4 === 0 ? [{ kind: "heat_pump" as const, fields }] : []),
    ],
  };
}
