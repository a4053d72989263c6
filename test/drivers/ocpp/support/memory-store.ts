import type { StateStore } from "../../../../src/ports/state-store.ts";

/** A store that keeps JSON texts, as the real one does: two drivers on it see each other's values. */
export function createMemoryStore(): StateStore {
  const values = new Map<string, string>();
  return {
    get(key) {
      const text = values.get(key);
      return text === undefined ? undefined : JSON.parse(text);
    },
    put: (key, value) => void values.set(key, JSON.stringify(value)),
    flush() {},
    close() {},
  };
}
