import type { RecordedEvent, RecordedSession } from "../ports/history.ts";
import type { HistoryBatch, MinuteRecord } from "./history-batch.ts";

/** A day and an hour of minutes, and the events and sessions of a very busy one: some 2 MB at most. */
const MOST_MINUTES = 1_500;
const MOST_EVENTS = 2_000;
const MOST_SESSIONS = 200;

/** What waits for the disk, bounded: when it is away for long the oldest goes. */
export interface HistoryQueue {
  push(more: Partial<HistoryBatch>): void;
  /** Everything that waits, to be written; undefined when there is nothing. */
  take(): HistoryBatch | undefined;
  /** What was taken could not be written. */
  putBack(batch: HistoryBatch): void;
  readonly length: number;
  /** How much had to go, since the start. */
  readonly dropped: number;
}

export function createHistoryQueue(): HistoryQueue {
  let minutes: readonly MinuteRecord[] = [];
  let sessions: readonly RecordedSession[] = [];
  let events: readonly RecordedEvent[] = [];
  let dropped = 0;

  function newest<T>(items: readonly T[], most: number): readonly T[] {
    dropped += Math.max(0, items.length - most);
    return items.length > most ? items.slice(-most) : items;
  }

  function join(older: Partial<HistoryBatch>, newer: Partial<HistoryBatch>): void {
    minutes = newest([...(older.minutes ?? []), ...(newer.minutes ?? [])], MOST_MINUTES);
    sessions = newest([...(older.sessions ?? []), ...(newer.sessions ?? [])], MOST_SESSIONS);
    events = newest([...(older.events ?? []), ...(newer.events ?? [])], MOST_EVENTS);
  }

  return {
    push: (more) => join({ minutes, sessions, events }, more),
    take() {
      if (minutes.length + sessions.length + events.length === 0) return undefined;
      const batch = { minutes, sessions, events };
      minutes = [];
      sessions = [];
      events = [];
      return batch;
    },
    putBack: (batch) => join(batch, { minutes, sessions, events }),
    get length() {
      return minutes.length + sessions.length + events.length;
    },
    get dropped() {
      return dropped;
    },
  };
}
