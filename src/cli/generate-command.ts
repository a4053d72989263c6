import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { GeneratedFile } from "../config/generated-files.ts";
import { EXIT } from "../service/exit-codes.ts";
import type { Command } from "./command.ts";
import { generatedDocuments } from "./generated-documents.ts";
import { packageInfo } from "./package-info.ts";

export const generateCommand: Command = {
  options: { check: { summary: "Write nothing; exit 1 when a file is stale." } },
  example: "hems-edge generate --check",
  async run({ switches, io }) {
    const { root } = packageInfo();
    const stale = generatedDocuments().filter((file) => isStale(root, file));
    if (!switches.has("check"))
      for (const { path, content } of stale) writeFileSync(join(root, path), content);
    for (const { path } of stale) io.out(`${switches.has("check") ? "stale" : "wrote"} ${path}\n`);
    return switches.has("check") && stale.length > 0 ? EXIT.failure : EXIT.ok;
  },
};

function isStale(root: string, { path, content }: GeneratedFile): boolean {
  try {
    return readFileSync(join(root, path), "utf8") !== content;
  } catch {
    return true;
  }
}
