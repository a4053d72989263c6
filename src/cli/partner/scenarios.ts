import type { PartnerUser } from "../../partner/users.ts";
import {
  connectionFindings,
  contractFindings,
  type Finding,
  freshnessFindings,
  limitFindings,
  optimisationFindings,
} from "./diagnosis.ts";
import { deviceName, type Household, type OwnedDevice } from "./household.ts";

export const SCENARIOS = [
  "device-not-connecting",
  "optimisation-not-working",
  "high-consumption",
  "user-migration",
] as const;
export type Scenario = (typeof SCENARIOS)[number];

/** `unknown`: the API does not say. */
export type Verdict = "ok" | "problem" | "unknown";

export interface Step {
  readonly step: string;
  readonly verdict: Verdict;
  readonly detail: string;
}

export interface ScenarioContext {
  readonly wallMs: number;
  /** Other households of the organisation, to compare with; undefined when they were not fetched. */
  readonly others: readonly Household[] | undefined;
  /** All users of the organisation, to find a user's other record. */
  readonly users: readonly PartnerUser[];
}

/** Consumption beyond this multiple of the median of similar users is called high. */
const HIGH_RATIO = 1.5;
/** A median of fewer says little. */
const FEWEST_SIMILAR = 3;

/** Mark on a record that was left behind: its external id is this and the new record's id. */
export const MIGRATED_PREFIX = "migrated:";

/** The steps of a support case for one household, each with its verdict. */
export function scenarioSteps(
  scenario: Scenario,
  household: Household,
  context: ScenarioContext,
): readonly Step[] {
  switch (scenario) {
    case "device-not-connecting":
      return household.devices.flatMap((owned) => connectingSteps(owned, context.wallMs));
    case "optimisation-not-working":
      return [...household.devices.flatMap(optimisationSteps), contractStep(household)];
    case "high-consumption":
      return consumptionSteps(household, context);
    case "user-migration":
      return migrationSteps(household, context);
  }
}

function connectingSteps(owned: OwnedDevice, wallMs: number): readonly Step[] {
  const { device } = owned;
  const name = deviceName(owned);
  const isLost = device.is_authenticated === false;
  return [
    {
      step: `${name}: logged in at the manufacturer`,
      verdict: device.is_authenticated === undefined ? "unknown" : isLost ? "problem" : "ok",
      detail: told(connectionFindings(device), "yes"),
    },
    {
      step: `${name}: a link to reconnect it`,
      verdict: !isLost ? "ok" : device.resolution_link === undefined ? "problem" : "ok",
      detail: !isLost ? "not needed" : (device.resolution_link ?? "none: make a new one"),
    },
    step(`${name}: fresh data`, freshnessFindings(device, wallMs), "younger than 2 h"),
  ];
}

function optimisationSteps(owned: OwnedDevice): readonly Step[] {
  const { device, kind } = owned;
  const name = deviceName(owned);
  return [
    step(`${name}: smart optimisation`, optimisationFindings(device), "on and not paused"),
    step(`${name}: login`, connectionFindings(device), "good"),
    step(`${name}: limits`, limitFindings(device, kind), "sensible"),
  ];
}

function contractStep({ contract }: Household): Step {
  const name = "energy contract";
  return contract === "unknown"
    ? { step: name, verdict: "unknown", detail: "the server lists no contracts" }
    : step(name, contractFindings(contract), "there");
}

