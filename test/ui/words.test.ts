import { describe, expect, it } from "vitest";
import { LIMIT_NAMES } from "../../src/core/limits.ts";
import { VEHICLE_STATES } from "../../src/core/site-sample.ts";
import { HEALTH_WARNING_CODES, UX_PHASES } from "../../src/core/tick-report.ts";
import { german } from "../../ui/src/words-de.ts";
import { english } from "../../ui/src/words-en.ts";

const keysOf = (words: Readonly<Record<string, string>>) => Object.keys(words).toSorted();

describe("the words of the page", () => {
  it("are there in both languages", () => {
    expect(keysOf(german)).toEqual(keysOf(english));
  });

  it.each([english, german])("name every limit, phase, state of a car and warning", (words) => {
    const keys = [
      ...LIMIT_NAMES.map((name) => `limit.${name}`),
      ...UX_PHASES.map((name) => `phase.${name}`),
      ...VEHICLE_STATES.map((name) => `vehicle.${name}`),
      ...HEALTH_WARNING_CODES.map((name) => `alert.${name}`),
    ];
    expect(keys.filter((key) => words[key] === undefined)).toEqual([]);
  });

  it("fill in the same figures in both languages", () => {
    const figures = (text: string | undefined) =>
      [...(text ?? "").matchAll(/\{(\w+)\}/g)].map(([, name]) => name).toSorted();
    for (const key of keysOf(english)) expect(figures(german[key]), key).toEqual(figures(english[key]));
  });
});
