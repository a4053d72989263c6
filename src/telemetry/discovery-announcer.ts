import { z } from "zod";
import type { Clock, Timer } from "../ports/clock.ts";
import type { StateStore } from "../ports/state-store.ts";
import { type DiscoveryFacts, discoveryDeviceId, discoveryPayload } from "./home-assistant.ts";
import type { MqttConnection, PublishOptions } from "./mqtt-connection.ts";

const STORE_KEY = "home_assistant";
const BIRTH = Buffer.from("online");
/** After Home Assistant's start everybody announces: not all at once. */
const WIDEST_JITTER_MS = 5_000;
const RETAINED: PublishOptions = { qos: 1, isRetained: true };

/** What the broker holds from this run or an earlier one, with the platform of each component. */
const announcedSchema = z.strictObject({
  topic: z.string().min(1).max(256),
  components: z.record(z.string().max(128), z.string().max(32)),
});
type Announced = z.infer<typeof announcedSchema>;

export interface DiscoveryOptions {
  readonly enabled: boolean;
  /** Home Assistant's discovery prefix. */
  readonly prefix: string;
  readonly facts: DiscoveryFacts;
}

/** Keeps Home Assistant's discovery message at the broker, and takes away what is no longer there. */
export interface DiscoveryAnnouncer {
  /** Topic of Home Assistant's birth message; undefined where nothing is announced. */
  readonly birthTopic: string | undefined;
  onConnected(): void;
  /** Takes any message; what is no birth message is left alone. */
  onMessage(topic: string, payload: Uint8Array): void;
  stop(): void;
}

export function createDiscoveryAnnouncer(
  { enabled, prefix, facts }: DiscoveryOptions,
  deps: {
    readonly clock: Clock;
    readonly store: StateStore;
    /** 0 up to 1. */
    readonly random: () => number;
    readonly publish: MqttConnection["publish"];
  },
): DiscoveryAnnouncer {
  const { clock, store, random, publish } = deps;
  const birthTopic = enabled ? `${prefix}/status` : undefined;
  const topic = `${prefix}/device/${discoveryDeviceId(facts.siteName)}/config`;
  const earlier = announcedSchema.safeParse(store.get(STORE_KEY)).data;
  const payload = discoveryPayload(facts);
  const current: Announced = {
    topic,
    components: Object.fromEntries(Object.entries(payload.cmps).map(([key, { p }]) => [key, p])),
  };
  const message = JSON.stringify({ ...payload, cmps: { ...removals(earlier, current), ...payload.cmps } });
  let abandoned = earlier !== undefined && !(enabled && earlier.topic === topic) ? earlier.topic : undefined;
  let timer: Timer | undefined;

  function clearAbandoned(): void {
    if (abandoned === undefined) return;
    publish(abandoned, "", RETAINED, (isConfirmed) => {
      if (!isConfirmed) return;
      abandoned = undefined;
      if (!enabled) store.put(STORE_KEY, null);
    });
  }

  function announce(): void {
    publish(topic, message, RETAINED, (isConfirmed) => {
      // The old place stays remembered until it is known to be empty.
      if (isConfirmed && abandoned === undefined) store.put(STORE_KEY, current);
    });
  }

  return {
    birthTopic,
    onConnected() {
      clearAbandoned();
      if (enabled) announce();
    },
    onMessage(received, bytes) {
      if (received !== birthTopic || timer !== undefined || !BIRTH.equals(bytes)) return;
      timer = clock.setTimeout(() => {
        timer = undefined;
        announce();
      }, random() * WIDEST_JITTER_MS);
    },
    stop() {
      if (timer !== undefined) clock.clearTimeout(timer);
      timer = undefined;
    },
  };
}

/** Components that an earlier run announced at the same place and this one has not: only with a platform, which deletes. */
function removals(
  earlier: Announced | undefined,
  current: Announced,
): Record<string, { readonly p: string }> {
  if (earlier?.topic !== current.topic) return {};
  const gone = Object.entries(earlier.components).filter(([key]) => current.components[key] === undefined);
  return Object.fromEntries(gone.map(([key, p]) => [key, { p }]));
}
