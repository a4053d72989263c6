import { wallboxModels } from "../../drivers/index.ts";
import { type GeneratedFile, generatedFiles } from "../config/generated-files.ts";
import { wallboxDocs } from "./wallbox/wallbox-docs.ts";

/** Everything that is made from schema and data and checked in. */
export function generatedDocuments(): readonly GeneratedFile[] {
  return [...generatedFiles(), { path: "docs/wallboxes.md", content: wallboxDocs(wallboxModels) }];
}
