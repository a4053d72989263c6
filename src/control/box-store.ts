import type { StateStore } from "../ports/state-store.ts";

/**
 * The part of the store that belongs to one wallbox. `isFirst`: this box also reads what a gateway remembered before
 * boxes had parts of their own.
 */
export function createBoxStore(
  store: StateStore,
  box: { readonly name: string; readonly isFirst: boolean },
): StateStore {
  const own = (key: string) => `box/${box.name}/${key}`;
  return {
    get: (key) => store.get(own(key)) ?? (box.isFirst ? store.get(key) : undefined),
    put: (key, value) => store.put(own(key), value),
    flush: () => store.flush(),
    close: () => store.close(),
  };
}
