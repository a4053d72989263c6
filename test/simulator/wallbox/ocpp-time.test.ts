import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ocppTime, wallMsOf } from "../../../simulator/wallbox/ocpp-time.ts";

const YEAR_1000_MS = Date.parse("1000-01-01T00:00:00Z");
const YEAR_9999_MS = Date.parse("9999-12-31T23:59:59.999Z");

describe("OCPP times", () => {
  it("writes every time as the language does", () => {
    fc.assert(
      fc.property(fc.integer({ min: YEAR_1000_MS, max: YEAR_9999_MS }), (wallMs) => {
        expect(ocppTime(wallMs)).toBe(new Date(wallMs).toISOString());
      }),
    );
  });

  it("reads back what it wrote", () => {
    fc.assert(
      fc.property(fc.integer({ min: YEAR_1000_MS, max: YEAR_9999_MS }), (wallMs) => {
        expect(wallMsOf(ocppTime(wallMs))).toBe(wallMs);
      }),
    );
  });

  it.each([
    ["2022-03-19T06:00:00Z", "2022-03-19T06:00:00.000Z"],
    ["2022-03-19T06:00:00", "2022-03-19T06:00:00.000Z"],
    ["2022-03-19T07:30:00.25+01:30", "2022-03-19T06:00:00.250Z"],
    ["2022-03-18T23:00:00-0700", "2022-03-19T06:00:00.000Z"],
  ])("reads %s", (text, utc) => {
    expect(wallMsOf(text)).toBe(Date.parse(utc));
  });

  it.each(["", "today", "2022-03-19", "2022-13-01T00:00:00Z", "2022-03-19T24:00:00Z", "2022-03-19T06:00Z"])(
    "refuses '%s'",
    (text) => {
      expect(wallMsOf(text)).toBeUndefined();
    },
  );
});
