import type { FastifyReply } from "fastify";
import type { z } from "zod";

/** One entry of a 422 answer, in the shape of the Partner API. */
export interface FieldProblem {
  readonly type: string;
  readonly loc: readonly (string | number)[];
  readonly msg: string;
}

/** Every error answer is `{"detail": ...}`: a sentence, or the list of a 422. `more` adds stable codes. */
export function sendProblem(
  reply: FastifyReply,
  status: number,
  detail: string | readonly FieldProblem[],
  more: Readonly<Record<string, string>> = {},
): FastifyReply {
  return reply.code(status).send({ detail, ...more });
}

export function fieldProblems(error: z.ZodError, place: "body" | "query" = "body"): FieldProblem[] {
  return error.issues.slice(0, 20).map((issue) => ({
    type: issue.code,
    loc: [place, ...issue.path.map((part) => (typeof part === "number" ? part : String(part)))],
    msg: issue.message,
  }));
}
