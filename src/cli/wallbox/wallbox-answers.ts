import { z } from "zod";
import type { CommandInput } from "../command.ts";
import { askDaemon } from "../daemon-client.ts";
import type { DaemonRequest } from "../daemon-connection.ts";

const testRecord = z.object({ at: z.string(), detail: z.string() });

const cardSchema = z.object({
  name: z.string(),
  identity: z.string(),
  is_connected: z.boolean(),
  protocol: z.string().nullable(),
  vendor: z.string().nullable(),
  model: z.string().nullable(),
  firmware: z.string().nullable(),
  known_as: z.string().nullable(),
  facts: z.array(z.string()),
  advice: z.string().nullable(),
  dead_man: z.object({
    variant: z.enum(["A", "B", "C"]),
    is_proven: z.boolean(),
    sentence: z.string(),
    self_test: testRecord
      .extend({ outcome: z.enum(["passed", "failed", "inconclusive"]), fell_to_a: z.number().nullable() })
      .nullable(),
  }),
  smart_charging: z.object({
    profile_kind: z.string(),
    profile_purpose: z.string(),
    rate_unit: z.string(),
    max_stack_level: z.number().nullable(),
    max_periods: z.number().nullable(),
    max_profiles: z.number().nullable(),
    measurands: z.array(z.string()),
    available_measurands: z.array(z.string()),
    triggers: z.record(z.string(), z.boolean()),
  }),
  phases: z.object({
    installed: z.number(),
    supplied: z.number().nullable(),
    claims_switching: z.boolean(),
    can_switch: z.boolean(),
    test: testRecord.extend({ can_switch: z.boolean() }).nullable(),
  }),
  security: z.object({ profile: z.number(), sentence: z.string() }),
  upstream: z
    .object({ is_connected: z.boolean(), queued: z.number(), limit_a: z.number().nullable() })
    .nullable(),
  writes_today: z.number(),
  clock_error_s: z.number().nullable(),
  needs_replug: z.boolean(),
  deviations: z.record(z.string(), z.number()),
});

const strangerSchema = z.object({
  identity: z.string(),
  reason: z.string(),
  remote_address: z.string(),
  offers_password: z.boolean(),
  attempts: z.number(),
  last_seen: z.string(),
});

const wallboxesSchema = z.object({
  wallboxes: z.array(cardSchema),
  strangers: z.array(strangerSchema),
  certificate: z.object({ subject: z.string(), ends: z.string(), ends_in_days: z.number() }).nullable(),
});

export type Card = z.infer<typeof cardSchema>;
export type StrangerView = z.infer<typeof strangerSchema>;
export type WallboxesAnswer = z.infer<typeof wallboxesSchema>;

export type Asked<T> =
  | { readonly ok: true; readonly value: T; readonly body: unknown }
  | { readonly ok: false; readonly detail: string };

/** What the daemon knows of its wallboxes. */
export async function askWallboxes(input: CommandInput): Promise<Asked<WallboxesAnswer>> {
  return ask(input, { method: "GET", path: "/api/wallboxes" }, wallboxesSchema);
}

/** One request to the daemon whose answer must have this shape; anything else is a sentence. */
export async function ask<T>(
  input: CommandInput,
  request: DaemonRequest,
  schema: z.ZodType<T>,
): Promise<Asked<T>> {
  const answer = await askDaemon(input, request);
  if (!answer.ok) return answer;
  if (answer.status < 200 || answer.status > 299) {
    return { ok: false, detail: problemOf(answer.body) ?? `the daemon answered ${answer.status}` };
  }
  const parsed = schema.safeParse(answer.body);
  return parsed.success
    ? { ok: true, value: parsed.data, body: answer.body }
    : { ok: false, detail: "the daemon answers in another version's words: update both" };
}

function problemOf(body: unknown): string | undefined {
  return z.object({ detail: z.string() }).safeParse(body).data?.detail;
}

export type Chosen =
  | { readonly ok: true; readonly card: Card }
  | { readonly ok: false; readonly detail: string };

/** The wallbox that a person named; without a name the only one. */
export function chosenCard({ wallboxes }: WallboxesAnswer, name: string | undefined): Chosen {
  const names = wallboxes.map((card) => card.name).join(", ");
  if (name === undefined && wallboxes.length !== 1) {
    return { ok: false, detail: `say which wallbox: ${names}` };
  }
  const card = name === undefined ? wallboxes[0] : wallboxes.find((known) => known.name === name);
  return card === undefined
    ? { ok: false, detail: `there is no wallbox ${name}: there is ${names}` }
    : { ok: true, card };
}
