/**
 * What received bytes amount to. `foreign`: another master's question or an answer that nobody here asked for.
 * `garbage`: the stream is out of step and only a new connection heals it.
 */
export type Received =
  | { readonly kind: "nothing" }
  | { readonly kind: "foreign"; readonly isRequest: boolean }
  | { readonly kind: "frame"; readonly frame: Buffer }
  | { readonly kind: "garbage"; readonly detail: string };

export const NOTHING: Received = { kind: "nothing" };

/**
 * How requests and answers look on the wire. Both sides are RTU frames (unit, PDU, CRC) here, as the codec speaks
 * them. One request is awaited at a time; only its answer comes out.
 */
export interface Framing {
  /** The bytes to send for the RTU frame `request`, whose answer is awaited from now on. */
  wrap(request: Buffer): Buffer;
  push(chunk: Buffer): Received;
}
