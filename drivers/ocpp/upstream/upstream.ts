import type { Logger } from "pino";
import { isoUtc, parseIsoMs } from "../../../src/core/iso-time.ts";
import type { PhaseCount } from "../../../src/core/units.ts";
import type { Clock } from "../../../src/ports/clock.ts";
import type { StateStore } from "../../../src/ports/state-store.ts";
import type { BoxLink, IncomingAction, JsonRecord } from "../box-link.ts";
import type { DialOptions } from "../guarded-dial.ts";
import { integerOf, recordOf, textOf } from "../lenient-json.ts";
import type { TagStatus } from "../tag-verdict.ts";
import { createUpstreamAnswers } from "./upstream-answers.ts";
import { createUpstreamLimits } from "./upstream-limits.ts";
import { createUpstreamLine } from "./upstream-line.ts";
import { createUpstreamQueue, type QueuedAction } from "./upstream-queue.ts";
import { createUpstreamTags } from "./upstream-tags.ts";

export interface UpstreamOptions extends DialOptions {
  /** False refuses everything that would reach the box: it may watch and limit only. */
  readonly mayCommand: boolean;
  /** False: tags are judged here alone. */
  readonly isAskedForTags: boolean;
  /** Prefix of what is stored. */
  readonly key: string;
}

export interface UpstreamDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly store: StateStore;
  readonly box: () => BoxLink | undefined;
  readonly phases: () => PhaseCount;
  readonly session: () => { readonly startedWallMs: number } | undefined;
  /** Known here, and not asked for there. */
  readonly isTagListed: (idTag: string) => boolean;
  /** A limit came or went. */
  readonly onLimit: () => void;
}

/**
 * A second central system for one wallbox, to which we are the charge point. It hears what the box says, may send it
 * what does not touch its current, and its charging profiles are one limit among ours. It being away changes nothing for
 * the box.
 */
export interface Upstream {
  readonly isConnected: boolean;
  /** Messages that it has not taken yet. */
  readonly queued: number;
  /** A per phase; undefined when it sets none. */
  limitA(): number | undefined;
  /** A CALL of the box, and what we answered. */
  boxSaid(action: IncomingAction, payload: JsonRecord, answer: JsonRecord): void;
  /** What it says of a tag that is not known here; undefined where it is not asked. */
  verdict(idTag: string): Promise<TagStatus | undefined> | undefined;
  stop(): void;
}

const MAX_CONNECTORS = 10;

export function createUpstream(options: UpstreamOptions, deps: UpstreamDeps): Upstream {
  const { clock, log, store } = deps;
  const bootKey = `${options.key}/boot`;
  const statuses = new Map<number, JsonRecord>();
  const limits = createUpstreamLimits(`${options.key}/limits`, store);
  const queue = createUpstreamQueue(`${options.key}/queue`, {
    store,
    monotonicMs: clock.monotonicMs,
    call: (action, payload) => line.call(action, payload),
    onLost: ({ action, id }) =>
      log.error(
        { action, id },
        "the upstream central system has been away for too long: it will never hear of this",
      ),
    onTag: (idTag, idTagInfo) => tags.heard(idTag, idTagInfo),
  });
  const tags = createUpstreamTags(`${options.key}/tags`, {
    clock,
    store,
    isRegistered: () => line.isRegistered,
    call: (action, payload) => line.call(action, payload),
  });
  const isAskedFor = (idTag: string) => options.isAskedForTags && !deps.isTagListed(idTag);
  const line = createUpstreamLine(options, {
    clock,
    log,
    boot() {
      const boot = recordOf(store.get(bootKey));
      return boot.chargePointVendor === undefined ? undefined : boot;
    },
    answer: createUpstreamAnswers({
      clock,
      limits,
      limitA,
      box: deps.box,
      mayCommand: options.mayCommand,
      ourTransactionId: queue.ourId,
      onLimit: deps.onLimit,
      trigger,
    }),
    onRegistered() {
      tellStatuses();
      void queue.drain();
    },
    onTick: () => void queue.drain(),
  });

  function limitA(): number | undefined {
    const startedWallMs = deps.session()?.startedWallMs;
    return limits.limitA({ nowWallMs: clock.wallMs(), phases: deps.phases(), startedWallMs });
  }

  function tellStatuses(): void {
    for (const status of statuses.values()) void line.call("StatusNotification", status);
  }

  /** What was asked for comes after the answer to the asking. */
  function trigger(message: unknown): boolean {
    switch (message) {
      case "BootNotification":
        line.registerSoon();
        return true;
      case "StatusNotification":
        setImmediate(tellStatuses);
        return true;
      case "Heartbeat":
        setImmediate(() => void line.call("Heartbeat", {}));
        return true;
      default:
        return false;
    }
  }

  function tell(action: IncomingAction, payload: JsonRecord): void {
    if (line.isRegistered) void line.call(action, payload);
  }

  function enqueue(action: QueuedAction, payload: JsonRecord, id: unknown): void {
    queue.push({ action, payload, id: integerOf(id) });
    if (line.isRegistered) void queue.drain();
  }

  /** A start that came without a time, or from another OCPP version, began now. */
  function dated(payload: JsonRecord): JsonRecord {
    const isDated = parseIsoMs(textOf(payload.timestamp) ?? "") !== undefined;
    return isDated ? payload : { ...payload, timestamp: isoUtc(clock.wallMs()) };
  }

  function rememberStatus(payload: JsonRecord): void {
    const connectorId = integerOf(payload.connectorId) ?? 1;
    if (statuses.size < MAX_CONNECTORS || statuses.has(connectorId)) statuses.set(connectorId, payload);
  }

  function boxSaid(action: IncomingAction, payload: JsonRecord, answer: JsonRecord): void {
    switch (action) {
      case "BootNotification":
        store.put(bootKey, payload);
        tell(action, payload);
        return;
      case "StatusNotification":
        rememberStatus(payload);
        tell(action, payload);
        return;
      case "StartTransaction":
        enqueue(action, dated(payload), answer.transactionId);
        return;
      case "StopTransaction":
        limits.endTransaction();
        enqueue(action, payload, payload.transactionId);
        return;
      case "MeterValues":
        enqueue(action, payload, payload.transactionId);
        return;
      case "Authorize":
        // Where it is asked, it hears it by that.
        if (!isAskedFor(textOf(payload.idTag) ?? "")) tell(action, payload);
        return;
      case "DataTransfer":
      case "DiagnosticsStatusNotification":
      case "FirmwareStatusNotification":
        tell(action, payload);
        return;
      case "Heartbeat":
      case "LogStatusNotification":
      case "SecurityEventNotification":
      case "SignCertificate":
      case "SignedFirmwareStatusNotification":
        return;
    }
  }

  return {
    get isConnected() {
      return line.isRegistered;
    },
    get queued() {
      return queue.length;
    },
    limitA,
    boxSaid,
    verdict: (idTag) => (isAskedFor(idTag) ? tags.verdict(idTag) : undefined),
    stop: () => line.stop(),
  };
}
