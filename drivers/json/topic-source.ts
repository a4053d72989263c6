import type { Clock } from "../../src/ports/clock.ts";
import type { SiteSource } from "../../src/ports/site-source.ts";
import { type ChannelValues, channelValues, siteChannels } from "../profiles/channel-values.ts";
import type { Role } from "../profiles/profile-schema.ts";
import { type JsonMap, lookUpIn, parsedMessage } from "./json-map.ts";

/** A value without a newer message for this long, ms, or for this many polls, is missing. */
const LEAST_LIFE_MS = 15_000;
const LIFE_POLLS = 3;

/** Messages of one topic. It starts with the first call of `follow`. */
export interface TopicFeed {
  follow(take: (text: string, isRetained: boolean) => void): void;
  stop(): Promise<void>;
}

export interface TopicSourceOptions {
  readonly name: string;
  readonly map: JsonMap;
  readonly roles: readonly Role[];
  readonly pollMs: number;
}

/**
 * A device that publishes on a topic. A retained message may be of any age, so it never counts; neither does one that
 * holds none of the values.
 */
export function createTopicSource(
  { name, map, roles, pollMs }: TopicSourceOptions,
  { feed, clock }: { readonly feed: TopicFeed; readonly clock: Clock },
): SiteSource {
  const lifeMs = Math.max(LEAST_LIFE_MS, LIFE_POLLS * pollMs);
  let latest: { readonly values: ChannelValues; readonly atMs: number; readonly stamp: string } | undefined;
  let isFollowing = false;

  function take(text: string, isRetained: boolean): void {
    if (isRetained) return;
    const values = channelValues(map.channels, lookUpIn(map, { "": parsedMessage(text) }));
    if (Object.keys(values).length > 0) latest = { values, atMs: clock.monotonicMs(), stamp: text };
  }

  return {
    name,
    read() {
      if (!isFollowing) feed.follow(take);
      isFollowing = true;
      if (latest === undefined || clock.monotonicMs() - latest.atMs > lifeMs) {
        const detail = `no message with its values within ${lifeMs} ms`;
        return Promise.resolve({ ok: false, fault: { kind: "timeout", detail } });
      }
      const { values, stamp } = latest;
      return Promise.resolve({ ok: true, channels: siteChannels(values, roles), stamp });
    },
    close: () => feed.stop(),
  };
}
