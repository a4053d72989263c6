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

export interface ProfileShape {
  readonly connector: number;
  readonly phases: PhaseCount;
  readonly rateUnit: RateUnit;
}

export interface SetpointProfile extends ProfileShape {
  readonly currentA: number;
  readonly floorCurrentA: number;
  readonly horizonMs: number;
  readonly nowWallMs: number;
}

/** A start in the past leaves no gap of "no limit" while a profile is replaced (OCPP 1.6 section 5.16.4). */
const LEAD_S = 60;
/** Every wallbox is younger, and a fixed start makes the floor the same profile each time. */
const FLOOR_START = "2020-01-01T00:00:00Z";

type Profile = SetChargingProfileRequest["csChargingProfiles"];

export function floorProfile(
  shape: ProfileShape & { readonly floorCurrentA: number },
): SetChargingProfileRequest {
  return request(shape, {
    stackLevel: 0,
    chargingSchedule: {
      startSchedule: FLOOR_START,
      chargingRateUnit: shape.rateUnit,
      chargingSchedulePeriod: [{ startPeriod: 0, limit: limitOf(shape, shape.floorCurrentA) }],
    },
  });
}

/**
 * The set point as `plan` has it. An expiring one ends by `duration` (counted from its start) and by `validTo`,
 * because boxes that obey only one of the two obey different ones.
 */
export function setpointProfile(plan: ProfilePlan, setpoint: SetpointProfile): SetChargingProfileRequest {
  const start = {
    startSchedule: boxTime(setpoint.nowWallMs - LEAD_S * 1_000),
    chargingRateUnit: setpoint.rateUnit,
  };
  const now = { startPeriod: 0, limit: limitOf(setpoint, setpoint.currentA) };
  const horizonS = Math.round(setpoint.horizonMs / 1_000);
  switch (plan) {
    case "stacked":
      return request(setpoint, {
        stackLevel: 1,
        validTo: boxTime(setpoint.nowWallMs + setpoint.horizonMs),
        chargingSchedule: { ...start, duration: horizonS + LEAD_S, chargingSchedulePeriod: [now] },
      });
    case "two_period":
      return request(setpoint, {
        stackLevel: 0,
        chargingSchedule: {
          ...start,
          chargingSchedulePeriod: [
            now,
            { startPeriod: horizonS + LEAD_S, limit: limitOf(setpoint, setpoint.floorCurrentA) },
          ],
        },
      });
    case "plain":
      return request(setpoint, {
        stackLevel: 0,
        chargingSchedule: { ...start, chargingSchedulePeriod: [now] },
      });
  }
}

function request(
  { connector }: ProfileShape,
  profile: Pick<Profile, "stackLevel" | "validTo" | "chargingSchedule">,
): SetChargingProfileRequest {
  return {
    connectorId: connector,
    csChargingProfiles: {
      chargingProfileId: connector * 100 + profile.stackLevel,
      chargingProfilePurpose: "TxDefaultProfile",
      chargingProfileKind: "Absolute",
      ...profile,
    },
  };
}

/** At most one decimal (OCPP 1.6 section 7.14); rounded down in watts, which are many. */
function limitOf({ rateUnit, phases }: ProfileShape, currentA: number): number {
  return rateUnit === "A" ? Math.round(currentA * 10) / 10 : Math.floor(powerW(currentA, phases));
}

/** Without fractions of a second: not every box reads them. */
function boxTime(wallMs: number): string {
  return `${isoUtc(wallMs).slice(0, 19)}Z`;
}
