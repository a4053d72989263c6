import type { BoxHabits } from "./box-habits.ts";
import type { JsonRecord } from "./box-link.ts";
import type { RateUnit } from "./charging-profile.ts";
import { integerOf, listOf, longTextOf, recordOf, textOf } from "./lenient-json.ts";

const MAX_KEYS = 500;

interface ConfigurationKey {
  /** As the box spells it. */
  readonly name: string;
  readonly value: string | undefined;
  readonly isReadonly: boolean;
}

/** What GetConfiguration said, by lower-case key: boxes differ in the case. */
export type BoxConfiguration = ReadonlyMap<string, ConfigurationKey>;

/** Asked one by one when a box does not list everything at once. */
export const NEEDED_KEYS: readonly string[] = [
  "SupportedFeatureProfiles",
  "ChargeProfileMaxStackLevel",
  "ChargingScheduleMaxPeriods",
  "MaxChargingProfilesInstalled",
  "ChargingScheduleAllowedChargingRateUnit",
  "MeterValueSampleInterval",
  "MeterValuesSampledData",
  "WebSocketPingInterval",
  "HeartbeatInterval",
  "ConnectorSwitch3to1PhaseSupported",
];

export function configurationOf(payload: JsonRecord): BoxConfiguration {
  const entries = listOf(payload.configurationKey, MAX_KEYS).flatMap((item) => {
    const { key, value, readonly } = recordOf(item);
    const name = textOf(key);
    if (name === undefined || name === "") return [];
    return [[name.toLowerCase(), { name, value: longTextOf(value), isReadonly: isTrue(readonly) }] as const];
  });
  return new Map(entries);
}

/** Further facts of the configuration, for people. */
export function configurationFacts(configuration: BoxConfiguration) {
  const text = (key: string) => configuration.get(key.toLowerCase())?.value;
  const list = (key: string) =>
    (text(key) ?? "")
      .split(/[,;]/)
      .map((item) => item.replaceAll(/["']/g, "").trim())
      .filter((item) => item !== "");
  return {
    featureProfiles: list("SupportedFeatureProfiles"),
    rateUnits: list("ChargingScheduleAllowedChargingRateUnit"),
    measurands: list("MeterValuesSampledData"),
    availableMeasurands: [...list("AvailableMeasurands"), ...list("evb_SupportedMeasurands")],
    supplyPhases: integerOf(text("SupplyPhases")),
    claimsPhaseSwitching: ["ConnectorSwitch3to1PhaseSupported", "ACPhaseSwitchingSupported"].some((key) =>
      isTrue(text(key)?.toLowerCase()),
    ),
  };
}

/** Limits of the box's profile store; undefined where it does not say. */
export interface ProfileLimits {
  readonly maxStackLevel: number | undefined;
  readonly maxPeriods: number | undefined;
  readonly maxProfiles: number | undefined;
  readonly rateUnit: RateUnit;
}

export function profileLimits(configuration: BoxConfiguration): ProfileLimits {
  const number = (key: string) => integerOf(configuration.get(key.toLowerCase())?.value);
  return {
    maxStackLevel: number("ChargeProfileMaxStackLevel"),
    maxPeriods: number("ChargingScheduleMaxPeriods"),
    maxProfiles: number("MaxChargingProfilesInstalled"),
    rateUnit: rateUnitOf(configuration.get("chargingscheduleallowedchargingrateunit")?.value),
  };
}

export function sampleIntervalMs(configuration: BoxConfiguration): number | undefined {
  const seconds = integerOf(configuration.get("metervaluesampleinterval")?.value);
  return seconds === undefined || seconds <= 0 ? undefined : seconds * 1_000;
}

/** One setting that we want, with what to try when the box refuses it. */
export interface WantedSetting {
  readonly key: string;
  readonly values: readonly string[];
}

const MEASURANDS = [
  "Power.Active.Import",
  "Current.Import",
  "Voltage",
  "Energy.Active.Import.Register",
  "Current.Offered",
] as const;
const SLOWER_INTERVALS_S = [30, 60];

function wantedSettings({ sampleIntervalS, ownKeys, untouchedKeys }: BoxHabits): readonly WantedSetting[] {
  const intervals = [sampleIntervalS, ...SLOWER_INTERVALS_S.filter((slowerS) => slowerS > sampleIntervalS)];
  const settings = [
    { key: "MeterValueSampleInterval", values: intervals.map(String) },
    {
      key: "MeterValuesSampledData",
      values: [
        MEASURANDS.join(","),
        MEASURANDS.slice(0, 4).join(","),
        MEASURANDS.slice(0, 2).join(","),
        MEASURANDS[0],
      ],
    },
    { key: "WebSocketPingInterval", values: ["30"] },
    { key: "HeartbeatInterval", values: ["60"] },
    ...Object.entries(ownKeys).map(([key, value]) => ({ key, values: [value] })),
  ];
  return settings.filter(({ key }) => !untouchedKeys.includes(key.toLowerCase()));
}

/** What has to be changed: known to the box, writable, and not good already. The key is spelt as the box does. */
export function settingsToChange(
  configuration: BoxConfiguration,
  habits: BoxHabits,
): readonly WantedSetting[] {
  return wantedSettings(habits).flatMap((wanted) => {
    const present = configuration.get(wanted.key.toLowerCase());
    if (present === undefined || present.isReadonly || isGoodAlready(wanted, present.value ?? "")) return [];
    const maxLength = integerOf(configuration.get(`${wanted.key}MaxLength`.toLowerCase())?.value);
    const fitting = wanted.values.filter((value) => value.split(",").length <= (maxLength ?? 99));
    return [{ key: present.name, values: fitting }];
  });
}

/** A list is good when it has more than we want; a meter interval when it is shorter. */
function isGoodAlready({ key, values }: WantedSetting, present: string): boolean {
  const [best = ""] = values;
  if (key === "MeterValuesSampledData") {
    const list = new Set(measurands(present));
    return measurands(best).every((measurand) => list.has(measurand));
  }
  const presentNumber = integerOf(present);
  if (key === "MeterValueSampleInterval" && presentNumber !== undefined) {
    return presentNumber > 0 && presentNumber <= Number(best);
  }
  return presentNumber === undefined ? present === best : presentNumber === integerOf(best);
}

function measurands(csv: string): readonly string[] {
  return csv
    .replaceAll(/["'\s]/g, "")
    .toLowerCase()
    .split(",");
}

/** `Current`, `A`, `Power`, `W`, with any separator; amperes wherever they are allowed or nothing is said. */
function rateUnitOf(text: string | undefined): RateUnit {
  const words = (text ?? "").toLowerCase().split(/[^a-z]+/);
  if (words.includes("current") || words.includes("a")) return "A";
  return words.includes("power") || words.includes("w") ? "W" : "A";
}

function isTrue(value: unknown): boolean {
  return value === true || value === 1 || value === "true" || value === "1";
}
