import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { SEEDED_DEFECTS } from "./seeded-defects.ts";

const ROOT = join(import.meta.dirname, "../../..");

it.each(SEEDED_DEFECTS)("the defect that $what fits one place of $file", ({ file, right, wrong }) => {
  const source = readFileSync(join(ROOT, file), "utf8");
  expect(source.split(right)).toHaveLength(2);
  expect(wrong).not.toBe(right);
});
