import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import {
  createPriceServer,
  type PriceFormatName,
  type PriceServer,
} from "../../simulator/prices/price-server.ts";
import { pricesSchema } from "../../src/config/price-schema.ts";
import { parseIsoMs } from "../../src/core/iso-time.ts";
import { createPrices, type PriceFeed } from "../../src/prices/create-prices.ts";
import { createFakeStore, type FakeStore } from "../control/support/fakes.ts";
import { eventually } from "../support/eventually.ts";
import { createManualClock, type ManualClock } from "../support/manual-clock.ts";
import { silentLog } from "../support/silent-log.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const HOUR_MS = 3_600_000;
/** 10:00 in Berlin. */
const MORNING_MS = parseIsoMs("2024-01-15T09:00:00Z") ?? 0;
const TODAY_END_MS = parseIsoMs("2024-01-15T23:00:00Z") ?? 0;

/** From local midnight on for three days: 50, 51, ... EUR/MWh. */
const HOURS = Array.from({ length: 72 }, (_, index) => ({
  startMs: TODAY_END_MS - 24 * HOUR_MS + index * HOUR_MS,
  priceEurMwh: 50 + index,
}));

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

interface FeedRig {
  readonly server: PriceServer;
  readonly feed: PriceFeed;
  readonly clock: ManualClock;
  /** Price in ct/kWh of the hour that begins `hours` after the morning. */
  priceAt(hours: number): number | undefined;
  /** Moves the clock until the server was asked `count` times. */
  asked(count: number): Promise<void>;
}

async function feedRig(
  given: { readonly format?: PriceFormatName; readonly store?: FakeStore; readonly vatPct?: number } = {},
): Promise<FeedRig> {
  const format = given.format ?? "awattar";
  const server = await createPriceServer({ format, hours: HOURS });
  const clock = createManualClock(MORNING_MS);
  const feed = feedOf(
    { source: { type: format, url: server.url }, markup_ct_kwh: 0, vat_pct: given.vatPct ?? 0 },
    clock,
    given.store,
  );
  closing.push(() => server.close());
  return {
    server,
    feed,
    clock,
    priceAt: (hours) => priceAt(feed, hours),
    asked: (count) => asked(server, clock, count),
  };
}

function feedOf(prices: unknown, clock: ManualClock, store: FakeStore = createFakeStore()): PriceFeed {
  const feed = createPrices(
    { prices: pricesSchema.parse(prices), timeZone: "Europe/Berlin", siteName: "home", mqtt: undefined },
    { clock, log: silentLog, store, random: () => 0.5 },
  );
  closing.push(() => feed.stop());
  return feed;
}

function priceAt(feed: PriceFeed, hours: number): number | undefined {
  const wallMs = MORNING_MS + hours * HOUR_MS;
  return feed.curve().find(({ startMs, endMs }) => startMs <= wallMs && wallMs < endMs)?.priceCtKwh;
}

async function asked(server: PriceServer, clock: ManualClock, count: number): Promise<void> {
  await eventually(async () => {
    if (server.requests < count) await clock.advance(60_000);
    return server.requests >= count;
  });
}

describe.each(["awattar", "energy_charts"] as const)("a feed in the %s format", (format) => {
  it("is read over HTTP", async () => {
    const rig = await feedRig({ format });
    rig.feed.start();
    await eventually(() => rig.priceAt(0) !== undefined);
    expect([rig.priceAt(0), rig.priceAt(1), rig.priceAt(30)]).toEqual([6, 6.1, 9]);
  });

  it.each(["server_error", "html", "truncated", "oversized", "silent"] as const)(
    "that answers %s keeps the last good prices and comes back",
    async (fault) => {
      const rig = await feedRig({ format });
      rig.server.publishUntil(TODAY_END_MS);
      rig.feed.start();
      await eventually(() => rig.priceAt(0) !== undefined);
      rig.server.inject(fault);
      await rig.asked(2);
      if (fault === "silent") await rig.clock.advance(20_000);
      expect(rig.priceAt(13)).toBe(7.3);
      expect(rig.priceAt(14)).toBeUndefined();
      rig.server.publishUntil(Number.POSITIVE_INFINITY);
      rig.server.heal();
      await eventually(async () => {
        await rig.clock.advance(60_000);
        return rig.priceAt(14) !== undefined;
      });
      expect(rig.priceAt(13)).toBe(7.3);
    },
  );
});

