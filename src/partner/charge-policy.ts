import { z } from "zod";
import { getCall, type PartnerCall, userPath } from "./partner-call.ts";
import { optional } from "./wire-reading.ts";

export const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/** Wall time of the policy's zone. */
const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$/);

const dayPolicySchema = z.looseObject({
  /** State of charge, %, that the car shall have at the deadline. */
  charge_percentage: z.number().min(0).max(100),
  /** `HH:MM`, perhaps with seconds. */
  charge_deadline: timeOfDay,
});

export type DayPolicy = z.infer<typeof dayPolicySchema>;

/**
 * What the user wants of the car on each day of the week. A day that is missing or cannot be read is undefined; so is
 * `data` where there is no policy. It is in force only while the vehicle says `is_charge_policy_enabled`.
 */
export const chargePolicySchema = z.looseObject({
  metadata: optional(
    z.looseObject({
      electric_vehicle_id: optional(z.string()),
      user_id: optional(z.string()),
      /** Some answers carry a failure inside a 200. */
      error: optional(z.unknown()),
    }),
  ),
  data: optional(
    z.looseObject({
      mon: optional(dayPolicySchema),
      tue: optional(dayPolicySchema),
      wed: optional(dayPolicySchema),
      thu: optional(dayPolicySchema),
      fri: optional(dayPolicySchema),
      sat: optional(dayPolicySchema),
      sun: optional(dayPolicySchema),
      /** IANA name, e.g. Europe/Vienna. */
      timezone: optional(z.string()),
    }),
  ),
});

export type ChargePolicy = z.infer<typeof chargePolicySchema>;

export function getChargePolicy(userId: string, electricVehicleId: string): PartnerCall<ChargePolicy> {
  const path = userPath(userId, "electric-vehicles", electricVehicleId, "charge-policy");
  return getCall(path, chargePolicySchema);
}
