/** What may stand in a log or a report: no name, address, mail, link or secret is among them. */
const PLAIN_KEYS: ReadonlySet<string> = new Set([
  "id",
  "user_id",
  "device_id",
  "external_user_id",
  "external_device_id",
  "role",
  "country",
  "building",
  "building_id",
  "kind",
  "property_type",
  "photovoltaic",
  "energy_contract_type",
  "smart_charging_mode",
  "hems_min_export_to_start_w",
  "hems_max_import_before_stopping_w",
  "is_smart_optimization_active",
  "is_charge_policy_enabled",
  "charge_deadline_at",
  "minimum_charge_limit",
  "pause_power_until",
  "solar_power_rating_kw",
  "is_battery_connected",
  "battery_capacity_kwh",
  "min_battery_charge",
  "max_battery_charge",
  "optimization_level",
  "boost_state",
  "device_type",
]);

export const REDACTED = "[redacted]";

/** The same record with everything personal replaced; that a field was there stays visible. */
export function redacted(record: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(record).map(([key, value]) => [
      key,
      value === undefined || value === null || PLAIN_KEYS.has(key) ? value : REDACTED,
    ]),
  );
}
