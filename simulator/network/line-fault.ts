/** What can be wrong with a line. A share is that of the chunks of bytes, 0..1. */
export type LineFault =
  /** Everything arrives later, in order. */
  | { readonly kind: "latency"; readonly delayMs: number; readonly jitterMs: number }
  /** Chunks vanish, as behind a gateway that drops frames. */
  | { readonly kind: "drop"; readonly share: number }
  /** All bytes vanish both ways and nobody is told: connections seem to stand, and new ones too. */
  | { readonly kind: "half_open" }
  /** Connections are reset, new ones at once. */
  | { readonly kind: "reset" }
  /** That one end has hung up is told to the other one this much later. */
  | { readonly kind: "slow_close"; readonly delayMs: number }
  /** One bit of a chunk flips. */
  | { readonly kind: "corruption"; readonly share: number }
  /** A chunk comes behind the next one, or this much later when there is none. */
  | { readonly kind: "reordering"; readonly share: number; readonly heldMs: number };

export type LineFaultKind = LineFault["kind"];

/** True for faults that leave no byte as it was sent, or none at all, so that nothing can be known through the line. */
export function isSevering({ kind }: LineFault): boolean {
  return kind === "half_open" || kind === "reset";
}
