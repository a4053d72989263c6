/** Sends one event; `done` says whether the broker confirmed it. False when it cannot be sent now. */
export type SendEvent = (payload: string, done: (isConfirmed: boolean) => void) => boolean;

/** Events waiting for the broker: first in, first out, each until the broker confirmed it. */
export interface EventSpool {
  push(payload: string): void;
  /** Sends what may be on its way at a time. Call it after a push, a connect and nowhere else. */
  pump(): void;
  readonly length: number;
  /** Oldest events that had to go for newer ones. */
  readonly dropped: number;
}

const WINDOW = 16;

/** A spool of at most `capacity` events in memory; `send` is called for at most 16 unconfirmed ones. */
export function createEventSpool(capacity: number, send: SendEvent): EventSpool {
  const entries: { readonly payload: string; isOnItsWay: boolean }[] = [];
  let onTheirWay = 0;
  let dropped = 0;

  function drop(entry: (typeof entries)[number]): boolean {
    const index = entries.indexOf(entry);
    if (index >= 0) entries.splice(index, 1);
    return index >= 0;
  }

  function sendOne(entry: (typeof entries)[number]): boolean {
    entry.isOnItsWay = true;
    onTheirWay += 1;
    const isSent = send(entry.payload, (isConfirmed) => {
      entry.isOnItsWay = false;
      onTheirWay -= 1;
      if (!isConfirmed) return;
      drop(entry);
      pump();
    });
    if (isSent) return true;
    entry.isOnItsWay = false;
    onTheirWay -= 1;
    return false;
  }

  function pump(): void {
    for (const entry of entries.slice(0, 2 * WINDOW)) {
      if (onTheirWay >= WINDOW) return;
      if (!entry.isOnItsWay && !sendOne(entry)) return;
    }
  }

  return {
    push(payload) {
      entries.push({ payload, isOnItsWay: false });
      if (entries.length <= capacity) return;
      const [oldest] = entries;
      if (oldest !== undefined && drop(oldest)) dropped += 1;
    },
    pump,
    get length() {
      return entries.length;
    },
    get dropped() {
      return dropped;
    },
  };
}
