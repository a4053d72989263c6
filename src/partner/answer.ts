import { z } from "zod";
import type { HttpAnswer } from "./http-exchange.ts";
import {
  type Conflict,
  failure,
  type PartnerError,
  type PartnerErrorKind,
  type PartnerResult,
} from "./partner-error.ts";
import { retryAfterMs } from "./retry-after.ts";
import { readableItems } from "./wire-reading.ts";

const LONGEST_DETAIL = 500;
const MOST_PROBLEMS = 50;

const problemSchema = z.object({
  loc: z.array(z.union([z.string(), z.number()])).catch([]),
  msg: z.string(),
});

/** A code that is compared and printed. */
const conflictCode = z
  .string()
  .regex(/^[\w -]{1,64}$/)
  .optional()
  .catch(undefined);
const conflictSchema = z.object({ state: conflictCode, reason: conflictCode });

/** Django Ninja's shapes, a sentence, a list of problems or, for a boost, an object; and the OAuth library's own. */
const errorBodySchema = z.looseObject({
  detail: z
    .union([z.string(), readableItems(problemSchema, MOST_PROBLEMS), conflictSchema])
    .optional()
    .catch(undefined),
  /** RFC 6749 5.2 and RFC 6750 3.1. */
  error: z
    .string()
    .regex(/^[a-z_]{1,40}$/)
    .optional()
    .catch(undefined),
});

/** The answer when its status is 2xx, else the error that its status and body tell, `secret` cut out of them. */
export function successful(
  answer: HttpAnswer,
  { wallMs, secret }: { readonly wallMs: number; readonly secret: string | undefined },
): PartnerResult<HttpAnswer> {
  if (answer.status >= 200 && answer.status < 300) return { ok: true, value: answer };
  // Before anything is cut short: the start of a token is a secret as well.
  const told = (text: string) => clipped(secret === undefined ? text : text.replaceAll(secret, "***"));
  const error = errorOf(answer, told);
  return { ok: false, error: { ...error, retryAfterMs: retryAfterMs(answer.headers, wallMs) } };
}

/** The body as `schema` reads it; `malformed` when it is no JSON or not what is needed. */
export function readJson<T>(answer: HttpAnswer, schema: z.ZodType<T>): PartnerResult<T> {
  const parsed = schema.safeParse(jsonOf(answer.text));
  if (parsed.success) return { ok: true, value: parsed.data };
  const issue = parsed.error.issues[0];
  return failure("malformed", clipped(`unreadable answer: ${issue?.path.join(".")} ${issue?.message}`));
}

/** The value that `text` is as JSON, undefined when it is none. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function kindOfStatus(status: number): PartnerErrorKind {
  if (status >= 500) return "server_error";
  if (status < 400) return "malformed";
  return KIND_OF_STATUS[status] ?? "invalid";
}

const KIND_OF_STATUS: Readonly<Record<number, PartnerErrorKind>> = {
  401: "unauthorized",
  403: "forbidden",
  404: "not_found",
  405: "method_not_allowed",
  408: "timeout",
  409: "conflict",
  429: "rate_limited",
};

/** Part of an error as it is told. */
type Told = (text: string) => string;

function errorOf({ status, text }: HttpAnswer, told: Told): Omit<PartnerError, "retryAfterMs"> {
  const kind = kindOfStatus(status);
  if (status < 400) {
    return { kind, detail: `the server answers ${status}, a redirect: check the address` };
  }
  const body = errorBodySchema.safeParse(jsonOf(text)).data;
  const detail = body?.detail ?? body?.error;
  if (typeof detail === "string") {
    return { kind, detail: told(detail), ...(kind === "conflict" ? { conflict: conflictOf(body) } : {}) };
  }
  if (Array.isArray(detail) && detail.length > 0) return { kind, ...withProblems(detail, told) };
  if (kind === "conflict") {
    const conflict = conflictOf(detail ?? body);
    return { kind, detail: told(conflictText(conflict) ?? `the server answers ${status}`), conflict };
  }
  return { kind, detail: `the server answers ${status}` };
}

function withProblems(list: readonly z.infer<typeof problemSchema>[], told: Told) {
  const problems = list.map(({ loc, msg }) => ({
    field: told(String(loc.at(-1) ?? "body")),
    message: told(msg),
  }));
  return {
    detail: clipped(problems.map(({ field, message }) => `${field}: ${message}`).join("; ")),
    problems,
  };
}

function conflictOf(body: unknown): Conflict {
  const { state, reason } = conflictSchema.safeParse(body).data ?? {};
  return { state, reason };
}

function conflictText({ state, reason }: Conflict): string | undefined {
  if (reason === undefined && state === undefined) return undefined;
  return [reason ?? "refused", ...(state === undefined ? [] : [`(boost is ${state})`])].join(" ");
}

/** Part of a sentence for people: one line, whatever terminal or log it comes to. */
function clipped(text: string): string {
  const start = text.slice(0, LONGEST_DETAIL).replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]/gu, " ");
  return text.length <= LONGEST_DETAIL ? start : `${start}...`;
}