function consumptionSteps(household: Household, { others }: ScenarioContext): readonly Step[] {
  const monthKwh = consumptionKwh(household, "consumption_last_month_kwh");
  const dayKwh = consumptionKwh(household, "consumption_last_day_kwh");
  const modes = household.devices.map(
    (owned) => `${deviceName(owned)}: ${owned.device.current_mode ?? "not told"}`,
  );
  return [
    {
      step: "consumption history",
      verdict: monthKwh === undefined ? "unknown" : "ok",
      detail:
        monthKwh === undefined
          ? "the server gives none"
          : `${monthKwh.toFixed(1)} kWh in the last month, ${(dayKwh ?? 0).toFixed(1)} kWh on the last day`,
    },
    {
      step: "operating mode",
      verdict: household.devices.every(({ device }) => device.current_mode === undefined) ? "unknown" : "ok",
      detail: modes.join("; ") || "no devices",
    },
    ...household.devices.map((owned) =>
      step(
        `${deviceName(owned)}: smart optimisation`,
        optimisationFindings(owned.device),
        "on and not paused",
      ),
    ),
    comparison(household, monthKwh, others),
  ];
}

/** Against the median of households with the same kinds of devices. */
function comparison(
  household: Household,
  monthKwh: number | undefined,
  others: readonly Household[] | undefined,
): Step {
  const name = "comparison with similar users";
  const similarKwh = (others ?? [])
    .filter((other) => other.user.id !== household.user.id && kindsOf(other) === kindsOf(household))
    .flatMap((other) => consumptionKwh(other, "consumption_last_month_kwh") ?? []);
  if (monthKwh === undefined || similarKwh.length < FEWEST_SIMILAR) {
    return { step: name, verdict: "unknown", detail: `only ${similarKwh.length} similar users with figures` };
  }
  const medianKwh = median(similarKwh);
  const ratio = medianKwh === 0 ? 0 : monthKwh / medianKwh;
  return {
    step: name,
    verdict: ratio > HIGH_RATIO ? "problem" : "ok",
    detail: `${ratio.toFixed(2)} times the median of ${similarKwh.length} similar users (${medianKwh.toFixed(1)} kWh)`,
  };
}

function migrationSteps(
  { user, devices, buildings }: Household,
  { users }: ScenarioContext,
): readonly Step[] {
  const oldRecord = users.find(({ external_user_id }) => external_user_id === `${MIGRATED_PREFIX}${user.id}`);
  const twins = users.filter(
    ({ id, external_user_id }) =>
      id !== user.id && external_user_id !== undefined && external_user_id === user.external_user_id,
  );
  const unconnected = devices.filter(({ device }) => device.is_authenticated === false);
  return [
    { step: "record in the API", verdict: "ok", detail: user.id },
    {
      step: "external id of the old system",
      verdict: user.external_user_id === undefined ? "problem" : "ok",
      detail: user.external_user_id ?? "none: set it with users update --external-user-id",
    },
    {
      step: "buildings and devices",
      verdict: devices.length === 0 ? "problem" : unconnected.length > 0 ? "problem" : "ok",
      detail: `${buildings.length} buildings, ${devices.length} devices, ${unconnected.length} not connected`,
    },
    {
      step: "one record for one external id",
      verdict: twins.length === 0 ? "ok" : "problem",
      detail: twins.length === 0 ? "no other" : `also ${twins.map(({ id }) => id).join(", ")}`,
    },
    {
      step: "old record flagged",
      verdict: oldRecord === undefined ? "unknown" : "ok",
      detail: oldRecord?.id ?? "no record names this one as its successor",
    },
  ];
}

function step(name: string, findings: readonly Finding[], good: string): Step {
  return { step: name, verdict: findings.length === 0 ? "ok" : "problem", detail: told(findings, good) };
}

function told(findings: readonly Finding[], good: string): string {
  return findings.length === 0 ? good : findings.map(({ problem }) => problem).join("; ");
}

/** Undefined where no device tells any. */
export function consumptionKwh(
  { devices }: Household,
  field: "consumption_last_day_kwh" | "consumption_last_month_kwh",
): number | undefined {
  const figures = devices.flatMap(({ device }) => device[field] ?? []);
  return figures.length === 0 ? undefined : figures.reduce((sum, figure) => sum + figure, 0);
}

function kindsOf({ devices }: Household): string {
  return devices
    .map(({ kind }) => kind)
    .toSorted()
    .join(",");
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}
