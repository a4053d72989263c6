/** Changes, but for one chance in four thousand million, when any register changes. */
export interface StampHash {
  add(registers: readonly number[]): void;
  text(): string;
}

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** FNV-1a over whole registers. */
export function createStampHash(): StampHash {
  let hash = FNV_OFFSET;
  return {
    add(registers) {
      for (const register of registers) hash = Math.imul(hash ^ register, FNV_PRIME);
    },
    text: () => (hash >>> 0).toString(36),
  };
}
