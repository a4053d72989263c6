import type { SetChargingProfileRequest } from "ocpp-ts";
import { isoUtc } from "../../src/core/iso-time.ts";
import { type PhaseCount, powerW } from "../../src/core/units.ts";

/**
 * How the box is made to fall back by itself when nobody renews its limit:
 * - `stacked`: a permanent floor at stack level 0 and an expiring set point at level 1;
 * - `two_period`: for boxes with level 0 only, one profile that steps down to the floor;
 * - `plain`: for boxes that can do neither. Nothing expires: only the box's own settings protect.
 */
export type ProfilePlan = "stacked" | "two_period" | "plain";

export type RateUnit = "A" | "W";

/** `Absolute` counts from a time of day, `Relative` from the start of the transaction. */
export type ProfileKind = "Absolute" | "Relative";

/** What the set point is sent as; the floor is always a TxDefaultProfile. */
export type ProfilePurpose = "TxDefaultProfile" | "TxProfile";

/** The transaction that runs, as far as it is known. */
export interface RunningTransaction {
  readonly id: number;
  /** By the clock of the box. Undefined for one that was found running, or whose start is in doubt. */
  readonly startedWallMs: number | undefined;
}

export interface ProfileShape {
  readonly connector: number;
  readonly phases: PhaseCount;
  readonly rateUnit: RateUnit;
  readonly kind: ProfileKind;
  /** Tells the box to charge with so many phases; undefined leaves that to the box. */
  readonly numberPhases: PhaseCount | undefined;
}

export interface SetpointProfile extends ProfileShape {
  readonly currentA: number;
  readonly floorCurrentA: number;
  readonly horizonMs: number;
  /** Wall clock of the box. */
  readonly nowWallMs: number;
  readonly purpose: ProfilePurpose;
  readonly transaction: RunningTransaction | undefined;
}

/** A start in the past leaves no gap of "no limit" while a profile is replaced (OCPP 1.6 section 5.16.4). */
const LEAD_S = 60;
/**
 * Before whatever a gateway or a box without a battery for its clock takes for the present: a floor that has not begun is
 * none. A fixed start makes it the same profile each time.
 */
const FLOOR_START = "2000-01-01T00:00:00Z";

/** What an expiring set point has in place of the floor's 0 in its id; a profile without a floor beneath has 0 as well. */
const SETPOINT_PLACE = 1;
const TX_PLACE = 2;

type Profile = SetChargingProfileRequest["csChargingProfiles"];

export function floorProfile(
  shape: ProfileShape & { readonly floorCurrentA: number },
): SetChargingProfileRequest {
  return request(shape, {
    stackLevel: 0,
    chargingSchedule: {
      ...(shape.kind === "Absolute" && { startSchedule: FLOOR_START }),
      chargingRateUnit: shape.rateUnit,
      chargingSchedulePeriod: [period(shape, 0, shape.floorCurrentA)],
    },
  });
}

/**
 * The set point as `plan` has it. An expiring one ends by `duration` (counted from its start) and by `validTo`,
 * because boxes that obey only one of the two obey different ones.
 */
export function setpointProfile(plan: ProfilePlan, setpoint: SetpointProfile): SetChargingProfileRequest {
  const { start, endsAfterS } = scheduleTimes(setpoint);
  const rate = { ...start, chargingRateUnit: setpoint.rateUnit };
  const now = period(setpoint, 0, setpoint.currentA);
  switch (plan) {
    case "stacked":
      return request(
        setpoint,
        {
          stackLevel: 1,
          validTo: boxTime(setpoint.nowWallMs + setpoint.horizonMs),
          chargingSchedule: {
            ...rate,
            ...(endsAfterS !== undefined && { duration: endsAfterS }),
            chargingSchedulePeriod: [now],
          },
        },
        transactionOf(setpoint),
      );
    case "two_period":
      return request(setpoint, {
        stackLevel: 0,
        chargingSchedule: {
          ...rate,
          chargingSchedulePeriod: [now, ...stepToFloor(setpoint, endsAfterS)],
        },
      });
    case "plain":
      return request(setpoint, {
        stackLevel: 0,
        chargingSchedule: { ...rate, chargingSchedulePeriod: [now] },
      });
  }
}

