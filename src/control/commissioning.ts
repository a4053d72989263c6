import type { Logger } from "pino";
import {
  afterMoment,
  type BalanceVerdict,
  balanceVerdict,
  initialBalance,
  type SignRole,
} from "../core/balance-check.ts";
import type { TickReport } from "../core/tick-report.ts";
import type { ReportSink } from "../ports/report-sink.ts";

export interface CommissioningDevice {
  readonly name: string;
  readonly roles: readonly string[];
  /** Roles whose sign the config turns already. */
  readonly invert: readonly string[];
}

/** Watches the balance of the house and says which setting turns a wrong sign. */
export interface Commissioning extends ReportSink {
  verdict(): BalanceVerdict;
  /** What to change, one sentence for each wrong sign. */
  advice(): readonly string[];
}

/** It never turns a sign by itself: what the car draws hangs on it. */
export function createCommissioning(
  devices: readonly CommissioningDevice[],
  { log }: { readonly log: Logger },
): Commissioning {
  let record = initialBalance;
  let verdict: BalanceVerdict = { kind: "checking" };

  function advice(): readonly string[] {
    return verdict.kind === "wrong_sign" ? verdict.roles.flatMap((role) => adviceFor(role, devices)) : [];
  }

  function tell(next: BalanceVerdict): void {
    const isNew = JSON.stringify(next) !== JSON.stringify(verdict);
    const wasWrong = verdict.kind === "wrong_sign";
    verdict = next;
    if (!isNew) return;
    if (next.kind === "wrong_sign") log.warn({ advice: advice() }, "powers of the house do not add up");
    else if (next.kind === "plausible") log.info("powers of the house add up");
    else if (wasWrong) log.info("powers of the house are checked anew");
  }

  return {
    report({ monotonicMs, powers }: TickReport) {
      record = afterMoment(record, { nowMs: monotonicMs, ...powers });
      tell(balanceVerdict(record));
    },
    verdict: () => verdict,
    advice,
  };
}

function adviceFor(role: SignRole, devices: readonly CommissioningDevice[]): readonly string[] {
  return devices
    .filter(({ roles }) => roles.includes(role))
    .map(({ name, invert }) =>
      invert.includes(role)
        ? `the ${role} power of ${name} has the wrong sign: remove ${role} from its invert`
        : `the ${role} power of ${name} has the wrong sign: give it invert: [${role}]`,
    );
}
