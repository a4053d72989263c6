import type { z } from "zod";
import type { FaultScope } from "./faults.ts";
import type { Caller } from "./token-desk.ts";

export interface EndpointRequest {
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string | undefined>>;
  /** As the endpoint's `body` schema reads it. */
  readonly body: unknown;
  readonly caller: Caller;
  /** Where the Connect UI of this server stands, as the caller reaches it. */
  readonly connectUrl: string;
}

export interface EndpointAnswer {
  readonly status: number;
  readonly body?: unknown;
  /** Django's own answers are pages, no JSON. */
  readonly html?: string;
}

/** One endpoint: what it takes, what it answers and how; routes and the OpenAPI document are made of it. */
export interface Endpoint {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** Below `/api/partners/v2.0`, with `{names}` as in OpenAPI. */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly scope: Exclude<FaultScope, "all">;
  /** Not for role `user`. */
  readonly isForStaff?: boolean;
  readonly query?: readonly string[];
  readonly body?: z.ZodType;
  /** Of a 200; absent for a 204. */
  readonly answer?: z.ZodType;
  handle(request: EndpointRequest): EndpointAnswer;
}

export const NOT_FOUND: EndpointAnswer = { status: 404, body: { detail: "Not Found" } };
export const NO_CONTENT: EndpointAnswer = { status: 204 };
export const FORBIDDEN: EndpointAnswer = { status: 403, body: { detail: "Forbidden" } };

export function found(body: unknown): EndpointAnswer {
  return body === undefined ? NOT_FOUND : { status: 200, body };
}

export function unprocessable(detail: string): EndpointAnswer {
  return { status: 422, body: { detail } };
}

/** Our way of saying which field is wrong, in the shape of Django Ninja. */
export function unprocessableField(field: string, msg: string): EndpointAnswer {
  return { status: 422, body: { detail: [{ type: "value_error", loc: ["body", "payload", field], msg }] } };
}
