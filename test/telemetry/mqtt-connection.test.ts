import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { createServer as createTlsServer } from "node:tls";
import { Aedes } from "aedes";
import { pino } from "pino";
import { describe, expect, it, onTestFinished } from "vitest";
import { createMqttConnection, type MqttConnectionOptions } from "../../src/telemetry/mqtt-connection.ts";
import { eventually } from "../support/eventually.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { startBroker } from "./support/broker.ts";

const CONNACK = Buffer.from([0x20, 0x02, 0x00, 0x00]);

/** A raw peer that does to each connection what `behave` says. */
async function peer(behave: (socket: Socket, first: Buffer) => void) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.once("data", (first) => behave(socket, first));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return { url: `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`, sockets };
}

function connection(options: Partial<MqttConnectionOptions> & { readonly url: string }, random = () => 0) {
  const clock = createManualClock();
  const lines: { msg: string; cause?: string }[] = [];
  const log = pino({ level: "info" }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const messages: string[] = [];
  const made = createMqttConnection(
    {
      clientId: "hems-edge-home",
      username: undefined,
      password: undefined,
      protocolVersion: 4,
      caFile: undefined,
      will: { topic: "t/status", payload: "offline" },
      subscription: "t/cmd/+",
      ...options,
    },
    {
      clock,
      log,
      random,
      listener: { onConnected: () => undefined, onMessage: (topic) => void messages.push(topic) },
    },
  );
  onTestFinished(() => made.stop({ topic: "t/status", payload: "offline" }));
  made.start();
  return { connection: made, clock, lines, messages };
}

describe("a hostile or broken broker", () => {
  it.each<[string, (socket: Socket) => void]>([
    ["answers garbage", (socket) => void socket.write(Buffer.alloc(500, 0xff))],
    ["answers HTTP", (socket) => void socket.end("HTTP/1.1 400 Bad Request\r\n\r\n")],
    ["hangs up", (socket) => void socket.destroy()],
    ["sends two CONNACKs", (socket) => void socket.write(Buffer.concat([CONNACK, CONNACK]))],
    [
      "announces a packet of 256 MB",
      (socket) => void socket.write(Buffer.concat([CONNACK, Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f])])),
    ],
    [
      "sends a publish with a broken topic",
      (socket) => void socket.write(Buffer.concat([CONNACK, Buffer.from([0x30, 0x02, 0xff, 0xff])])),
    ],
    [
      "sends reserved packet types",
      (socket) => void socket.write(Buffer.concat([CONNACK, Buffer.from([0x00, 0x00, 0xf0, 0x00])])),
    ],
  ])("that %s costs only the connection", async (_case, behave) => {
    const { url } = await peer(behave);
    const { connection: made, clock, messages } = connection({ url });
    await eventually(() => clock.pendingTimers === 1);
    expect(made.isConnected).toBe(false);
    expect(made.publish("t", "x", { qos: 0, isRetained: false })).toBe(false);
    expect(messages).toEqual([]);
  });

  it("survives any bytes after the connect", async () => {
    let round = 0;
    const { url } = await peer((socket) => {
      round += 1;
      const bytes = Buffer.from(
        Array.from({ length: 64 }, (_, index) => (index * 37 * round + round * 101) % 256),
      );
      socket.end(Buffer.concat([CONNACK, bytes]));
    });
    const { clock } = connection({ url });
    await eventually(async () => {
      await clock.advance(1_000);
      return round >= 40;
    });
  });

  it("drops messages for a broker that takes no bytes instead of keeping them", async () => {
    const { url } = await peer((socket) => {
      socket.write(CONNACK);
      socket.pause();
    });
    const { connection: made } = connection({ url });
    await eventually(() => made.isConnected);
    const payload = "x".repeat(10_000);
    let sent = 0;
    await eventually(() => {
      for (let count = 0; count < 200; count++) {
        if (!made.publish("t", payload, { qos: 0, isRetained: false })) return true;
        sent += 1;
      }
      return false;
    });
    expect(sent).toBeGreaterThan(20);
    expect(made.publish("t", payload, { qos: 0, isRetained: false })).toBe(false);
  });

  it("has at most 256 unconfirmed messages at a broker that confirms none", async () => {
    const { url } = await peer((socket) => {
      socket.write(CONNACK);
      socket.resume();
    });
    const { connection: made } = connection({ url });
    await eventually(() => made.isConnected);
    let confirmed = 0;
    const publish = () => made.publish("t", "x", { qos: 1, isRetained: false }, () => confirmed++);
    expect(Array.from({ length: 300 }, publish).filter(Boolean)).toHaveLength(256);
    expect(confirmed).toBe(0);
  });
});

