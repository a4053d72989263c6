import {
  createTopicReader,
  type TopicReaderDeps,
  type TopicReaderOptions,
} from "../telemetry/topic-reader.ts";
import { readPriceList } from "./price-formats.ts";
import type { PriceKeeper } from "./price-keeper.ts";
import type { PriceFeeder } from "./price-poller.ts";

/** Takes prices from a topic. A retained message is welcome: its times are checked like those of any other. */
export function createPriceTopic(
  options: TopicReaderOptions,
  deps: Omit<TopicReaderDeps, "take"> & { readonly keeper: PriceKeeper },
): PriceFeeder {
  return createTopicReader(options, {
    ...deps,
    take(payload) {
      deps.keeper.take(readPriceList(new TextDecoder().decode(payload), deps.clock.wallMs()));
    },
  });
}
