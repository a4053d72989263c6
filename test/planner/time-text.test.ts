import { describe, expect, it } from "vitest";
import { createLocalTime } from "../../src/core/planner/local-time.ts";
import { wallMsOf } from "../../src/core/planner/time-text.ts";

const local = createLocalTime("Europe/Berlin");

describe("a time as a person writes it", () => {
  it.each([
    ["2026-06-21T12:00:00Z", Date.UTC(2026, 5, 21, 12)],
    ["2026-06-21T12:00+02:00", Date.UTC(2026, 5, 21, 10)],
    ["2026-06-21", Date.UTC(2026, 5, 20, 22)],
    ["2026-11-21", Date.UTC(2026, 10, 20, 23)],
    ["2026-02-30", undefined],
    ["yesterday", undefined],
    ["", undefined],
  ])("%s is %s", (text, wallMs) => {
    expect(wallMsOf(text, local)).toBe(wallMs);
  });
});