describe("reconnecting", () => {
  it("waits longer and longer with jitter, up to a minute", async () => {
    const { url } = await peer((socket) => void socket.destroy());
    const { clock } = connection({ url }, () => 1);
    for (const waitMs of [2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]) {
      await eventually(() => clock.pendingTimers === 1);
      await clock.advance(waitMs - 1);
      expect(clock.pendingTimers).toBe(1);
      await clock.advance(1);
    }
  });

  it("says once that the broker is lost and once that it is there", async () => {
    let isUp = false;
    const { url, sockets } = await peer((socket) => {
      if (isUp) socket.write(CONNACK);
      else socket.destroy();
    });
    const { connection: made, clock, lines } = connection({ url });
    for (let count = 0; count < 3; count++) {
      await eventually(() => clock.pendingTimers === 1);
      await clock.advance(1_000);
    }
    isUp = true;
    await eventually(async () => {
      await clock.advance(1_000);
      return made.isConnected;
    });
    for (const socket of sockets) socket.destroy();
    await eventually(() => !made.isConnected);
    expect(lines.map((line) => line.msg)).toEqual([
      "MQTT broker lost",
      "MQTT broker connected",
      "MQTT broker lost",
    ]);
  });

  it("says when the broker's access list keeps a topic from us", async () => {
    const broker = await startBroker({ authorizeSubscribe: (_client, _filter, done) => done(null, null) });
    onTestFinished(() => broker.close());
    const { lines } = connection({ url: broker.url });
    await eventually(() => lines.length === 2);
    expect(lines.map((line) => line.msg)).toEqual([
      "MQTT broker connected",
      "MQTT broker refuses a subscription",
    ]);
  });

  it("does not log a password that somebody wrote into the URL", async () => {
    const { url } = await peer((socket) => void socket.destroy());
    const { clock, lines } = connection({ url: url.replace("//", "//edge:s3cret@") });
    await eventually(() => clock.pendingTimers === 1);
    expect(JSON.stringify(lines)).not.toContain("s3cret");
  });

  it("takes a URL that is none as a fault like any other", async () => {
    const { connection: made, clock } = connection({ url: "mqtt://[broken" });
    await eventually(() => clock.pendingTimers === 1);
    expect(made.isConnected).toBe(false);
  });
});

describe("the protocol version", () => {
  it.each([4, 5] as const)("is %i in the connect packet", async (protocolVersion) => {
    let connectPacket: Buffer | undefined;
    const { url } = await peer((_socket, first) => {
      connectPacket = first;
    });
    connection({ url, protocolVersion });
    await eventually(() => connectPacket !== undefined);
    const name = connectPacket?.indexOf("MQTT") ?? -1;
    expect(connectPacket?.at(name + 4)).toBe(protocolVersion);
  });
});

describe("TLS", () => {
  const folder = join(import.meta.dirname, "support/tls");

  async function tlsBroker() {
    const broker = await Aedes.createBroker();
    const [key, cert] = await Promise.all([
      readFile(join(folder, "key.pem")),
      readFile(join(folder, "cert.pem")),
    ]);
    const sockets = new Set<Socket>();
    const server = createTlsServer({ key, cert }, (socket) => {
      sockets.add(socket);
      socket.on("error", () => undefined);
      broker.handle(socket);
    });
    server.on("tlsClientError", () => undefined);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy();
      server.close();
      broker.close();
    });
    return `mqtts://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  it("connects to a broker that the CA file vouches for", async () => {
    const url = await tlsBroker();
    const { connection: made } = connection({ url, caFile: join(folder, "cert.pem") });
    await eventually(() => made.isConnected);
  });

  it("refuses a broker that nobody vouches for", async () => {
    const url = await tlsBroker();
    const { connection: made, clock, lines } = connection({ url });
    await eventually(() => clock.pendingTimers === 1);
    expect(made.isConnected).toBe(false);
    expect(lines[0]?.cause).toMatch(/SELF_SIGNED|self-signed|not authorized/i);
  });
});

describe("stopping", () => {
  it("does not wait for a broker that has stopped answering", async () => {
    const { url } = await peer((socket) => void socket.write(CONNACK));
    const { connection: made, clock } = connection({ url });
    await eventually(() => made.isConnected);
    const stopped = made.stop({ topic: "t/status", payload: "offline" });
    await clock.advance(2_000);
    await stopped;
    expect(made.isConnected).toBe(false);
    expect(clock.pendingTimers).toBe(0);
  });

  it("leaves a broker that answers at once, with the farewell", async () => {
    const broker = await startBroker();
    onTestFinished(() => broker.close());
    const { connection: made } = connection({ url: broker.url });
    await eventually(() => made.isConnected);
    await made.stop({ topic: "t/status", payload: "offline" });
    expect(broker.payloads("t/status")).toEqual(["offline"]);
  });
});
