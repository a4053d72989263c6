import { connectAsync, type MqttClient } from "mqtt";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Broker, createBroker } from "../../simulator/broker.ts";
import { eventually } from "../support/eventually.ts";

let broker: Broker;
const clients: MqttClient[] = [];

beforeEach(async () => {
  broker = await createBroker({ host: "127.0.0.1", port: 0 });
});

afterEach(async () => {
  for (const client of clients.splice(0)) await client.endAsync(true);
  await broker.close();
});

async function connect(options: object = {}): Promise<MqttClient> {
  const client = await connectAsync(broker.url, { reconnectPeriod: 5, ...options });
  client.on("error", () => {});
  clients.push(client);
  return client;
}

/** Collects what `client` receives on `topic`. */
async function subscription(client: MqttClient, topic: string): Promise<string[]> {
  const received: string[] = [];
  client.on("message", (from, payload, packet) => {
    received.push(`${from} ${payload}${packet.retain ? " (retained)" : ""}`);
  });
  await client.subscribeAsync(topic, { qos: 1 });
  return received;
}

describe("the embedded broker", () => {
  it("carries messages from a publisher to a subscriber and counts them by their root", async () => {
    const received = await subscription(await connect(), "hems-edge/#");
    const publisher = await connect();
    await publisher.publishAsync("hems-edge/home/state", "{}", { qos: 1 });
    await publisher.publishAsync("homeassistant/status", "online");
    await eventually(() => received.length === 1 && broker.messagesPublished().homeassistant === 1);
    expect(received).toEqual(["hems-edge/home/state {}"]);
    expect(broker.messagesPublished()).toEqual({ "hems-edge": 1, homeassistant: 1 });
  });

  it("keeps retained messages for who comes later", async () => {
    await (await connect()).publishAsync("hems-edge/home/state", "on", { qos: 1, retain: true });
    const received = await subscription(await connect(), "hems-edge/#");
    await eventually(() => received.length === 1);
    expect(received).toEqual(["hems-edge/home/state on (retained)"]);
  });

  it("remembers the newest message of each topic", async () => {
    const publisher = await connect();
    await publisher.publishAsync("a/b", "1", { qos: 1 });
    await publisher.publishAsync("a/b", "2", { qos: 1, retain: true });
    expect(broker.lastMessage("a/b")).toEqual({ topic: "a/b", payload: "2", qos: 1, isRetained: true });
    expect(broker.lastMessage("a")).toBeUndefined();
  });

  it("delivers the last will of a client that vanishes", async () => {
    const received = await subscription(await connect(), "hems-edge/home/status");
    const client = await connect({
      will: { topic: "hems-edge/home/status", payload: Buffer.from("offline"), qos: 1, retain: true },
    });
    client.stream.destroy();
    await eventually(() => received.length === 1);
    expect(received).toEqual(["hems-edge/home/status offline"]);
  });

  it("breaks every connection when pulled, and takes clients back at the same address when plugged", async () => {
    const client = await connect();
    await client.publishAsync("a/b", "kept", { qos: 1, retain: true });
    const { port } = broker.address();
    await broker.pull();
    await eventually(() => !client.connected);
    await broker.plug();
    expect(broker.address().port).toBe(port);
    await eventually(() => client.connected);
    const received = await subscription(await connect(), "#");
    await client.publishAsync("a/c", "new", { qos: 1 });
    await eventually(() => received.length > 0);
    expect(received).toEqual(["a/c new"]);
    expect(broker.lastMessage("a/b")?.payload).toBe("kept");
  });

  it("may be pulled twice and closed after that", async () => {
    await broker.pull();
    await broker.pull();
    await broker.close();
    await broker.plug();
    await broker.plug();
    await connect();
  });

  it("rejects an address that is taken", async () => {
    await expect(createBroker({ host: "127.0.0.1", port: broker.address().port })).rejects.toThrow(
      "EADDRINUSE",
    );
  });

  it("refuses MQTT 5", async () => {
    await expect(connectAsync(broker.url, { protocolVersion: 5, reconnectPeriod: 0 })).rejects.toThrow();
  });
});
