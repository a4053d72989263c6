import type { z } from "zod";

/** How an OCPP-J CALL is answered; `after` runs once the answer is on the wire. */
export type RpcAnswer =
  | { readonly kind: "result"; readonly payload: object; readonly after?: () => void }
  | { readonly kind: "error"; readonly code: string; readonly description: string }
  /** Quirky boxes: no answer at all. */
  | { readonly kind: "silence" };

export function result(payload: object, after?: () => void): RpcAnswer {
  return after === undefined ? { kind: "result", payload } : { kind: "result", payload, after };
}

export function rpcError(code: string, description: string): RpcAnswer {
  return { kind: "error", code, description };
}

/** CALLERROR for a payload that breaks its schema; the codes are those of OCPP-J 1.6, misspelling included. */
export function refusal(error: z.ZodError): RpcAnswer {
  const issue = error.issues[0];
  const description = `${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`;
  switch (issue?.code) {
    case "invalid_type":
      return rpcError("TypeConstraintViolation", description);
    case "unrecognized_keys":
      return rpcError("FormationViolation", description);
    case "too_small":
    case "too_big":
      return rpcError(
        issue.origin === "array" ? "OccurenceConstraintViolation" : "PropertyConstraintViolation",
        description,
      );
    default:
      return rpcError("PropertyConstraintViolation", description);
  }
}
