import { z } from "zod";
import {
  type ChargePlanFields,
  chargePlanFields,
  goalChoice,
  hasOneAim,
  NOTHING_NAMED,
  namesChargePlan,
  TWO_AIMS,
} from "../config/charge-plan-request.ts";
import { parseIsoMs } from "../core/iso-time.ts";
import type { GoalChoice } from "../core/planner/goal-choice.ts";
import { CHARGING_MODES, type ChargingMode, type Thresholds } from "../core/settings.ts";
import { LOWEST_CHARGE_CURRENT_A } from "../core/units.ts";

/** Largest command payload that is read at all, bytes. */
export const LARGEST_COMMAND_BYTES = 4_096;
/** Range of both thresholds on the Partner API, W. */
export const LARGEST_THRESHOLD_W = 50_000;

export type Command =
  | { readonly kind: "mode"; readonly mode: ChargingMode }
  | { readonly kind: "thresholds"; readonly change: Partial<Thresholds> }
  | { readonly kind: "boost"; readonly isWanted: boolean; readonly wallbox?: string }
  | { readonly kind: "max_current"; readonly currentA: number | undefined }
  /** Without a choice every local one is taken back. */
  | {
      readonly kind: "charge_plan";
      readonly choice: GoalChoice | undefined;
      readonly wallbox: string | undefined;
    };

export type RefusalReason = "retained" | "too_large" | "malformed" | "unknown_command" | "expired";

export type ParsedCommand =
  | { readonly ok: true; readonly id: string; readonly command: Command }
  | {
      readonly ok: false;
      /** Absent where the payload names none that can be read. */
      readonly id: string | undefined;
      readonly reason: RefusalReason;
      readonly detail: string;
    };

export interface ReceivedCommand {
  /** Last level of the topic: `mode`, `thresholds`, `boost`, `max_current` or `charge_plan`. */
  readonly name: string;
  readonly payload: Uint8Array;
  readonly isRetained: boolean;
  readonly receivedWallMs: number;
}

const idSchema = z.string().min(1).max(64);
/** Name of the box that is meant; may be left out where there is only one. */
const wallboxName = z.string().min(1).max(32).optional();
const thresholdW = z.int().min(0).max(LARGEST_THRESHOLD_W).optional();
const envelope = {
  id: idSchema,
  expires_at: z
    .string()
    .max(40)
    .refine((text) => parseIsoMs(text) !== undefined, "use an ISO 8601 time such as 2026-11-21T12:00:00Z")
    .optional(),
};

const schemas = {
  mode: z
    .strictObject({ ...envelope, mode: z.enum(CHARGING_MODES) })
    .transform((body) => ({ ...body, command: { kind: "mode", mode: body.mode } satisfies Command })),
  thresholds: z
    .strictObject({
      ...envelope,
      hems_min_export_to_start_w: thresholdW,
      hems_max_import_before_stopping_w: thresholdW,
    })
    .refine(
      (body) => (body.hems_min_export_to_start_w ?? body.hems_max_import_before_stopping_w) !== undefined,
      "give hems_min_export_to_start_w, hems_max_import_before_stopping_w or both",
    )
    .transform((body) => ({ ...body, command: thresholdsCommand(body) })),
  boost: z
    .strictObject({ ...envelope, boost: z.boolean(), wallbox: wallboxName })
    .transform((body) => ({ ...body, command: boostCommand(body.boost, body.wallbox) })),
  max_current: z
    .strictObject({ ...envelope, max_current_a: z.number().min(LOWEST_CHARGE_CURRENT_A).max(80).nullable() })
    .transform((body) => ({
      ...body,
      command: { kind: "max_current", currentA: body.max_current_a ?? undefined } satisfies Command,
    })),
  charge_plan: z
    .strictObject({ ...envelope, ...chargePlanFields, clear: z.literal(true).optional() })
    .refine((body) => namesChargePlan(body) !== (body.clear === true), `${NOTHING_NAMED}, or clear alone`)
    .refine(hasOneAim, TWO_AIMS)
    .transform((body) => ({ ...body, command: chargePlanCommand(body) })),
};

/** Reads one command message. Takes any bytes, never throws; what is refused carries its reason and a remedy. */
export function parseCommand(received: ReceivedCommand): ParsedCommand {
  const { name, payload } = received;
  if (payload.length > LARGEST_COMMAND_BYTES) {
    return refusal(undefined, "too_large", `a command has at most ${LARGEST_COMMAND_BYTES} bytes`);
  }
  const json = readJson(payload);
  const id = readId(json);
  if (received.isRetained) {
    return refusal(
      id,
      "retained",
      "a retained command would act again after every reconnect: send it without",
    );
  }
  if (!isKnown(name)) {
    return refusal(id, "unknown_command", `there is ${Object.keys(schemas).join(", ")}`);
  }
  const parsed = schemas[name].safeParse(json);
  if (!parsed.success) return refusal(id, "malformed", problems(parsed.error));
  const { expires_at: expiresAt, command } = parsed.data;
  const expiresMs = expiresAt === undefined ? undefined : parseIsoMs(expiresAt);
  if (expiresMs !== undefined && expiresMs <= received.receivedWallMs) {
    return refusal(id, "expired", `expired at ${expiresAt}: send it again with a later time`);
  }
  return { ok: true, id: parsed.data.id, command };
}

function boostCommand(isWanted: boolean, wallbox: string | undefined): Command {
  return { kind: "boost", isWanted, ...(wallbox === undefined ? {} : { wallbox }) };
}

function thresholdsCommand(body: {
  readonly hems_min_export_to_start_w?: number | undefined;
  readonly hems_max_import_before_stopping_w?: number | undefined;
}): Command {
  const start = body.hems_min_export_to_start_w;
  const stop = body.hems_max_import_before_stopping_w;
  return {
    kind: "thresholds",
    change: {
      ...(start === undefined ? {} : { minExportToStartW: start }),
      ...(stop === undefined ? {} : { maxImportBeforeStoppingW: stop }),
    },
  };
}

function chargePlanCommand(body: ChargePlanFields & { readonly clear?: true | undefined }): Command {
  const choice = body.clear === true ? undefined : goalChoice(body);
  return { kind: "charge_plan", choice, wallbox: body.wallbox };
}

function isKnown(name: string): name is keyof typeof schemas {
  return Object.hasOwn(schemas, name);
}

function refusal(id: string | undefined, reason: RefusalReason, detail: string): ParsedCommand {
  return { ok: false, id, reason, detail };
}

/** Undefined for what is no JSON in UTF-8, which no schema accepts either. */
function readJson(payload: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(payload));
  } catch {
    return undefined;
  }
}

function readId(json: unknown): string | undefined {
  if (typeof json !== "object" || json === null || !("id" in json)) return undefined;
  return idSchema.safeParse(json.id).data;
}

/** The first few problems in one sentence; what was sent is not repeated. */
function problems(error: z.ZodError): string {
  return error.issues
    .slice(0, 3)
    .map((issue) => `${issue.path.join(".") || "payload"}: ${issue.message}`.slice(0, 200))
    .join("; ");
}
