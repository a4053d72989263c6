import { isoUtc } from "../../../src/core/iso-time.ts";

/** A Saturday, 06:00 UTC. */
export const T0_MS = Date.parse("2022-03-19T06:00:00Z");

export interface ProfileSketch {
  readonly id?: number;
  readonly level?: number;
  readonly purpose?: string;
  readonly kind?: string;
  readonly connectorId?: number;
  readonly unit?: string;
  /** Seconds from the start of the schedule, limit, and phases where named. */
  readonly periods?: readonly (readonly [number, number, (number | undefined)?])[];
  readonly startMs?: number;
  readonly durationS?: number;
  readonly validFromMs?: number;
  readonly validToMs?: number;
  readonly transactionId?: number;
  readonly recurrency?: string;
}

/** SetChargingProfile.req; what the sketch leaves open is an absolute TxDefaultProfile on connector 1 from T0 - 60 s. */
export function profileRequest(sketch: ProfileSketch = {}) {
  const { kind = "Absolute", startMs = kind === "Relative" ? undefined : T0_MS - 60_000 } = sketch;
  return {
    connectorId: sketch.connectorId ?? 1,
    csChargingProfiles: {
      chargingProfileId: sketch.id ?? 100 + (sketch.level ?? 0),
      stackLevel: sketch.level ?? 0,
      chargingProfilePurpose: sketch.purpose ?? "TxDefaultProfile",
      chargingProfileKind: kind,
      ...(sketch.transactionId !== undefined && { transactionId: sketch.transactionId }),
      ...(sketch.recurrency !== undefined && { recurrencyKind: sketch.recurrency }),
      ...(sketch.validFromMs !== undefined && { validFrom: isoUtc(sketch.validFromMs) }),
      ...(sketch.validToMs !== undefined && { validTo: isoUtc(sketch.validToMs) }),
      chargingSchedule: {
        chargingRateUnit: sketch.unit ?? "A",
        ...(startMs !== undefined && { startSchedule: isoUtc(startMs) }),
        ...(sketch.durationS !== undefined && { duration: sketch.durationS }),
        chargingSchedulePeriod: (sketch.periods ?? [[0, 10]]).map(([startPeriod, limit, numberPhases]) => ({
          startPeriod,
          limit,
          ...(numberPhases !== undefined && { numberPhases }),
        })),
      },
    },
  };
}

/** The permanent floor of the recommended pair. */
export const floorRequest = (limitA = 6) =>
  profileRequest({ id: 100, level: 0, periods: [[0, limitA]], startMs: Date.parse("2020-01-01T00:00:00Z") });
