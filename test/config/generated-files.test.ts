import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { wallboxModels } from "../../drivers/index.ts";
import { generatedDocuments } from "../../src/cli/generated-documents.ts";
import { closestName } from "../../src/config/closest-name.ts";
import { alternatives, configJsonSchema, type JsonSchema } from "../../src/config/json-schema.ts";
import { WALLBOX_MODEL_KEYS } from "../../src/config/wallbox-quirks-schema.ts";

const root = join(import.meta.dirname, "..", "..");

describe("generated files", () => {
  it.each(generatedDocuments())("$path is fresh: npm run generate", ({ path, content }) => {
    expect(readFileSync(join(root, path), "utf8")).toBe(content);
  });
});

describe("the schema", () => {
  it("knows every wallbox model", () => {
    expect([...WALLBOX_MODEL_KEYS].sort()).toEqual(wallboxModels.map(({ key }) => key).sort());
  });

  it("describes every key, because that is what a person reads", () => {
    const silent = (node: JsonSchema, path: string): string[] =>
      alternatives(node).flatMap((branch) => [
        ...Object.entries(branch.properties ?? {}).flatMap(([key, value]) => [
          ...(value.description === undefined ? [`${path}.${key}`] : []),
          ...silent(value, `${path}.${key}`),
        ]),
        ...(branch.items === undefined ? [] : silent(branch.items, `${path}[]`)),
      ]);
    expect(silent(configJsonSchema(), "")).toEqual([]);
  });
});

describe("the nearest name", () => {
  const names = ["main_fuse_a", "import_limit_w", "pv_peak_w", "name"];
  it.each([
    ["main_fus_a", "main_fuse_a"],
    ["MAIN_FUSE_A", "main_fuse_a"],
    ["nmae", "name"],
    ["pv_paek_w", "pv_peak_w"],
    ["colour", undefined],
    ["", undefined],
    ["x".repeat(10_000), undefined],
  ])("of %s is %s", (word, name) => {
    expect(closestName(word, names)).toBe(name);
  });
});
