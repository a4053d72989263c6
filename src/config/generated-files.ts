import { configDocs } from "./config-docs.ts";
import { deviceDocs } from "./device-docs.ts";
import { configJsonSchema } from "./json-schema.ts";

export interface GeneratedFile {
  /** From the root of the checkout. */
  readonly path: string;
  readonly content: string;
}

/** Files that are made from the config schema and the device profiles and checked in, so that editors and readers have them. */
export function generatedFiles(): readonly GeneratedFile[] {
  const schema = configJsonSchema();
  return [
    { path: "config/schema.json", content: `${JSON.stringify(schema, null, 2)}\n` },
    { path: "docs/config.md", content: configDocs(schema) },
    { path: "docs/devices.md", content: deviceDocs() },
  ];
}
