import { isoUtc } from "../../../src/core/iso-time.ts";
import type { Clock } from "../../../src/ports/clock.ts";
import { type BoxLink, type JsonRecord, PASSED_ACTIONS } from "../box-link.ts";
import type { UpstreamLimits } from "./upstream-limits.ts";

export interface UpstreamAnswersDeps {
  readonly clock: Clock;
  readonly limits: UpstreamLimits;
  readonly limitA: () => number | undefined;
  readonly box: () => BoxLink | undefined;
  /** False refuses everything that would reach the box. */
  readonly mayCommand: boolean;
  readonly ourTransactionId: (theirs: unknown) => number | undefined;
  readonly onLimit: () => void;
  /** True when the message will be sent. */
  readonly trigger: (message: unknown) => boolean;
}

type Call = Parameters<BoxLink["call"]>[0];

const REJECTED = { status: "Rejected" };

/** How each action says no (OCPP 1.6 section 7); the rest cannot, and is not implemented then. */
const refusals: Partial<Record<Call, JsonRecord>> = {
  CancelReservation: REJECTED,
  ChangeAvailability: REJECTED,
  ClearCache: REJECTED,
  DataTransfer: REJECTED,
  RemoteStartTransaction: REJECTED,
  RemoteStopTransaction: REJECTED,
  ReserveNow: REJECTED,
  Reset: REJECTED,
  SendLocalList: { status: "Failed" },
  UnlockConnector: { status: "NotSupported" },
};

/**
 * What comes down from another central system. Nothing of it can raise the current: profiles become a limit, and the
 * settings of the box are ours. Undefined for an action that nobody knows.
 */
export function createUpstreamAnswers(deps: UpstreamAnswersDeps) {
  const { clock, limits } = deps;

  async function passed(action: Call, payload: object): Promise<JsonRecord | undefined> {
    const isHarmless = action === "GetConfiguration" || action === "GetLocalListVersion";
    if (!deps.mayCommand && !isHarmless) return refusals[action];
    const outcome = await deps.box()?.call(action, payload);
    if (outcome?.kind === "result") return outcome.payload;
    return outcome?.kind === "error" ? undefined : refusals[action];
  }

  function changed(answer: JsonRecord): JsonRecord {
    deps.onLimit();
    return answer;
  }

  function composite({ connectorId, duration }: JsonRecord): JsonRecord {
    const limitA = deps.limitA();
    if (limitA === undefined) return REJECTED;
    const startSchedule = isoUtc(clock.wallMs());
    const chargingSchedulePeriod = [{ startPeriod: 0, limit: Math.round(limitA * 10) / 10 }];
    return {
      status: "Accepted",
      connectorId,
      scheduleStart: startSchedule,
      chargingSchedule: { duration, startSchedule, chargingRateUnit: "A", chargingSchedulePeriod },
    };
  }

  return async (action: string, payload: JsonRecord): Promise<JsonRecord | undefined> => {
    switch (action) {
      case "SetChargingProfile":
        return changed(limits.set(payload, clock.wallMs()));
      case "ClearChargingProfile":
        return changed(limits.clear(payload));
      case "GetCompositeSchedule":
        return composite(payload);
      case "ChangeConfiguration":
        return REJECTED;
      case "TriggerMessage":
        return { status: deps.trigger(payload.requestedMessage) ? "Accepted" : "NotImplemented" };
      case "RemoteStartTransaction":
        // A profile that comes along is not passed on: it could raise.
        return passed(action, { connectorId: payload.connectorId ?? 1, idTag: payload.idTag });
      case "RemoteStopTransaction": {
        const transactionId = deps.ourTransactionId(payload.transactionId);
        return transactionId === undefined ? REJECTED : passed(action, { transactionId });
      }
      default: {
        const known = PASSED_ACTIONS.find((name) => name === action);
        return known === undefined ? undefined : passed(known, payload);
      }
    }
  };
}
