import type { Logger } from "pino";
import type { MqttConfig } from "../config/mqtt-schema.ts";
import type { PricesConfig } from "../config/price-schema.ts";
import type { Clock } from "../ports/clock.ts";
import type { Fetch } from "../ports/fetch-answer.ts";
import { nodeFetch } from "../ports/node-fetch.ts";
import type { Prices } from "../ports/prices.ts";
import type { StateStore } from "../ports/state-store.ts";
import { createPriceKeeper, type PriceKeeper } from "./price-keeper.ts";
import { createPricePoller, type PriceFeeder } from "./price-poller.ts";
import { fetchPrices } from "./price-sources.ts";
import { createPriceTopic } from "./price-topic.ts";

export interface PricesOptions {
  readonly prices: PricesConfig;
  readonly timeZone: string;
  readonly siteName: string;
  /** The broker for a price topic, with its password. */
  readonly mqtt:
    | (Omit<MqttConfig, "password" | "home_assistant"> & { readonly password?: string })
    | undefined;
}

export interface PricesDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly store: StateStore;
  readonly random: () => number;
  readonly fetch?: Fetch;
}

/** Prices from the configured source, kept across outages and restarts. */
export type PriceFeed = Prices & PriceFeeder;

export function createPrices(options: PricesOptions, deps: PricesDeps): PriceFeed {
  const { markup_ct_kwh: markupCtKwh, vat_pct: vatPct } = options.prices;
  const keeper = createPriceKeeper({ markupCtKwh, vatPct }, deps);
  const feeder = createFeeder(options, deps, keeper);
  return { ...feeder, curve: keeper.curve };
}

function createFeeder(options: PricesOptions, deps: PricesDeps, keeper: PriceKeeper): PriceFeeder {
  const { prices, mqtt, siteName, timeZone } = options;
  const { source, timeout_s: timeoutS } = prices;
  if (source.type === "mqtt") {
    // The config's checks ask for the broker; without one there is nothing to start.
    if (mqtt === undefined) return { start() {}, stop: async () => {} };
    return createPriceTopic(
      {
        url: mqtt.url,
        clientId: `hems-edge-${siteName}-prices`,
        username: mqtt.username,
        password: mqtt.password,
        protocolVersion: mqtt.protocol_version,
        caFile: mqtt.ca_file,
        topic: source.topic,
        statusTopic: `hems-edge/${siteName}/prices/status`,
      },
      { ...deps, keeper },
    );
  }
  const fetchDeps = { clock: deps.clock, fetch: deps.fetch ?? nodeFetch, timeoutMs: timeoutS * 1_000 };
  return createPricePoller(
    { timeZone },
    {
      ...deps,
      keeper,
      fetchPrices: (wallMs, signal) => fetchPrices(source, wallMs, signal, fetchDeps),
    },
  );
}
