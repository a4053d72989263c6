import type { z } from "zod";

/** One request of the Partner API as a value: what it asks, what may be sent and how its answer is read. */
export interface PartnerCall<T> {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** Below `/api/partners/v2.0`; `{org_id}` is filled in. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  /** Checked against `schema` before anything leaves. */
  readonly body?: { readonly value: unknown; readonly schema: z.ZodType };
  /** How a 2xx answer is read; undefined where it has no body that matters. */
  readonly answer: z.ZodType<T> | undefined;
  /** Doing it twice is the same as doing it once, so that it may be tried again after an answer got lost. */
  readonly isRepeatable: boolean;
}

export function getCall<T>(
  path: string,
  answer: z.ZodType<T>,
  query: PartnerCall<T>["query"] = {},
): PartnerCall<T> {
  return { method: "GET", path, query, answer, isRepeatable: true };
}

/** A partial update: only what `value` names changes, so it may be repeated. */
export function putCall<T>(
  path: string,
  body: NonNullable<PartnerCall<T>["body"]>,
  answer: z.ZodType<T>,
): PartnerCall<T> {
  return { method: "PUT", path, body, answer, isRepeatable: true };
}

/** Creates something: repeated only when the server certainly did nothing. */
export function postCall<T>(
  path: string,
  body: NonNullable<PartnerCall<T>["body"]>,
  answer: z.ZodType<T>,
): PartnerCall<T> {
  return { method: "POST", path, body, answer, isRepeatable: false };
}

/** A POST or DELETE without bodies that is idempotent by its contract. */
export function commandCall(method: "POST" | "DELETE", path: string): PartnerCall<undefined> {
  return { method, path, answer: undefined, isRepeatable: true };
}

/** Path of one user; ids come from people and files, so they are escaped. */
export function userPath(userId: string, ...rest: readonly string[]): string {
  return ["/org/{org_id}/users", ...[userId, ...rest].map(encodeURIComponent)].join("/");
}
