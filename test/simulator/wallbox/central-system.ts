import type { AddressInfo } from "node:net";
import { RPCServer } from "ocpp-rpc";

type Payload = Record<string, unknown>;

export interface ReceivedCall {
  readonly action: string;
  readonly payload: Payload;
  readonly atWallMs: number;
}

/** A central system that accepts everything, keeps a list of what it was sent, and does what a test says. */
export interface CentralSystem {
  readonly url: string;
  readonly received: readonly ReceivedCall[];
  /** Answers for one action instead of the usual one; throwing answers CALLERROR. */
  script(action: string, answer: (payload: Payload) => Payload | Promise<Payload>): void;
  of(action: string): Payload[];
  /** StatusNotification of connector 1, in order. */
  statuses(): string[];
  call(action: string, payload: object): Promise<Payload>;
  readonly connections: number;
  /** Reads and answers nothing any more on the newest connection, not even pings. */
  freeze(): void;
  /** Breaks the newest connection. */
  disconnect(): Promise<unknown>;
  close(): Promise<void>;
}

/** What is used of ocpp-rpc's connection. */
interface Client {
  call(action: string, payload: object): Promise<unknown>;
  handle(handler: (call: { readonly method: string; readonly params: unknown }) => unknown): void;
  close(options: { readonly force: boolean }): Promise<unknown>;
  readonly _ws: { pause(): void };
}

/** `wallMs` is the time it tells the boxes. Strict where the schemas are loaded: beside a daemon in one process they are not. */
export async function createCentralSystem(
  wallMs: () => number,
  { port = 0, isStrict = true }: { readonly port?: number; readonly isStrict?: boolean } = {},
): Promise<CentralSystem> {
  const server = new RPCServer({ protocols: ["ocpp1.6"], strictMode: isStrict });
  const received: ReceivedCall[] = [];
  const scripts = new Map<string, (payload: Payload) => Payload | Promise<Payload>>();
  let newest: Client | undefined;
  let connections = 0;
  let nextTransactionId = 1;

  const currentTime = () => new Date(wallMs()).toISOString();
  const usual: Record<string, () => Payload> = {
    BootNotification: () => ({ status: "Accepted", currentTime: currentTime(), interval: 300 }),
    Heartbeat: () => ({ currentTime: currentTime() }),
    StartTransaction: () => ({ transactionId: nextTransactionId++, idTagInfo: { status: "Accepted" } }),
    StopTransaction: () => ({ idTagInfo: { status: "Accepted" } }),
  };

  server.on("client", (client: Client) => {
    newest = client;
    connections += 1;
    client.handle(({ method, params }) => {
      const payload = (params ?? {}) as Payload;
      received.push({ action: method, payload, atWallMs: wallMs() });
      return scripts.get(method)?.(payload) ?? usual[method]?.() ?? {};
    });
  });
  const http = await server.listen(port, "127.0.0.1");
  const of = (action: string) =>
    received.filter((call) => call.action === action).map(({ payload }) => payload);

  return {
    url: `ws://127.0.0.1:${(http.address() as AddressInfo).port}/ocpp`,
    received,
    script: (action, answer) => scripts.set(action, answer),
    of,
    statuses: () =>
      of("StatusNotification")
        .filter(({ connectorId }) => connectorId === 1)
        .map(({ status }) => String(status)),
    async call(action, payload) {
      if (newest === undefined) throw new Error("no wallbox is connected");
      return (await newest.call(action, payload)) as Payload;
    },
    get connections() {
      return connections;
    },
    freeze: () => newest?._ws.pause(),
    disconnect: async () => newest?.close({ force: true }),
    close: () => server.close({ force: true }),
  };
}
