import type { SetChargingProfileRequest } from "ocpp-ts";
import type { ApplyResult } from "../../src/ports/wallbox.ts";
import type { BoxLink, CallOutcome } from "./box-link.ts";
import { textOf } from "./lenient-json.ts";
import type { WriteBudget } from "./write-budget.ts";

/** What a box made of one SetChargingProfile. */
export type SendOutcome =
  | { readonly kind: "accepted" }
  | { readonly kind: "refused"; readonly detail: string }
  /** It knows no smart charging. */
  | { readonly kind: "unsupported"; readonly detail: string }
  | { readonly kind: "timeout" }
  | { readonly kind: "disconnected" };

export async function sendProfile(
  link: BoxLink,
  profile: SetChargingProfileRequest,
  budget: WriteBudget,
): Promise<SendOutcome> {
  const outcome = sendOutcome(await link.call("SetChargingProfile", profile));
  // A box that did not answer may have stored it all the same.
  if (outcome.kind === "accepted" || outcome.kind === "timeout") budget.record();
  return outcome;
}

function sendOutcome(outcome: CallOutcome): SendOutcome {
  switch (outcome.kind) {
    case "result":
      return statusOutcome(textOf(outcome.payload.status) ?? "no status");
    case "error": {
      const detail = `${outcome.code} ${outcome.detail}`.trim();
      const isUnknown = outcome.code === "NotSupported" || outcome.code === "NotImplemented";
      return { kind: isUnknown ? "unsupported" : "refused", detail };
    }
    case "timeout":
    case "overloaded":
      return { kind: "timeout" };
    case "disconnected":
      return { kind: "disconnected" };
  }
}

function statusOutcome(status: string): SendOutcome {
  switch (status.toLowerCase()) {
    case "accepted":
      return { kind: "accepted" };
    case "notsupported":
      return { kind: "unsupported", detail: status };
    default:
      return { kind: "refused", detail: status };
  }
}

/** The outcome as the port has it. */
export function applyResultOf(outcome: SendOutcome): ApplyResult {
  switch (outcome.kind) {
    case "accepted":
      return { kind: "written" };
    case "refused":
    case "unsupported":
      return { kind: "failed", fault: { kind: "refused", detail: outcome.detail, code: undefined } };
    case "timeout":
      return { kind: "failed", fault: { kind: "timeout", detail: "no answer to SetChargingProfile" } };
    case "disconnected":
      return { kind: "deferred", because: "disconnected" };
  }
}
