import { describe, expect, it } from "vitest";
import { createLocalDay } from "../../src/core/local-day.ts";

describe("the local day", () => {
  it.each([
    ["winter, just before midnight in Berlin", "Europe/Berlin", "2022-01-20T22:59:59.999Z", "2022-01-20"],
    ["winter, midnight in Berlin", "Europe/Berlin", "2022-01-20T23:00:00.000Z", "2022-01-21"],
    ["summer, just before midnight in Berlin", "Europe/Berlin", "2022-07-20T21:59:59.999Z", "2022-07-20"],
    ["summer, midnight in Berlin", "Europe/Berlin", "2022-07-20T22:00:00.000Z", "2022-07-21"],
    ["an offset with minutes", "Asia/Kathmandu", "2022-07-20T18:15:00.000Z", "2022-07-21"],
    ["the end of a quarter hour", "Asia/Kathmandu", "2022-07-20T18:14:59.999Z", "2022-07-20"],
  ])("is right in %s", (_case, zone, time, day) => {
    expect(createLocalDay(zone)(Date.parse(time))).toBe(day);
  });

  it("follows the time forward and back", () => {
    const localDay = createLocalDay("UTC");
    const days = [
      "2022-01-20T23:59:58Z",
      "2022-01-20T23:59:59Z",
      "2022-01-21T00:00:00Z",
      "2022-01-20T12:00:00Z",
    ].map((time) => localDay(Date.parse(time)));
    expect(days).toEqual(["2022-01-20", "2022-01-20", "2022-01-21", "2022-01-20"]);
  });
});
