/** The machine's monotonic clock, which all its processes share, ms. */
export function machineMs(): number {
  return Number(process.hrtime.bigint()) / 1_000_000;
}

/** What the server tells the bench; times are of the machine's clock. */
export type ServerMessage =
  | { readonly kind: "listening"; readonly port: number }
  | {
      readonly kind: "decided";
      readonly limitA: number;
      /** For each box in order. */
      readonly decidedMs: readonly number[];
    };
