import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { Aedes } from "aedes";
import type { Logger } from "pino";

export interface BrokerOptions {
  readonly host: string;
  /** 0 takes a free port and keeps it over `pull` and `plug`. */
  readonly port: number;
  readonly log?: Logger | undefined;
}

export interface BrokerMessage {
  readonly topic: string;
  readonly payload: string;
  readonly qos: 0 | 1 | 2;
  readonly isRetained: boolean;
}

/** An MQTT 3.1.1 broker in this process; it refuses MQTT 5 clients, as aedes knows none of it. */
export interface Broker {
  address(): { readonly host: string; readonly port: number };
  /** `mqtt://host:port` */
  readonly url: string;
  /** Messages that clients published, by the first level of their topic. */
  messagesPublished(): Readonly<Record<string, number>>;
  /** The newest message a client published on this topic, over restarts too. */
  lastMessage(topic: string): BrokerMessage | undefined;
  /** Messages of QoS 1 that this client confirmed to have taken. */
  confirmations(clientId: string): number;
  /** Calls `take` with each message that a client publishes from now on. */
  watch(take: (message: BrokerMessage) => void): void;
  /** Power off: connections break and everything retained is lost. */
  pull(): Promise<void>;
  /** Power on at the same address. */
  plug(): Promise<void>;
  close(): Promise<void>;
}

const MAX_REMEMBERED_TOPICS = 10_000;

interface Running {
  readonly aedes: Aedes;
  readonly server: Server;
  readonly sockets: Set<Socket>;
}

/** Starts a broker; rejects when the address cannot be bound. */
export async function createBroker(options: BrokerOptions): Promise<Broker> {
  const { host, log } = options;
  const published = new Map<string, number>();
  const newest = new Map<string, BrokerMessage>();
  const confirmed = new Map<string, number>();
  const watchers: ((message: BrokerMessage) => void)[] = [];
  let running: Running | undefined = await start(options.port);
  const { port } = running.server.address() as AddressInfo;

  async function start(atPort: number): Promise<Running> {
    const aedes = await Aedes.createBroker();
    aedes.on("publish", (packet, client) => {
      if (client !== null) remember(packet.topic, packet);
    });
    aedes.on("ack", (_packet, { id }) => confirmed.set(id, (confirmed.get(id) ?? 0) + 1));
    aedes.on("clientDisconnect", ({ id }) => confirmed.delete(id));
    aedes.on("clientError", (_client, error) => log?.debug({ error: error.message }, "broker client failed"));
    aedes.on("connectionError", (_client, error) =>
      log?.debug({ error: error.message }, "broker connection failed"),
    );
    const sockets = new Set<Socket>();
    const server = createServer({ noDelay: true }, (socket) => {
      sockets.add(socket);
      socket.on("close", () => sockets.delete(socket));
      aedes.handle(socket);
    });
    server.listen(atPort, host);
    await once(server, "listening");
    return { aedes, server, sockets };
  }

  function remember(
    topic: string,
    packet: { payload: Buffer | string; qos: 0 | 1 | 2; retain: boolean },
  ): void {
    const root = topic.split("/", 1)[0] ?? topic;
    published.set(root, (published.get(root) ?? 0) + 1);
    const payload = packet.payload.toString();
    const message = { topic, payload, qos: packet.qos, isRetained: packet.retain };
    for (const take of watchers) take(message);
    if (newest.size < MAX_REMEMBERED_TOPICS || newest.has(topic)) newest.set(topic, message);
  }

  async function stop(): Promise<void> {
    const stopping = running;
    running = undefined;
    if (stopping === undefined) return;
    const { aedes, server, sockets } = stopping;
    const closed = once(server, "close");
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
    await new Promise<void>((resolve) => aedes.close(resolve));
  }

  return {
    url: `mqtt://${host}:${port}`,
    address: () => ({ host, port }),
    messagesPublished: () => Object.fromEntries(published),
    lastMessage: (topic) => newest.get(topic),
    confirmations: (clientId) => confirmed.get(clientId) ?? 0,
    watch: (take) => void watchers.push(take),
    pull: stop,
    async plug() {
      running ??= await start(port);
    },
    close: stop,
  };
}
