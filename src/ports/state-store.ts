/**
 * Small values that survive a restart: last good config, machine snapshot, counters, newest unsent status.
 * Values are JSON. Writing never throws and never blocks control: a broken disk is logged and retried.
 */
export interface StateStore {
  /** The stored value, or undefined when absent or unreadable. The caller validates it. */
  get(key: string): unknown;
  /** Kept in memory at once; reaches the disk at the next flush (each minute, or `flush`). */
  put(key: string, value: unknown): void;
  /** Writes what is pending now: on state transitions and at shutdown. */
  flush(): void;
  close(): void;
}
