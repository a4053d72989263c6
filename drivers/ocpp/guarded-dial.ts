import type { WebSocket } from "ws";
import type { JsonRecord } from "./box-link.ts";
import { type Wire, wireOf } from "./guarded-transport.ts";
import { recordOf } from "./lenient-json.ts";
import { createRPCError, RPCClient } from "./rpc-library.ts";

const MAX_PAYLOAD_BYTES = 256 * 1024;
const HANDSHAKE_TIMEOUT_MS = 30_000;
const MAX_BAD_MESSAGES = 50;

export interface DialOptions {
  /** Without the identity: `wss://host/path`. */
  readonly url: string;
  readonly identity: string;
  readonly password: string | undefined;
}

export interface DialListener {
  /** The payload of the CALLRESULT; undefined for an action that is not known. */
  onCall(action: string, payload: JsonRecord): Promise<JsonRecord | undefined>;
  onTraffic(): void;
  onClosed(): void;
}

/** Dials another central system as a charge point, once. Undefined when it cannot be reached; never rejects. */
export async function dialWire(
  { url, identity, password }: DialOptions,
  listener: DialListener,
): Promise<Wire | undefined> {
  // The types of the library ask for every option, its code for none.
  const options = {
    endpoint: url,
    identity,
    protocols: ["ocpp1.6"],
    reconnect: false,
    callTimeoutMs: 0,
    pingIntervalMs: 0,
    callConcurrency: Number.POSITIVE_INFINITY,
    maxBadMessages: MAX_BAD_MESSAGES,
    wsOpts: { maxPayload: MAX_PAYLOAD_BYTES, handshakeTimeout: HANDSHAKE_TIMEOUT_MS },
    ...(password !== undefined && { password }),
  };
  const client = new RPCClient(options as never);
  client.handle(async ({ method = "", params }) => {
    const answer = await listener.onCall(method, recordOf(params));
    if (answer === undefined) throw createRPCError("NotImplemented", "", {});
    return answer;
  });
  try {
    await client.connect();
  } catch {
    return undefined;
  }
  const { _ws: socket } = client as unknown as { readonly _ws: WebSocket };
  client.on("message", ({ outbound }: { readonly outbound: boolean }) => {
    if (!outbound) listener.onTraffic();
  });
  client.on("ping", () => listener.onTraffic());
  client.on("socketError", () => setImmediate(() => socket.terminate()));
  client.once("close", () => listener.onClosed());
  return wireOf(client, socket);
}
