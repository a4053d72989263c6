import { z } from "zod";
import type { OperatorMessage } from "../ports/grid-operator.ts";

/** Largest message of an operator that is read at all, bytes. */
const LARGEST_MESSAGE_BYTES = 1_024;

const MOST_W = 1_000_000;
const LONGEST_S = 7 * 86_400;

/** What the operator sends: a limit, its end, or nothing but a sign of life. */
const operatorMessageSchema = z
  .strictObject({
    limit_w: z.number().min(0).max(MOST_W).optional(),
    active: z.boolean().optional(),
    duration_s: z.number().min(0).max(LONGEST_S).optional(),
  })
  .refine(
    ({ limit_w, active, duration_s }) =>
      limit_w !== undefined || (active !== true && duration_s === undefined),
    { message: "give limit_w, W, with an active limit", path: ["limit_w"] },
  )
  .transform(({ limit_w: limitW, active, duration_s: durationS }): OperatorMessage => {
    if (limitW === undefined && active === undefined) return { command: undefined };
    return {
      command: {
        isActive: active ?? true,
        limitW: limitW ?? 0,
        durationMs: durationS === undefined ? undefined : durationS * 1_000,
      },
    };
  });

export type ReadMessage =
  | { readonly ok: true; readonly message: OperatorMessage }
  | { readonly ok: false; readonly detail: string };

/** A number of watts, or the JSON object; any other bytes are a refusal. Never throws. */
export function readOperatorMessage(payload: Uint8Array): ReadMessage {
  if (payload.length > LARGEST_MESSAGE_BYTES) {
    return { ok: false, detail: `a message has at most ${LARGEST_MESSAGE_BYTES} bytes` };
  }
  const value = jsonValue(payload);
  return readOperatorBody(typeof value === "number" ? { limit_w: value } : value);
}

/** The JSON object alone. */
export function readOperatorBody(body: unknown): ReadMessage {
  const parsed = operatorMessageSchema.safeParse(body);
  if (parsed.success) return { ok: true, message: parsed.data };
  const issue = parsed.error.issues[0];
  return { ok: false, detail: `${issue?.path.join(".") || "message"}: ${issue?.message}`.slice(0, 200) };
}

/** Undefined for what is no JSON in UTF-8, which the schema does not accept either. */
function jsonValue(payload: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(payload));
  } catch {
    return undefined;
  }
}
