export const DEVICE_KINDS = ["electric_vehicle", "inverter", "wallbox", "heat_pump"] as const;
export type DeviceKind = (typeof DEVICE_KINDS)[number];

/** Part of a device's address, by kind. */
export const PATH_OF_KIND: Readonly<Record<DeviceKind, string>> = {
  electric_vehicle: "electric-vehicles",
  inverter: "inverters",
  wallbox: "wallboxes",
  heat_pump: "heat-pumps",
};

/** What the onboarding calls a kind. */
export const SHORT_NAME_OF_KIND: Readonly<Record<DeviceKind, string>> = {
  electric_vehicle: "ev",
  inverter: "iv",
  wallbox: "wb",
  heat_pump: "hp",
};

/** A kind by any of its names: `electric_vehicle`, `electric-vehicles`, `ev`. */
export function deviceKindOf(name: string): DeviceKind | undefined {
  return DEVICE_KINDS.find(
    (kind) => name === kind || name === PATH_OF_KIND[kind] || name === SHORT_NAME_OF_KIND[kind],
  );
}
