import { readFileSync, statSync } from "node:fs";
import { type SoundParts, soundParts } from "../config/cross-checks.ts";
import { MAX_CONFIG_BYTES, parseYaml } from "../config/yaml-file.ts";

/**
 * What is right in a config file, for commands that need a single part of it: the rest may be wrong, and the environment of
 * the service is not the person's. Undefined when there is nothing to read.
 */
export function soundConfig(path: string): SoundParts | undefined {
  try {
    if (statSync(path).size > MAX_CONFIG_BYTES) return undefined;
    return soundParts(parseYaml(readFileSync(path, "utf8")).value);
  } catch {
    return undefined;
  }
}
