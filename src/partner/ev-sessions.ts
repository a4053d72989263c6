import { z } from "zod";
import { getCall, type PartnerCall, userPath } from "./partner-call.ts";
import { code, optional, readableItems } from "./wire-reading.ts";

export const LARGEST_PAGE = 200;

export const evSessionSchema = z.looseObject({
  plug_in_time: optional(z.string()),
  unplug_time: optional(z.string()),
  inferred_session_end: optional(z.string()),
  charge_deadline: optional(z.string()),
  target_soc_pct: optional(z.number()),
  initial_soc_pct: optional(z.number()),
  final_soc_pct: optional(z.number()),
  energy_charged_kwh: optional(z.number()),
  avg_charge_power_kw: optional(z.number()),
  peak_charge_power_kw: optional(z.number()),
  actual_cost_eur: optional(z.number()),
  expected_savings_eur: optional(z.number()),
  actual_savings_eur: optional(z.number()),
  is_at_home: optional(z.boolean()),
  session_outcome: optional(code),
});

export type EvSession = z.infer<typeof evSessionSchema>;

export const evSessionPageSchema = z.looseObject({
  total: z.int().min(0),
  items: readableItems(evSessionSchema, LARGEST_PAGE),
});

export type EvSessionPage = z.infer<typeof evSessionPageSchema>;

export interface EvSessionQuery {
  /** First and last day, UTC, as YYYY-MM-DD; both count. */
  readonly from?: string;
  readonly to?: string;
  /** 1 to 200; the server takes 50 without it. */
  readonly limit?: number;
  readonly offset?: number;
}

export function listEvSessions(
  userId: string,
  electricVehicleId: string,
  query: EvSessionQuery = {},
): PartnerCall<EvSessionPage> {
  const limit = query.limit === undefined ? undefined : Math.min(LARGEST_PAGE, Math.max(1, query.limit));
  const offset = query.offset === undefined ? undefined : Math.max(0, query.offset);
  const path = userPath(userId, "electric-vehicles", electricVehicleId, "sessions");
  return getCall(path, evSessionPageSchema, { from: query.from, to: query.to, limit, offset });
}

export const currentEvSessionSchema = z.looseObject({ session: optional(evSessionSchema.nullable()) });

/** The session that is under way, if there is one. */
export function getCurrentEvSession(
  userId: string,
  electricVehicleId: string,
): PartnerCall<z.infer<typeof currentEvSessionSchema>> {
  const path = userPath(userId, "electric-vehicles", electricVehicleId, "sessions", "current");
  return getCall(path, currentEvSessionSchema);
}
