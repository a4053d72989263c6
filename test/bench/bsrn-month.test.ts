import { describe, expect, it } from "vitest";
import { parseBsrnMonth } from "../../bench/unseen/bsrn-month.ts";
import { pvPowerW } from "../../bench/unseen/pv-model.ts";
import { sunVector } from "../../bench/unseen/sun-position.ts";

const GREENWICH = { latitudeDeg: 51.4779, longitudeDeg: 0 };
const DEGREE = Math.PI / 180;

/** A month of one day at 46.815 N, 6.944 E; `missing` holds what is not known in each minute. */
function month(
  missing: (minute: number) => { global?: boolean; direct?: boolean; diffuse?: boolean },
): string {
  const minutes = Array.from({ length: 1_440 }, (_, minute) => {
    const { global, direct, diffuse } = missing(minute);
    return [
      ` 21 ${minute} ${global ? -999 : 600} 1.0 1 1 ${direct ? -999 : 500} 1.0 1 1`,
      `   ${diffuse ? -999 : 150} 1.0 1 1 300 1.0 1 1 20.0 50.0 960`,
    ].join("\n");
  });
  return [
    "*U0001",
    " 21  6 2016  1",
    "*U0004",
    " -1 -1 -1",
    " 13  4",
    "Somewhere",
    "+41",
    "nobody",
    " 136.815 186.944  491 06610",
    "*C0100",
    ...minutes,
    "*U0300",
    "",
  ].join("\n");
}

describe("a month of a radiation station", () => {
  it("is read with its place and its minutes", () => {
    const { place, days } = parseBsrnMonth(month(() => ({})));
    expect(place.latitudeDeg).toBeCloseTo(46.815, 6);
    expect(place.longitudeDeg).toBeCloseTo(6.944, 6);
    expect(days).toHaveLength(1);
    expect(days[0]).toHaveLength(1_440);
    expect(days[0]?.[61]).toEqual({
      wallMs: Date.UTC(2016, 5, 21, 1, 1),
      globalWm2: 600,
      directWm2: 500,
      diffuseWm2: 150,
      airC: 20,
    });
  });

  it("gets a missing component from the other two", () => {
    const noon = 11 * 60 + 34;
    const whole = (missing: "global" | "direct" | "diffuse") =>
      parseBsrnMonth(month((minute) => ({ [missing]: minute === noon }))).days[0]?.[noon];
    const up = Math.sin((90 - 46.815 + 23.44) * DEGREE);
    expect(whole("direct")?.directWm2).toBeCloseTo(450 / up, 0);
    expect(whole("diffuse")?.diffuseWm2).toBeCloseTo(600 - 500 * up, 0);
    expect(whole("global")?.globalWm2).toBeCloseTo(150 + 500 * up, 0);
  });

  it("repeats up to ten minutes of a day, and leaves out a day of which more is missing", () => {
    const without = (minutes: number) =>
      parseBsrnMonth(month((minute) => ({ direct: minute < minutes, diffuse: minute < minutes }))).days;
    expect(without(10)).toHaveLength(1);
    expect(without(10)[0]?.[0]).toMatchObject({ directWm2: 500, wallMs: Date.UTC(2016, 5, 21) });
    expect(without(11)).toEqual([]);
  });

  it("that lacks a record is refused by its name", () => {
    expect(() => parseBsrnMonth("*U0001\n 21 6 2016 1\n")).toThrow("0004");
  });
});

describe("the sun", () => {
  it.each([
    ["stands at the equator at an equinox", Date.UTC(2024, 2, 20, 12, 7), 90 - 51.4779],
    ["stands highest in June", Date.UTC(2024, 5, 20, 12, 2), 90 - 51.4779 + 23.44],
    ["stands lowest in December", Date.UTC(2024, 11, 21, 11, 58), 90 - 51.4779 - 23.44],
  ])("%s at noon", (_case, wallMs, heightDeg) => {
    const [east, north, up] = sunVector(GREENWICH, wallMs);
    expect(Math.asin(up) / DEGREE).toBeCloseTo(heightDeg, 0);
    expect(Math.abs(east)).toBeLessThan(0.02);
    expect(north).toBeLessThan(0);
  });

  it("stands in the east in the morning", () => {
    expect(sunVector(GREENWICH, Date.UTC(2024, 2, 20, 8))[0]).toBeGreaterThan(0.5);
  });
});

describe("the modules", () => {
  const noon = {
    wallMs: Date.UTC(2024, 5, 20, 12, 2),
    globalWm2: 850,
    directWm2: 850,
    diffuseWm2: 100,
    airC: 20,
  };

  it("give most of their rating at a clear noon, and nothing at night", () => {
    expect(pvPowerW(GREENWICH, noon)).toBeGreaterThan(6_500);
    expect(pvPowerW(GREENWICH, noon)).toBeLessThan(8_500);
    expect(pvPowerW(GREENWICH, { ...noon, globalWm2: -2, directWm2: -1, diffuseWm2: -2 })).toBe(0);
  });

  it("give less when they are hot", () => {
    expect(pvPowerW(GREENWICH, { ...noon, airC: 35 })).toBeLessThan(pvPowerW(GREENWICH, noon));
  });
});
