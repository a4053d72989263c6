import { existsSync } from "node:fs";
import { z } from "zod";
import { substituteEnvironment } from "./environment.ts";
import { readBounded } from "./load-config.ts";
import { configFileSchema } from "./schema.ts";
import { parseYaml } from "./yaml-file.ts";

const { shape } = configFileSchema;

/** What a gateway without a house goes by: how it is reached. */
const setUpSchema = z.looseObject({
  api: shape.api,
  ocpp: shape.ocpp,
  state_dir: shape.state_dir,
  log_level: shape.log_level,
});

export type SetUpConfig = Pick<z.infer<typeof setUpSchema>, "api" | "ocpp" | "state_dir" | "log_level">;

/** One of these says that a person has begun to describe a house: what is missing then is a mistake. */
const HOUSE_PARTS = ["site", "devices", "wallbox", "wallboxes"];

/** The config of a gateway that waits to be set up; undefined for a file that names a house, or that holds mistakes. */
export function setUpConfig(text: string, environment: NodeJS.ProcessEnv): SetUpConfig | undefined {
  const yaml = parseYaml(text);
  if (yaml.problems.length > 0) return undefined;
  const { value, findings } = substituteEnvironment(yaml.value, environment);
  const parsed = setUpSchema.safeParse(value);
  if (!parsed.success || findings.length > 0) return undefined;
  return HOUSE_PARTS.some((part) => part in parsed.data) ? undefined : parsed.data;
}

/** The same from a file, which may be missing where nobody has named it. */
export function readSetUpConfig(
  path: string,
  { environment, mayBeMissing }: { readonly environment: NodeJS.ProcessEnv; readonly mayBeMissing: boolean },
): SetUpConfig | undefined {
  if (mayBeMissing && !existsSync(path)) return setUpConfig("", environment);
  const file = readBounded(path);
  return file.ok ? setUpConfig(file.text, environment) : undefined;
}
