import { z } from "zod";
import { parseIsoMs } from "../../src/core/iso-time.ts";

/** OCPP 1.6 writes limits with at most one decimal. */
const tenths = z
  .number()
  .min(0)
  .max(1_000_000)
  .refine((value) => Math.abs(value * 10 - Math.round(value * 10)) < 1e-6, "at most one decimal");

const seconds = z.int().min(0).max(2_147_483_647);

/** A time on the wire, in milliseconds since 1970 once parsed. */
const wireTime = z.string().transform((text, context) => {
  const wallMs = parseIsoMs(text);
  if (wallMs !== undefined) return wallMs;
  context.addIssue({ code: "custom", message: "not an ISO 8601 time" });
  return z.NEVER;
});

const schedule = z.strictObject({
  duration: seconds.optional(),
  startSchedule: wireTime.optional(),
  chargingRateUnit: z.enum(["A", "W"]),
  chargingSchedulePeriod: z
    .array(
      z.strictObject({ startPeriod: seconds, limit: tenths, numberPhases: z.int().min(1).max(3).optional() }),
    )
    .min(1)
    .max(1_024),
  minChargingRate: tenths.optional(),
});

export const chargingProfileSchema = z.strictObject({
  chargingProfileId: z.int(),
  transactionId: z.int().optional(),
  stackLevel: z.int().min(0),
  chargingProfilePurpose: z.enum(["ChargePointMaxProfile", "TxDefaultProfile", "TxProfile"]),
  chargingProfileKind: z.enum(["Absolute", "Recurring", "Relative"]),
  recurrencyKind: z.enum(["Daily", "Weekly"]).optional(),
  validFrom: wireTime.optional(),
  validTo: wireTime.optional(),
  chargingSchedule: schedule,
});

/** A charging profile as OCPP 1.6 names its fields, with its times in milliseconds since 1970. */
export type ChargingProfile = z.infer<typeof chargingProfileSchema>;
export type ChargingPurpose = ChargingProfile["chargingProfilePurpose"];
export type ChargingRateUnit = ChargingProfile["chargingSchedule"]["chargingRateUnit"];

export const setChargingProfileSchema = z.strictObject({
  connectorId: z.int().min(0),
  csChargingProfiles: chargingProfileSchema,
});

export const clearChargingProfileSchema = z.strictObject({
  id: z.int().optional(),
  connectorId: z.int().min(0).optional(),
  chargingProfilePurpose: chargingProfileSchema.shape.chargingProfilePurpose.optional(),
  stackLevel: z.int().min(0).optional(),
});

export const getCompositeScheduleSchema = z.strictObject({
  connectorId: z.int().min(0),
  duration: seconds,
  chargingRateUnit: z.enum(["A", "W"]).optional(),
});