describe("a price feed", () => {
  it("adds markup and VAT", async () => {
    const server = await createPriceServer({ format: "awattar", hours: HOURS });
    closing.push(() => server.close());
    const feed = feedOf(
      { source: { type: "awattar", url: server.url }, markup_ct_kwh: 14, vat_pct: 20 },
      createManualClock(MORNING_MS),
    );
    feed.start();
    await eventually(() => priceAt(feed, 0) !== undefined);
    expect(priceAt(feed, 0)).toBeCloseTo(24, 9);
  });

  it("asks again and again for tomorrow once it should be published, and not before", async () => {
    const rig = await feedRig();
    rig.server.publishUntil(TODAY_END_MS);
    rig.feed.start();
    await eventually(() => rig.priceAt(0) !== undefined);
    await rig.clock.advance(2.5 * HOUR_MS);
    expect(rig.server.requests).toBe(1);
    await rig.asked(3);
    expect(rig.clock.wallMs() - MORNING_MS).toBeGreaterThan(2.8 * HOUR_MS);
    expect(rig.priceAt(14)).toBeUndefined();
    rig.server.publishUntil(Number.POSITIVE_INFINITY);
    await rig.asked(4);
    await eventually(() => rig.priceAt(14) === 7.4);
  });

  it("takes the later one of an hour that is listed twice", async () => {
    const rig = await feedRig();
    rig.server.inject("doubled");
    rig.feed.start();
    await eventually(() => rig.priceAt(0) !== undefined);
    expect(rig.priceAt(0)).toBe(6.1);
    expect(rig.feed.curve().every(({ startMs }, index, all) => startMs >= (all[index - 1]?.endMs ?? 0))).toBe(
      true,
    );
  });

  it("leaves a missing hour unknown", async () => {
    const rig = await feedRig();
    rig.server.inject("missing_hour");
    rig.feed.start();
    await eventually(() => rig.priceAt(0) !== undefined);
    expect([rig.priceAt(0), rig.priceAt(1), rig.priceAt(2)]).toEqual([6, undefined, 6.2]);
  });

  it("knows after a restart what it knew before, without the feed", async () => {
    const store = createFakeStore();
    const rig = await feedRig({ store });
    rig.feed.start();
    await eventually(() => rig.priceAt(0) !== undefined);
    await rig.feed.stop();
    const again = await feedRig({ store });
    expect(again.priceAt(0)).toBe(6);
    expect(again.server.requests).toBe(0);
  });

  it("starts with nothing from a store that holds nonsense", async () => {
    const store = createFakeStore();
    store.put("prices", { periods: [["x", 1, 2]] });
    const rig = await feedRig({ store });
    expect(rig.feed.curve()).toEqual([]);
  });

  it("stops while a request is under way", async () => {
    const rig = await feedRig();
    rig.server.inject("silent");
    rig.feed.start();
    await eventually(() => rig.server.requests === 1);
    await rig.feed.stop();
    expect(rig.feed.curve()).toEqual([]);
  });

  it("reads a file, and does without one that is away", async () => {
    const path = join(temporaryFolder(), "prices.csv");
    const clock = createManualClock(MORNING_MS);
    const feed = feedOf({ source: { type: "csv", path } }, clock);
    feed.start();
    await clock.advance(1_000);
    expect(feed.curve()).toEqual([]);
    // A day ahead: however long the real disk takes, the prices are not over when they are read.
    writeFileSync(path, "time_utc,price\n2024-01-16T09:00:00Z,60.5\n2024-01-16T09:15:00Z,-12\n");
    // In short steps: the time for a read must not be over before the real disk has turned.
    await eventually(async () => {
      await clock.advance(500);
      return priceAt(feed, 24) !== undefined;
    }, 15_000);
    expect([priceAt(feed, 24), priceAt(feed, 24.25)]).toEqual([6.05, -1.2]);
  });
});
