import { z } from "zod";
import type { HttpAnswer } from "./http-exchange.ts";
import { failure, type PartnerErrorKind, type PartnerResult } from "./partner-error.ts";
import { retryAfterMs } from "./retry-after.ts";

const LONGEST_DETAIL = 500;

const problemSchema = z.object({
  loc: z.array(z.union([z.string(), z.number()])).catch([]),
  msg: z.string(),
});

/** Django Ninja's two shapes, a sentence or a list of problems. */
const errorBodySchema = z.object({ detail: z.union([z.string(), z.array(problemSchema)]) });

/** The answer when its status is 2xx, else the error that its status and body tell. */
export function successful(answer: HttpAnswer, wallMs: number): PartnerResult<HttpAnswer> {
  if (answer.status >= 200 && answer.status < 300) return { ok: true, value: answer };
  return failure(kindOfStatus(answer.status), errorDetail(answer), retryAfterMs(answer.headers, wallMs));
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

function errorDetail(answer: HttpAnswer): string {
  if (answer.status < 400) return `the server answers ${answer.status}, a redirect: check the address`;
  const body = errorBodySchema.safeParse(jsonOf(answer.text));
  if (!body.success) return `the server answers ${answer.status}`;
  const { detail } = body.data;
  if (typeof detail === "string") return clipped(detail);
  return clipped(detail.map(({ loc, msg }) => `${loc.at(-1) ?? "body"}: ${msg}`).join("; "));
}

function clipped(text: string): string {
  return text.length <= LONGEST_DETAIL ? text : `${text.slice(0, LONGEST_DETAIL)}...`;
}
