import { isoUtc } from "../../src/core/iso-time.ts";
import type { Configuration } from "./configuration.ts";
import type { ChargePointHardware } from "./hardware.ts";
import type { TransactionMessage } from "./transaction-queue.ts";

export type ConnectorStatus =
  | "Available"
  | "Preparing"
  | "Charging"
  | "SuspendedEV"
  | "SuspendedEVSE"
  | "Finishing"
  | "Unavailable";

export type StopReason =
  | "EVDisconnected"
  | "Remote"
  | "PowerLoss"
  | "SoftReset"
  | "HardReset"
  | "UnlockCommand"
  | "DeAuthorized"
  | "Other";

export interface Transaction {
  /** Given by the central system; undefined until StartTransaction is answered. */
  readonly id: number | undefined;
  readonly startedWallMs: number;
}

export interface SessionDeps {
  readonly connectorId: number;
  readonly hardware: ChargePointHardware;
  readonly configuration: Configuration;
  readonly endsTransactionAtZero: boolean;
  monotonicMs(): number;
  wallMs(): number;
  send(message: TransactionMessage): void;
  onTransactionEnd(): void;
}

/** One connector's life from plug to unplug (OCPP 1.6, 4.9): who may charge, under which transaction. */
export interface Session {
  readonly status: ConnectorStatus;
  readonly transaction: Transaction | undefined;
  /** Follows the cable and the hardware; `limitA` is what the profiles allow, A per phase. */
  step(limitA: number | undefined): void;
  /** False when there is no car or a transaction runs already. */
  start(idTag: string): boolean;
  /** Ends the transaction; the car stays "Finishing" until it is unplugged. */
  stop(reason: StopReason): void;
  /** Ends the transaction as a restart of the box does: a car still plugged in begins anew. */
  restart(reason: StopReason): void;
  setOperative(isOperative: boolean): "Accepted" | "Scheduled";
}

/** A driver walks to the car before a charge begins: what a free-vend box takes to start one. */
const AUTHORIZATION_MS = 2_000;

export function createSession(deps: SessionDeps): Session {
  const { connectorId, hardware, configuration } = deps;
  let transaction: { id: number | undefined; startedWallMs: number } | undefined;
  let pluggedSinceMs: number | undefined;
  let isFinished = false;
  let isOperative = true;
  let status: ConnectorStatus = "Available";

  const isPlugged = () => hardware.state !== "available";
  const meterWh = () => Math.round(hardware.energyWh);

  function start(idTag: string): boolean {
    if (transaction !== undefined || !isPlugged() || !isOperative) return false;
    const begun: { id: number | undefined; startedWallMs: number } = {
      id: undefined,
      startedWallMs: deps.wallMs(),
    };
    transaction = begun;
    isFinished = false;
    const request = { connectorId, idTag, meterStart: meterWh(), timestamp: isoUtc(begun.startedWallMs) };
    deps.send({
      action: "StartTransaction",
      payload: () => request,
      onResult(answer) {
        begun.id = typeof answer.transactionId === "number" ? answer.transactionId : undefined;
        if (
          isRefused(answer.idTagInfo) &&
          transaction === begun &&
          configuration.isOn("StopTransactionOnInvalidId")
        )
          stop("DeAuthorized");
      },
    });
    return true;
  }

  function stop(reason: StopReason): void {
    if (transaction === undefined) return;
    const ended = transaction;
    const request = { meterStop: meterWh(), timestamp: isoUtc(deps.wallMs()), reason };
    transaction = undefined;
    isFinished = true;
    deps.send({ action: "StopTransaction", payload: () => ({ transactionId: ended.id ?? -1, ...request }) });
    deps.onTransactionEnd();
  }

  function followCable(): void {
    if (isPlugged()) {
      pluggedSinceMs ??= deps.monotonicMs();
      return;
    }
    stop("EVDisconnected");
    pluggedSinceMs = undefined;
    isFinished = false;
  }

  function vend(): void {
    if (pluggedSinceMs === undefined || isFinished || !configuration.isOn("FreeVend")) return;
    if (deps.monotonicMs() - pluggedSinceMs >= AUTHORIZATION_MS) start(configuration.text("FreeVendIdTag"));
  }

  function statusNow(): ConnectorStatus {
    if (transaction === undefined) return idleStatus();
    if (hardware.state === "charging") return "Charging";
    return hardware.offeredCurrentA > 0 ? "SuspendedEV" : "SuspendedEVSE";
  }

  function idleStatus(): ConnectorStatus {
    if (!isOperative) return "Unavailable";
    if (!isPlugged()) return "Available";
    return isFinished ? "Finishing" : "Preparing";
  }

  return {
    get status() {
      return status;
    },
    get transaction() {
      return transaction;
    },
    step(limitA) {
      followCable();
      // A Preparing of at least one step comes before the transaction, as on a real box.
      if (status === "Preparing") vend();
      const isPaused = limitA !== undefined && limitA < hardware.minCurrentA;
      if (deps.endsTransactionAtZero && isPaused) stop("Other");
      status = statusNow();
    },
    start,
    stop,
    restart(reason) {
      stop(reason);
      isFinished = false;
      pluggedSinceMs = undefined;
      status = isPlugged() ? "Preparing" : "Available";
    },
    setOperative(next) {
      isOperative = next;
      return transaction === undefined || next ? "Accepted" : "Scheduled";
    },
  };
}

function isRefused(idTagInfo: unknown): boolean {
  if (typeof idTagInfo !== "object" || idTagInfo === null) return false;
  return "status" in idTagInfo && idTagInfo.status !== "Accepted";
}
