import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseConfig } from "../../src/config/load-config.ts";
import { formatProblems } from "../../src/config/problem.ts";

const words = fc.constantFrom(
  "site:",
  "control:",
  "wallbox:",
  "devices:",
  "- ",
  "  ",
  "\n",
  `$${"{"}`,
  "}",
  "&a",
  "*a",
  "{",
  "}",
  "[",
  "]",
  "1",
  "x",
  "'",
  '"',
  "!!map",
  "? ",
  "<<:",
  "|",
  "#",
);

describe("whatever stands in the file", () => {
  it("parsing gives a value, and every problem has words and a remedy", () => {
    const text = fc.oneof(
      fc.string({ maxLength: 200 }),
      fc.array(words, { maxLength: 60 }).map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(text, (content) => {
        const outcome = parseConfig(content, { environment: {} });
        expect(outcome.ok).toBe(false);
        const problems = outcome.ok ? [] : outcome.problems;
        expect(problems.length).toBeGreaterThan(0);
        for (const { problem, remedy } of problems) {
          expect(problem).not.toBe("");
          expect(remedy).not.toBe("");
        }
        expect(formatProblems(problems)).toContain("->");
      }),
    );
  });

  it("any JSON value is refused or read, never a crash", () => {
    const value = fc.record(
      {
        site: fc.jsonValue(),
        control: fc.jsonValue(),
        devices: fc.oneof(fc.array(fc.jsonValue()), fc.jsonValue()),
        wallbox: fc.jsonValue(),
        partner: fc.jsonValue(),
        api: fc.jsonValue(),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(value, (content) => {
        expect(parseConfig(JSON.stringify(content), { environment: {} }).ok).toBe(false);
      }),
    );
  });
});
