import { afterEach, describe, expect, it } from "vitest";
import { pricesSchema } from "../../src/config/price-schema.ts";
import { createPrices, type PriceFeed } from "../../src/prices/create-prices.ts";
import { createFakeStore } from "../control/support/fakes.ts";
import { eventually } from "../support/eventually.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { silentLog } from "../support/silent-log.ts";
import { startBroker } from "../telemetry/support/broker.ts";

const TOPIC = "market/day-ahead";
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function topicRig() {
  const broker = await startBroker();
  closing.push(broker.close);
  const clock = createManualClock();
  const feed: PriceFeed = createPrices(
    {
      prices: pricesSchema.parse({ source: { type: "mqtt", topic: TOPIC } }),
      timeZone: "Europe/Berlin",
      siteName: "home",
      mqtt: { url: broker.url, protocol_version: 4, telemetry_interval_ms: 0 },
    },
    { clock, log: silentLog, store: createFakeStore(), random: () => 0.5 },
  );
  closing.push(() => feed.stop());
  const list = (priceEurMwh: number, start = clock.wallMs()) =>
    JSON.stringify([{ start, price: priceEurMwh }]);
  return { broker, feed, list, priceCtKwh: () => feed.curve()[0]?.priceCtKwh };
}

describe("prices from a topic", () => {
  it("are taken from a retained message and from later ones, and readers are announced", async () => {
    const { broker, feed, list, priceCtKwh } = await topicRig();
    await broker.publish(TOPIC, list(80), { isRetained: true });
    feed.start();
    await eventually(() => priceCtKwh() === 8);
    await broker.publish(TOPIC, list(-15));
    await eventually(() => priceCtKwh() === -1.5);
    expect(broker.payloads("hems-edge/home/prices/status")).toEqual(["online"]);
    await feed.stop();
    await eventually(() => broker.payloads("hems-edge/home/prices/status").at(-1) === "offline");
  });

  it("are left as they are by nonsense and by old messages", async () => {
    const { broker, feed, list, priceCtKwh } = await topicRig();
    feed.start();
    await broker.next("hems-edge/home/prices/status");
    await broker.publish(TOPIC, list(80), { isRetained: true });
    await eventually(() => priceCtKwh() === 8);
    await broker.publish(TOPIC, "{");
    await broker.publish(TOPIC, list(10, 1_600_000_000_000));
    await broker.publish(TOPIC, list(90));
    await eventually(() => priceCtKwh() === 9);
    expect(feed.curve()).toHaveLength(1);
  });
});
