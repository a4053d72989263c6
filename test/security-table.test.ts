import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "..");
const POINTS = 26;
const text = readFileSync(join(root, "SECURITY.md"), "utf8");
const rows = [...text.matchAll(/^\| (\d+) \| (.+) \| (.+) \|$/gm)].map(([, number, , shown = ""]) => ({
  number: Number(number),
  shown,
}));

describe("the table of SECURITY.md", () => {
  it("has every point", () => {
    expect(rows.map(({ number }) => number)).toEqual(Array.from({ length: POINTS }, (_, index) => index + 1));
  });

  it.each(rows)("names for point $number what is there", ({ shown }) => {
    const references = [...shown.matchAll(/\[[^\]]+\]\(([^)#]+)\)(?: "([^"]+)")?/g)];
    // 17 and 22 point to the text around the table, 24 to a chapter.
    if (references.length === 0) expect(shown).toMatch(/^(the list below|above|\[\w+\]\(#[\w-]+\))$/);
    for (const [, path = "", name] of references) {
      expect(existsSync(join(root, path)), path).toBe(true);
      if (path.endsWith(".test.ts")) expect(name, `a test of ${path}`).toBeDefined();
      if (name !== undefined) expect(readFileSync(join(root, path), "utf8")).toContain(`"${name}`);
    }
  });

  it("lists for the parsers only properties", () => {
    const list = /Parsers and their properties:[\s\S]+?\n\n/.exec(text)?.[0] ?? "";
    const tests = [...list.matchAll(/\]\(([^)]+)\)/g)].map(([, path = ""]) => path);
    expect(tests.length).toBeGreaterThanOrEqual(12);
    for (const path of tests)
      expect(readFileSync(join(root, path), "utf8"), path).toContain('from "fast-check"');
  });
});
