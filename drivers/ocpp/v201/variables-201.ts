/** A configuration key of 1.6 and where 2.0.1 keeps it (part 2, appendix: referenced components and variables). */
export const variables = [
  { key: "ChargeProfileMaxStackLevel", component: "SmartChargingCtrlr", variable: "ProfileStackLevel" },
  { key: "ChargingScheduleMaxPeriods", component: "SmartChargingCtrlr", variable: "PeriodsPerSchedule" },
  { key: "ChargingScheduleAllowedChargingRateUnit", component: "SmartChargingCtrlr", variable: "RateUnit" },
  { key: "ConnectorSwitch3to1PhaseSupported", component: "SmartChargingCtrlr", variable: "Phases3to1" },
  { key: "MeterValueSampleInterval", component: "SampledDataCtrlr", variable: "TxUpdatedInterval" },
  { key: "MeterValuesSampledData", component: "SampledDataCtrlr", variable: "TxUpdatedMeasurands" },
  { key: "WebSocketPingInterval", component: "OCPPCommCtrlr", variable: "WebSocketPingInterval" },
  { key: "HeartbeatInterval", component: "OCPPCommCtrlr", variable: "HeartbeatInterval" },
] as const;

/** What a report is asked for. */
export const REPORTED_COMPONENTS = [
  "SmartChargingCtrlr",
  "SampledDataCtrlr",
  "OCPPCommCtrlr",
  "EVSE",
  "Connector",
  "ChargingStation",
] as const;

/** One variable of a station, as a report tells it. */
export interface InventoryEntry {
  readonly component: string;
  readonly variable: string;
  readonly instance: string | undefined;
  readonly value: string | undefined;
  readonly isReadonly: boolean;
  /** What may be chosen from, separated by commas. */
  readonly values: string | undefined;
  readonly maxLimit: string | undefined;
}

interface Key {
  readonly key: string;
  readonly value: string;
  readonly readonly: boolean;
}

/** What a report says, as configuration keys of 1.6: what 1.6 has no key for has one that the driver reads as well. */
export function keysOf(inventory: readonly InventoryEntry[]): readonly Key[] {
  const known = inventory.flatMap((entry) => {
    const variable = variables.find((one) => isOf(entry, one.component, one.variable));
    return variable === undefined || entry.value === undefined
      ? []
      : [{ key: variable.key, value: entry.value, readonly: entry.isReadonly }];
  });
  return [...known, ...facts(inventory)];
}

function facts(inventory: readonly InventoryEntry[]): readonly Key[] {
  const find = (component: string, variable: string, instance?: string) =>
    inventory.find((entry) => isOf(entry, component, variable) && entry.instance === instance);
  const profiles = find("SmartChargingCtrlr", "Entries", "ChargingProfiles");
  const supply = ["Connector", "EVSE", "ChargingStation"].map((name) => find(name, "SupplyPhases")?.value);
  const isSmart = ["Enabled", "Available"].some((name) => find("SmartChargingCtrlr", name)?.value === "true");
  const found = [
    ["MaxChargingProfilesInstalled", profiles?.maxLimit],
    ["ACPhaseSwitchingSupported", find("SmartChargingCtrlr", "ACPhaseSwitchingSupported")?.value],
    ["AvailableMeasurands", find("SampledDataCtrlr", "TxUpdatedMeasurands")?.values],
    ["SupplyPhases", supply.find((phases) => phases !== undefined)],
    // Every station of 2.0.1 can be triggered.
    ["SupportedFeatureProfiles", isSmart ? "Core,RemoteTrigger,SmartCharging" : undefined],
  ] as const;
  return found.flatMap(([key, value]) => (value === undefined ? [] : [{ key, value, readonly: true }]));
}

function isOf(entry: InventoryEntry, component: string, variable: string): boolean {
  return entry.component === component && entry.variable === variable;
}
