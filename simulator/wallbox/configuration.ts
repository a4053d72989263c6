import { z } from "zod";
import { type RpcAnswer, refusal, result } from "./rpc-answer.ts";

/** The configuration keys of one box; values are strings on the wire. */
export interface Configuration {
  text(key: string): string;
  /** A key that holds a whole number. */
  integer(key: string): number;
  isOn(key: string): boolean;
  list(key: string): readonly string[];
  /** GetConfiguration.req */
  get(request: unknown): RpcAnswer;
  /** ChangeConfiguration.req */
  change(request: unknown): RpcAnswer;
}

export interface ConfigurationOptions {
  readonly meterIntervalS: number;
  readonly maxStackLevel: number;
  readonly maxPeriods: number;
  readonly maxProfiles: number;
  /** `Current`, `Power` or both, separated by a comma. */
  readonly rateUnits: string;
  readonly switchesPhases: boolean;
  /** Starts a charge by itself when a car is plugged in. */
  readonly isFreeVend: boolean;
  /** As the box spells its keys. */
  readonly isLowerCase: boolean;
}

type Rule =
  | { readonly kind: "integer"; readonly max: number }
  | { readonly kind: "boolean" }
  | { readonly kind: "list"; readonly of: readonly string[] }
  | { readonly kind: "text"; readonly maxLength: number };

interface Entry {
  value: string;
  /** Absent: the key is read-only. */
  readonly rule?: Rule;
  readonly isSecret?: true;
}

export const SUPPORTED_MEASURANDS = [
  "Power.Active.Import",
  "Energy.Active.Import.Register",
  "Current.Import",
  "Voltage",
  "Current.Offered",
] as const;

const getSchema = z.object({ key: z.array(z.string().max(50)).max(100).optional() });
const changeSchema = z.object({ key: z.string().max(50), value: z.string().max(500) });

const WEEK_S = 604_800;

export function createConfiguration(
  options: ConfigurationOptions,
  onChanged: (key: string) => void,
): Configuration {
  const spelt = (key: string) => (options.isLowerCase ? key.toLowerCase() : key);
  const entries = new Map<string, Entry>(
    Object.entries(initialEntries(options)).map(([key, entry]) => [spelt(key), entry]),
  );
  const text = (key: string) => entries.get(spelt(key))?.value ?? "";
  const described = (key: string, entry: Entry) => ({
    key,
    readonly: entry.rule === undefined,
    ...(entry.isSecret !== true && { value: entry.value }),
  });

  return {
    text,
    integer: (key) => Number(text(key)),
    isOn: (key) => text(key) === "true",
    list: (key) => text(key).split(",").filter(Boolean),
    get(request) {
      const parsed = getSchema.safeParse(request ?? {});
      if (!parsed.success) return refusal(parsed.error);
      const asked = parsed.data.key ?? [];
      const keys = asked.length > 0 ? asked : [...entries.keys()];
      const configurationKey = keys.flatMap((key) => {
        const entry = entries.get(key);
        return entry === undefined ? [] : [described(key, entry)];
      });
      return result({ configurationKey, unknownKey: asked.filter((key) => !entries.has(key)) });
    },
    change(request) {
      const parsed = changeSchema.safeParse(request);
      if (!parsed.success) return refusal(parsed.error);
      const { key, value } = parsed.data;
      const entry = entries.get(key);
      if (entry === undefined) return result({ status: "NotSupported" });
      if (entry.rule === undefined || !isValid(value, entry.rule)) return result({ status: "Rejected" });
      entry.value = value;
      return result({ status: "Accepted" }, () => onChanged(key));
    },
  };
}

function isValid(value: string, rule: Rule): boolean {
  switch (rule.kind) {
    case "integer":
      return /^\d{1,10}$/.test(value) && Number(value) <= rule.max;
    case "boolean":
      return value === "true" || value === "false";
    case "list":
      return value.split(",").every((item) => item === "" || rule.of.includes(item));
    case "text":
      return value.length <= rule.maxLength;
  }
}

function integer(value: number, max = WEEK_S): Entry {
  return { value: String(value), rule: { kind: "integer", max } };
}

function flag(isOn: boolean): Entry {
  return { value: String(isOn), rule: { kind: "boolean" } };
}

function fixed(value: string | number): Entry {
  return { value: String(value) };
}

function measurands(): Entry {
  return { value: SUPPORTED_MEASURANDS.join(","), rule: { kind: "list", of: SUPPORTED_MEASURANDS } };
}

function initialEntries(options: ConfigurationOptions): Record<string, Entry> {
  return {
    SupportedFeatureProfiles: fixed("Core,SmartCharging,RemoteTrigger"),
    NumberOfConnectors: fixed(1),
    GetConfigurationMaxKeys: fixed(100),
    ChargeProfileMaxStackLevel: fixed(options.maxStackLevel),
    ChargingScheduleAllowedChargingRateUnit: fixed(options.rateUnits),
    ChargingScheduleMaxPeriods: fixed(options.maxPeriods),
    MaxChargingProfilesInstalled: fixed(options.maxProfiles),
    ConnectorSwitch3to1PhaseSupported: fixed(String(options.switchesPhases)),
    HeartbeatInterval: integer(300),
    WebSocketPingInterval: integer(0),
    ConnectionTimeOut: integer(120),
    MeterValueSampleInterval: integer(options.meterIntervalS),
    MeterValuesSampledData: measurands(),
    MeterValuesSampledDataMaxLength: fixed(SUPPORTED_MEASURANDS.length),
    MeterValuesAlignedData: measurands(),
    ClockAlignedDataInterval: integer(0, 86_400),
    StopTxnSampledData: { value: "", rule: { kind: "list", of: [] } },
    StopTxnAlignedData: { value: "", rule: { kind: "list", of: [] } },
    TransactionMessageAttempts: integer(3, 100),
    TransactionMessageRetryInterval: integer(60),
    ResetRetries: integer(1, 10),
    AuthorizeRemoteTxRequests: flag(false),
    LocalAuthorizeOffline: flag(true),
    LocalPreAuthorize: flag(false),
    AllowOfflineTxForUnknownId: flag(true),
    StopTransactionOnEVSideDisconnect: flag(true),
    StopTransactionOnInvalidId: flag(true),
    UnlockConnectorOnEVSideDisconnect: flag(true),
    ConnectorPhaseRotation: { value: "1.RST", rule: { kind: "text", maxLength: 50 } },
    AuthorizationKey: { value: "", rule: { kind: "text", maxLength: 40 }, isSecret: true },
    FreeVend: flag(options.isFreeVend),
    FreeVendIdTag: { value: "FREEVEND", rule: { kind: "text", maxLength: 20 } },
  };
}
