import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { FAILSAFE_DOCS, failsafeDocs, failsafeTests } from "../hil/support/failsafe-docs.ts";
import { FAILSAFE_ROWS } from "../hil/support/failsafe-rows.ts";

describe("the failsafe table", () => {
  it("has exactly one test for each of its numbers", () => {
    const numbers = (ids: readonly string[]) => ids.map((id) => Number(id.slice(1))).sort((a, b) => a - b);
    expect(numbers(failsafeTests().map(({ id }) => id))).toEqual(numbers(Object.keys(FAILSAFE_ROWS)));
  });

  it("is what the document says", () => {
    const document = readFileSync(join(import.meta.dirname, "../..", FAILSAFE_DOCS), "utf8");
    expect(document, "run npm run generate").toBe(failsafeDocs());
  });
});
