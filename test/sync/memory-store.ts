import type { StateStore } from "../../src/ports/state-store.ts";

/** A store that lasts as long as the object: pass it on to play a restart. Values go through JSON, as on a disk. */
export function createMemoryStore(): StateStore {
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
