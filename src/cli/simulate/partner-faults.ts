import {
  FAULT_SCOPES,
  type FaultInjection,
  type FaultScope,
  type PartnerFault,
} from "../../../simulator/partner/faults.ts";
import type { OptionReader } from "./option-reader.ts";

export interface ChosenFault {
  readonly fault: PartnerFault;
  readonly injection: FaultInjection;
}

const UNPROCESSABLE = JSON.stringify({
  detail: [{ type: "value_error", loc: ["body", "payload"], msg: "Simulated refusal." }],
});

const FAULTS: Readonly<Record<string, PartnerFault>> = {
  "500": { kind: "server_error" },
  "422": { kind: "status", status: 422, body: UNPROCESSABLE },
  "401": { kind: "unauthorized" },
  "429": { kind: "rate_limited", retryAfter: "1" },
  truncated: { kind: "truncated" },
  silent: { kind: "silent" },
  broken: { kind: "broken" },
};

/** Reads texts such as `500:0.05:fleet` or `latency=200`. */
export function faultsOf(texts: readonly string[], reader: OptionReader): readonly ChosenFault[] {
  return texts.flatMap((text) => {
    const chosen = faultOf(text);
    if (chosen === undefined) {
      reader.reject(
        `--fault takes KIND[:SHARE[:SCOPE]] with one of ${Object.keys(FAULTS).join(", ")}, latency=MS; not "${text}"`,
      );
      return [];
    }
    return [chosen];
  });
}

function faultOf(text: string): ChosenFault | undefined {
  const [name = "", shareText = "1", scopeText = "all"] = text.split(":");
  const delayMs = /^latency=(\d{1,6})$/.exec(name)?.[1];
  const fault: PartnerFault | undefined =
    delayMs === undefined ? FAULTS[name] : { kind: "latency", delayMs: Number(delayMs) };
  const share = Number(shareText);
  const scope = FAULT_SCOPES.find((candidate): candidate is FaultScope => candidate === scopeText);
  const isLegal = shareText !== "" && share > 0 && share <= 1;
  return fault === undefined || scope === undefined || !isLegal
    ? undefined
    : { fault, injection: { share, scope } };
}
