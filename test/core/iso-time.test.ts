import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isoUtc, parseIsoMs } from "../../src/core/iso-time.ts";

describe("ISO times", () => {
  it("reads what it writes, for any millisecond of the years 0 to 9999", () => {
    fc.assert(
      fc.property(fc.integer({ min: -62_167_219_200_000, max: 253_402_300_799_999 }), (wallMs) => {
        expect(parseIsoMs(isoUtc(wallMs))).toBe(wallMs);
      }),
    );
  });

  it.each([
    [1_451_672_766_286.4, "2016-01-01T18:26:06.286Z"],
    [1_451_672_766_286.5, "2016-01-01T18:26:06.287Z"],
    [1_451_672_766_999.9, "2016-01-01T18:26:07.000Z"],
    [-0.6, "1969-12-31T23:59:59.999Z"],
  ])("writes %d as the nearest millisecond", (wallMs, expected) => {
    expect(isoUtc(wallMs)).toBe(expected);
  });

  it.each([
    ["2026-11-21T02:45:16Z", "2026-11-21T02:45:16.000Z"],
    ["2026-11-21 02:45", "2026-11-21T02:45:00.000Z"],
    ["2026-11-21T02:45:16", "2026-11-21T02:45:16.000Z"],
    ["  2026-11-21t02:45:16z ", "2026-11-21T02:45:16.000Z"],
    ["2026-11-21T02:45:16,5Z", "2026-11-21T02:45:16.500Z"],
    ["2026-11-21T02:45:16.123456Z", "2026-11-21T02:45:16.123Z"],
    ["2026-11-21T02:45:16+01:00", "2026-11-21T01:45:16.000Z"],
    ["2026-11-21T02:45:16-0530", "2026-11-21T08:15:16.000Z"],
    ["2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000Z"],
  ])("reads %j", (text, expected) => {
    const wallMs = parseIsoMs(text);
    expect(wallMs === undefined ? undefined : isoUtc(wallMs)).toBe(expected);
  });

  it.each([
    "",
    "yesterday",
    "2026-11-21",
    "2023-02-29T00:00:00Z",
    "2024-02-30T00:00:00Z",
    "2024-13-01T00:00:00Z",
    "2024-01-01T24:00:00Z",
    "2024-01-01T23:60:00Z",
    "2024-01-01T23:00:61Z",
    "2024-01-01T23:00:00+99:00",
    "x2024-01-01T23:00:00Z",
    "2024-01-01T23:00:00Zx",
  ])("refuses %j", (text) => {
    expect(parseIsoMs(text)).toBeUndefined();
  });
});
