import type { Logger } from "pino";
import {
  type BoxConfiguration,
  configurationOf,
  NEEDED_KEYS,
  settingsToChange,
  type WantedSetting,
} from "./box-configuration.ts";
import type { BoxHabits } from "./box-habits.ts";
import type { BoxLink } from "./box-link.ts";
import { textOf } from "./lenient-json.ts";

const MAX_SILENT_KEYS = 2;
/** Some boxes reboot on every change: a setting that does not stick is left alone. */
const MAX_TRIES_PER_SETTING = 2;

/** Reads the configuration as a whole, else key by key. Empty when the box does not answer, or must not be asked. */
export async function readConfiguration(link: BoxLink, habits: BoxHabits): Promise<BoxConfiguration> {
  switch (habits.readsConfiguration) {
    case "never":
      return new Map();
    case "by_key":
      return readKeys(link, habits, 0);
    case "whole": {
      const whole = await link.call("GetConfiguration", {});
      const configuration = whole.kind === "result" ? configurationOf(whole.payload) : new Map();
      return configuration.size > 0
        ? configuration
        : readKeys(link, habits, whole.kind === "timeout" ? 1 : 0);
    }
  }
}

async function readKeys(
  link: BoxLink,
  { ownKeys }: BoxHabits,
  silentBefore: number,
): Promise<BoxConfiguration> {
  const found = new Map<string, { name: string; value: string | undefined; isReadonly: boolean }>();
  let silent = silentBefore;
  for (const key of [...NEEDED_KEYS, ...Object.keys(ownKeys)]) {
    if (!link.isOpen || silent >= MAX_SILENT_KEYS) break;
    const outcome = await link.call("GetConfiguration", { key: [key] });
    silent = outcome.kind === "timeout" ? silent + 1 : 0;
    if (outcome.kind !== "result") continue;
    for (const [name, entry] of configurationOf(outcome.payload)) found.set(name, entry);
  }
  return found;
}

/** Changes settings that differ from what we want, each a bounded number of times in the life of this process. */
export function createSettingChanger(log: Logger) {
  const tries = new Map<string, number>();

  /** The value that the box took. */
  async function change(link: BoxLink, { key, values }: WantedSetting): Promise<string | undefined> {
    for (const value of values) {
      const status = await changeStatus(link, key, value);
      if (status === "Accepted" || status === "RebootRequired") {
        log.info({ key, value, status }, "wallbox setting changed");
        return value;
      }
      if (status !== "Rejected") break;
    }
    log.info({ key }, "wallbox setting cannot be changed");
    return undefined;
  }

  /** The configuration as it is after the changes. */
  return async (
    link: BoxLink,
    configuration: BoxConfiguration,
    habits: BoxHabits,
  ): Promise<BoxConfiguration> => {
    const changed = new Map(configuration);
    for (const wanted of settingsToChange(configuration, habits)) {
      const tried = tries.get(wanted.key) ?? 0;
      if (!link.isOpen || tried >= MAX_TRIES_PER_SETTING) continue;
      tries.set(wanted.key, tried + 1);
      const value = await change(link, wanted);
      if (value !== undefined) {
        changed.set(wanted.key.toLowerCase(), { name: wanted.key, value, isReadonly: false });
      }
    }
    return changed;
  };
}

/** A CALLERROR counts as Rejected: another value may do. Undefined when there was no answer. */
async function changeStatus(link: BoxLink, key: string, value: string): Promise<string | undefined> {
  const outcome = await link.call("ChangeConfiguration", { key, value });
  if (outcome.kind === "error") return "Rejected";
  return outcome.kind === "result" ? textOf(outcome.payload.status) : undefined;
}
