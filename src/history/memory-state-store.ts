import type { StateStore } from "../ports/state-store.ts";

/** Keeps values for the life of the process only: for tests, the demo, and when there is no disk. */
export function createMemoryStateStore(): StateStore {
  const texts = new Map<string, string>();
  return {
    get(key) {
      const text = texts.get(key);
      return text === undefined ? undefined : JSON.parse(text);
    },
    put(key, value) {
      texts.set(key, JSON.stringify(value));
    },
    flush() {},
    close() {},
  };
}
