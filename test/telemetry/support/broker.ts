import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { Aedes, type AuthenticateHandler, type AuthorizeSubscribeHandler, type PublishPacket } from "aedes";
import { eventually } from "../../support/eventually.ts";

export interface Message {
  readonly topic: string;
  readonly payload: string;
  readonly qos: number;
  readonly isRetained: boolean;
}

export interface TestBroker {
  readonly url: string;
  readonly port: number;
  /** Everything that clients and wills published, in order. */
  readonly messages: readonly Message[];
  payloads(topic: string): string[];
  /** Waits for the next message on `topic` after those already there. */
  next(topic: string): Promise<string>;
  publish(topic: string, payload: string | Buffer, options?: { isRetained?: boolean }): Promise<void>;
  /** Cuts every connection without a word. */
  cut(): void;
  close(): Promise<void>;
}

interface BrokerSetup {
  readonly port?: number;
  readonly authenticate?: AuthenticateHandler;
  readonly authorizeSubscribe?: AuthorizeSubscribeHandler;
}

/** A real MQTT 3.1.1 broker on a port of 127.0.0.1 that remembers what it saw. */
export async function startBroker({ port = 0, ...handlers }: BrokerSetup = {}): Promise<TestBroker> {
  const broker = await Aedes.createBroker(handlers);
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => undefined);
    broker.handle(socket);
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const bound = (server.address() as AddressInfo).port;
  const messages: Message[] = [];
  broker.on("publish", (packet: PublishPacket) => {
    if (packet.topic.startsWith("$SYS")) return;
    messages.push({
      topic: packet.topic,
      payload: packet.payload.toString(),
      qos: packet.qos,
      isRetained: packet.retain,
    });
  });
  const payloads = (topic: string) =>
    messages.filter((message) => message.topic === topic).map((message) => message.payload);
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `mqtt://127.0.0.1:${bound}`,
    port: bound,
    messages,
    payloads,
    cut,
    async next(topic) {
      const before = payloads(topic).length;
      await eventually(() => payloads(topic).length > before);
      return payloads(topic)[before] ?? "";
    },
    publish: (topic, payload, { isRetained = false } = {}) =>
      new Promise((resolve, reject) => {
        const packet = { cmd: "publish", topic, payload, qos: 1, retain: isRetained, dup: false } as const;
        broker.publish(packet, (error) => (error ? reject(error) : resolve()));
      }),
    async close() {
      cut();
      server.close();
      await new Promise<void>((resolve) => broker.close(resolve));
    },
  };
}
