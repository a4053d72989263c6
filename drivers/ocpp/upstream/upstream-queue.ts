import type { StateStore } from "../../../src/ports/state-store.ts";
import type { CallOutcome, JsonRecord } from "../box-link.ts";
import { integerOf, listOf, recordOf, textOf } from "../lenient-json.ts";

/** Starts and stops are worth money and kept before everything else; of meter values the newest. */
const MAX_METER_VALUES = 200;
/** Without meter values the starts and stops of months; beyond that the oldest go. */
const MAX_MESSAGES = 400;
const MAX_IDS = 50;
/** Signed meter values are about as large as this; more would fill the store. */
const MAX_PAYLOAD_CHARACTERS = 8_000;
/** What was refused so often, or meter values without an answer, will not be taken. */
const MAX_ATTEMPTS = 3;
/** Silence is an outage, which starts and stops outlast: so many times a call timeout and a retry are two hours. */
const MAX_SILENT_ATTEMPTS = 100;
const RETRY_MS = 30_000;

export type QueuedAction = "StartTransaction" | "MeterValues" | "StopTransaction";

export interface Queued {
  readonly action: QueuedAction;
  readonly payload: JsonRecord;
  /** Our number of the transaction. */
  readonly id: number | undefined;
}

export interface UpstreamQueueDeps {
  readonly store: StateStore;
  readonly call: (action: QueuedAction, payload: object) => Promise<CallOutcome>;
  readonly monotonicMs: () => number;
  /** So many starts and stops waited in vain: a message that is worth money was given up for a newer one. */
  readonly onLost: (message: Queued) => void;
  /** What it says of the tag of a start. */
  readonly onTag: (idTag: unknown, idTagInfo: unknown) => void;
}

/** Messages about transactions on their way up: bounded, in order, kept over a restart. */
export interface UpstreamQueue {
  readonly length: number;
  /** A start or stop that the box repeats, because it missed our answer, goes up once. */
  push(message: Queued): void;
  /** The number by which the other central system knows a transaction of ours, and the other way round. */
  upstreamId(id: number | undefined): number | undefined;
  ourId(upstreamId: unknown): number | undefined;
  /** Sends what is queued until it is empty or something is not taken. */
  drain(): Promise<void>;
}

export function createUpstreamQueue(key: string, deps: UpstreamQueueDeps): UpstreamQueue {
  const { store } = deps;
  const kept = recordOf(store.get(key));
  let messages: readonly Queued[] = listOf(kept.messages, MAX_MESSAGES).flatMap(queuedOf);
  let ids: readonly (readonly [ours: number, theirs: number])[] = listOf(kept.ids, MAX_IDS).flatMap(pairOf);
  /** Our numbers of the transactions whose stop was taken. */
  let ended: readonly number[] = listOf(kept.ended, MAX_IDS).flatMap((id) => integerOf(id) ?? []);
  let isDraining = false;
  let silences = 0;
  let refusals = 0;
  let notBeforeMs = Number.NEGATIVE_INFINITY;

  function save(isImportant: boolean): void {
    store.put(key, { messages, ids, ended });
    if (isImportant) store.flush();
  }

  const upstreamId = (id: number | undefined) => ids.find(([ours]) => ours === id)?.[1];

  function withinBounds(next: readonly Queued[]): readonly Queued[] {
    const meterValues = next.filter(({ action }) => action === "MeterValues").length;
    let tooMany = Math.max(meterValues - MAX_METER_VALUES, next.length - MAX_MESSAGES);
    const kept = next.filter(({ action }) => {
      if (tooMany <= 0 || action !== "MeterValues") return true;
      tooMany--;
      return false;
    });
    const lost = kept.slice(0, Math.max(0, kept.length - MAX_MESSAGES));
    for (const message of lost) deps.onLost(message);
    return kept.slice(lost.length);
  }

  function isRepeated({ action, id }: Queued): boolean {
    if (action === "MeterValues" || id === undefined) return false;
    if (messages.some((other) => other.action === action && other.id === id)) return true;
    return action === "StartTransaction" ? upstreamId(id) !== undefined : ended.includes(id);
  }

  function payloadOf({ action, payload, id }: Queued): JsonRecord {
    if (action === "StartTransaction") return payload;
    const { transactionId: _ours, ...rest } = payload;
    const theirs = upstreamId(id);
    if (theirs !== undefined) return { ...rest, transactionId: theirs };
    // A stop must have a number: -1 is what charge points use for one that was never given.
    return action === "StopTransaction" ? { ...rest, transactionId: -1 } : rest;
  }

  function taken(message: Queued, answer: JsonRecord): void {
    if (message.action === "StartTransaction") deps.onTag(message.payload.idTag, answer.idTagInfo);
    const theirs = message.action === "StartTransaction" ? integerOf(answer.transactionId) : undefined;
    if (theirs !== undefined && message.id !== undefined)
      ids = [...ids, [message.id, theirs] as const].slice(-MAX_IDS);
    if (message.action === "StopTransaction" && message.id !== undefined)
      ended = [...ended, message.id].slice(-MAX_IDS);
  }

  function isHopeless({ action }: Queued, { kind }: CallOutcome): boolean {
    if (kind === "error") refusals++;
    else silences++;
    const mostSilences = action === "MeterValues" ? MAX_ATTEMPTS : MAX_SILENT_ATTEMPTS;
    return refusals >= MAX_ATTEMPTS || silences >= mostSilences;
  }

  /** True when the next one may be sent. */
  function settle(message: Queued, outcome: CallOutcome): boolean {
    if (outcome.kind === "disconnected") return false;
    if (outcome.kind === "result") taken(message, outcome.payload);
    else if (!isHopeless(message, outcome)) {
      notBeforeMs = deps.monotonicMs() + RETRY_MS;
      return false;
    }
    silences = 0;
    refusals = 0;
    messages = messages.filter((other) => other !== message);
    save(message.action !== "MeterValues");
    return true;
  }

  return {
    get length() {
      return messages.length;
    },
    push(message) {
      if (JSON.stringify(message.payload).length > MAX_PAYLOAD_CHARACTERS || isRepeated(message)) return;
      messages = withinBounds([...messages, message]);
      save(message.action !== "MeterValues");
    },
    upstreamId,
    ourId: (theirs) => ids.find(([, known]) => known === theirs)?.[0],
    async drain() {
      if (isDraining || deps.monotonicMs() < notBeforeMs) return;
      isDraining = true;
      for (let head = messages[0]; head !== undefined; head = messages[0]) {
        const outcome = await deps.call(head.action, payloadOf(head));
        if (!settle(head, outcome)) break;
      }
      isDraining = false;
    },
  };
}

function queuedOf(item: unknown): readonly Queued[] {
  const { action, payload, id } = recordOf(item);
  const known = (["StartTransaction", "MeterValues", "StopTransaction"] as const).find(
    (name) => name === textOf(action),
  );
  return known === undefined ? [] : [{ action: known, payload: recordOf(payload), id: integerOf(id) }];
}

function pairOf(item: unknown): readonly (readonly [number, number])[] {
  const [ours, theirs] = listOf(item, 2).map(integerOf);
  return ours === undefined || theirs === undefined ? [] : [[ours, theirs]];
}
