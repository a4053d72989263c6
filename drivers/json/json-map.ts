import type { LookUp } from "../profiles/channel-values.ts";
import type { ChannelName, ChannelSpec } from "../profiles/profile-schema.ts";

/** Where the numbers stand in a device's messages, and which channels they are. */
export interface JsonMap {
  /** Paths to ask for over HTTP, by name; empty for MQTT. */
  readonly requests: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, JsonValue>>;
  readonly channels: Partial<Readonly<Record<ChannelName, ChannelSpec | undefined>>>;
}

export interface JsonValue {
  readonly request?: string | undefined;
  /** Keys and indexes joined by dots; undefined where the message itself is the number. */
  readonly path?: string | undefined;
  readonly scale?: number | undefined;
}

const MOST_STEPS = 20;

/** Looks names of `map` up in messages, by request; messages are parsed JSON of unknown shape. */
export function lookUpIn(map: JsonMap, messages: Readonly<Record<string, unknown>>): LookUp {
  return (name) => {
    const value = map.values[name];
    if (value === undefined) return undefined;
    const number = numberAt(messages[value.request ?? ""], value.path);
    return number === undefined ? undefined : number * (value.scale ?? 1);
  };
}

/** A finite number, or text that is one: some devices quote their numbers. */
function numberAt(message: unknown, path: string | undefined): number | undefined {
  let node = message;
  for (const step of (path?.split(".") ?? []).slice(0, MOST_STEPS)) {
    if (typeof node !== "object" || node === null || !Object.hasOwn(node, step)) return undefined;
    node = (node as Record<string, unknown>)[step];
  }
  if (typeof node === "string" && node.trim() !== "") node = Number(node);
  return typeof node === "number" && Number.isFinite(node) ? node : undefined;
}

/** The message as a value, or undefined when it is no JSON. A bare number is JSON too. */
export function parsedMessage(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