/** Ids under which another plan, or another purpose, would have left a set point in the box. */
export function leftoverIds(
  plan: ProfilePlan,
  { connector, purpose }: { readonly connector: number; readonly purpose: ProfilePurpose },
): readonly number[] {
  const used = plan !== "stacked" ? undefined : purpose === "TxProfile" ? TX_PLACE : SETPOINT_PLACE;
  return [SETPOINT_PLACE, TX_PLACE]
    .filter((place) => place !== used)
    .map((place) => profileId(connector, place));
}

function profileId(connector: number, place: number): number {
  return connector * 100 + place;
}

/**
 * The step to the floor at the end. Where that cannot be placed it may lie in the past: one that would lower the current is
 * taken all the same, one that would raise it is left out.
 */
function stepToFloor(setpoint: SetpointProfile, endsAfterS: number | undefined) {
  const { currentA, floorCurrentA } = setpoint;
  if (endsAfterS === undefined && currentA <= floorCurrentA) return [];
  return [period(setpoint, endsAfterS ?? horizonS(setpoint), floorCurrentA)];
}

/** When the schedule begins and after how many seconds from there it ends; undefined where that cannot be known. */
function scheduleTimes(setpoint: SetpointProfile) {
  const { kind, nowWallMs, transaction } = setpoint;
  if (kind === "Absolute") {
    return {
      start: { startSchedule: boxTime(nowWallMs - LEAD_S * 1_000) },
      endsAfterS: horizonS(setpoint) + LEAD_S,
    };
  }
  // Before a transaction nothing can flow, and its start brings a new write.
  const startedWallMs = transaction === undefined ? nowWallMs : transaction.startedWallMs;
  if (startedWallMs === undefined) return { start: {}, endsAfterS: undefined };
  const elapsedS = Math.max(0, Math.round((nowWallMs - startedWallMs) / 1_000));
  return { start: {}, endsAfterS: elapsedS + horizonS(setpoint) };
}

function horizonS({ horizonMs }: SetpointProfile): number {
  return Math.round(horizonMs / 1_000);
}

/** Only a running transaction can have a profile of its own; before it the default one has to do. */
function transactionOf({ purpose, transaction }: SetpointProfile): RunningTransaction | undefined {
  return purpose === "TxProfile" ? transaction : undefined;
}

function request(
  { connector, kind }: ProfileShape,
  profile: Pick<Profile, "stackLevel" | "validTo" | "chargingSchedule">,
  transaction?: RunningTransaction,
): SetChargingProfileRequest {
  return {
    connectorId: connector,
    csChargingProfiles: {
      chargingProfileId: profileId(connector, transaction === undefined ? profile.stackLevel : TX_PLACE),
      ...(transaction !== undefined && { transactionId: transaction.id }),
      chargingProfilePurpose: transaction === undefined ? "TxDefaultProfile" : "TxProfile",
      chargingProfileKind: kind,
      ...profile,
    },
  };
}

function period(shape: ProfileShape, startPeriod: number, currentA: number) {
  const { numberPhases } = shape;
  return {
    startPeriod,
    limit: limitOf(shape, currentA),
    ...(numberPhases !== undefined && { numberPhases }),
  };
}

/** At most one decimal (OCPP 1.6 section 7.14); rounded down in watts, which are many. */
function limitOf({ rateUnit, phases, numberPhases }: ProfileShape, currentA: number): number {
  if (rateUnit === "A") return Math.round(currentA * 10) / 10;
  return Math.floor(powerW(currentA, numberPhases ?? phases));
}

/** Without fractions of a second: not every box reads them. */
function boxTime(wallMs: number): string {
  return `${isoUtc(wallMs).slice(0, 19)}Z`;
}
