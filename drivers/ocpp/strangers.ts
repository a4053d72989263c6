import type { Clock } from "../../src/ports/clock.ts";
import type { Stranger, StrangerReason } from "../../src/ports/wallbox-card.ts";
import { type Hello, identityCandidates } from "./handshake.ts";

const MAX_STRANGERS = 32;

/** Who dialled and was refused, for pairing: the newest, a bounded number. */
export interface Strangers {
  note(hello: Hello, reason: StrangerReason): void;
  /** Newest first. */
  list(): readonly Stranger[];
  forget(identity: string): void;
}

export function createStrangers(clock: Clock): Strangers {
  const known = new Map<string, Stranger>();
  return {
    note(hello, reason) {
      const identity = (identityCandidates(hello.url)?.[0] ?? "").slice(0, 48);
      if (!/^[\x21-\x7e]+$/.test(identity)) return;
      const before = known.get(identity);
      known.delete(identity);
      known.set(identity, {
        identity,
        reason,
        remoteAddress: hello.remoteAddress,
        subprotocols: (hello.subprotocols ?? "").slice(0, 80),
        offersPassword: hello.authorization !== undefined,
        isEncrypted: hello.isEncrypted,
        attempts: (before?.attempts ?? 0) + 1,
        lastSeenWallMs: clock.wallMs(),
      });
      const oldest = known.keys().next();
      if (known.size > MAX_STRANGERS && !oldest.done) known.delete(oldest.value);
    },
    list: () => [...known.values()].reverse(),
    forget: (identity) => void known.delete(identity),
  };
}
