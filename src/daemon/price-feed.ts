import type { Config } from "../config/schema.ts";
import { createPrices, type PriceFeed, type PricesDeps } from "../prices/create-prices.ts";
import type { DaemonSecrets } from "./secrets.ts";

const NO_PRICES: PriceFeed = { curve: () => [], start() {}, stop: async () => {} };

/** The configured prices, or none. */
export function createPriceFeed(
  config: Config,
  deps: PricesDeps & { readonly secrets: DaemonSecrets },
): PriceFeed {
  const { prices, site, mqtt } = config;
  if (prices === undefined) return NO_PRICES;
  return createPrices(
    {
      prices,
      timeZone: site.time_zone,
      siteName: site.name,
      mqtt: mqtt === undefined ? undefined : withoutReference(mqtt, deps.secrets.mqtt),
    },
    deps,
  );
}

function withoutReference(
  { password: _reference, ...broker }: NonNullable<Config["mqtt"]>,
  secret: DaemonSecrets["mqtt"],
) {
  return { ...broker, ...secret };
}
