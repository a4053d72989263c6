import { randomBytes } from "node:crypto";
import type { KeyChange } from "../../src/ports/wallbox-card.ts";
import type { BoxLink } from "./box-link.ts";
import type { CentralSystem } from "./central-system.ts";
import { textOf } from "./lenient-json.ts";

/** 20 bytes as 40 hexadecimal digits, which is the longest that OCPP-J 1.6 allows. */
const KEY_BYTES = 20;

/** Gives the box a new password by `AuthorizationKey`; it holds from its next connection on. */
export async function changeKey(
  link: BoxLink | undefined,
  centralSystem: Pick<CentralSystem, "passwordChanged">,
): Promise<KeyChange> {
  if (link === undefined) return { ok: false, detail: "the wallbox is not connected" };
  const key = randomBytes(KEY_BYTES).toString("hex");
  const outcome = await link.call("ChangeConfiguration", { key: "AuthorizationKey", value: key });
  if (outcome.kind === "timeout" || outcome.kind === "disconnected") {
    centralSystem.passwordChanged(link.identity, key, false);
    return {
      ok: false,
      detail: "the wallbox did not answer: the old and the new password are taken until it logs in",
    };
  }
  const status = outcome.kind === "result" ? (textOf(outcome.payload.status) ?? "") : outcome.kind;
  if (status !== "Accepted" && status !== "RebootRequired") {
    return { ok: false, detail: `the wallbox takes no new password (${status}): set it in the box itself` };
  }
  centralSystem.passwordChanged(link.identity, key, true);
  return { ok: true, key };
}
