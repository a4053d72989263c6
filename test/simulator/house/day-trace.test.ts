import { readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import {
  type DayTrace,
  type DayTraceResult,
  DEFAULT_DAY,
  listShippedDays,
  loadDay,
  loadShippedDay,
  parseDayTrace,
} from "../../../simulator/house/day-trace.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const HEADER = "time,pv_w,load_w";

function traceOf(result: DayTraceResult): DayTrace {
  if (!result.ok) throw new Error(result.problem);
  return result.trace;
}

function problemOf(result: DayTraceResult): string {
  if (result.ok) throw new Error("parsed without a problem");
  return result.problem;
}

function surplusKwh({ pvW, loadW, stepMs }: DayTrace): number {
  return pvW.reduce((total, pv, i) => total + Math.max(0, pv - loadW[i]!) * stepMs, 0) / 3.6e9;
}

describe("the shipped days", () => {
  it("are the six whose licence is clear, each with its attribution", () => {
    const days = listShippedDays();
    expect(days).toHaveLength(6);
    for (const day of days) {
      expect(day.attribution).toContain("10.24432/C58K54");
      expect(day.licence).not.toBe("");
    }
  });

  it("are all credited in NOTICE, in the owners' words", () => {
    const notice = readFileSync(join(import.meta.dirname, "../../../NOTICE"), "utf8").replace(/\s+/g, " ");
    for (const { name, attribution, licence } of listShippedDays()) {
      expect(notice).toContain(`simulator/days/${name}.csv ${attribution}.`);
      expect(notice).toContain(licence);
    }
  });

  it.each(listShippedDays())("$name has the surplus that its index promises", (day) => {
    const trace = traceOf(loadShippedDay(day.name));
    expect(trace.pvW).toHaveLength(1_440);
    expect(trace.stepMs).toBe(60_000);
    expect(surplusKwh(trace)).toBeCloseTo(day.surplus_kwh, 1);
  });

  it("default to a clear day of 52.1 kWh of surplus that begins at local midnight", () => {
    const trace = traceOf(loadShippedDay());
    expect(trace.name).toBe(DEFAULT_DAY);
    expect(surplusKwh(trace)).toBeCloseTo(52.1, 1);
    expect(new Date(trace.startWallMs).toISOString()).toBe("2022-03-19T06:00:00.000Z");
  });

  it("are listed when somebody names one that does not exist", () => {
    expect(problemOf(loadShippedDay("2022-03-20"))).toContain(DEFAULT_DAY);
  });
});

describe("a day given by path", () => {
  let folder = "";
  beforeAll(() => {
    folder = temporaryFolder();
  });

  it("is parsed like a shipped one", () => {
    const path = join(folder, "my-house.csv");
    writeFileSync(path, `${HEADER}\n2024-05-01T00:00:00Z,1,2\n2024-05-01T00:15:00Z,3,4\n`);
    const trace = traceOf(loadDay(path));
    expect(trace.name).toBe("my-house");
    expect([...trace.pvW]).toEqual([1, 3]);
  });

  it("is a problem with a remedy when it does not exist, is a folder or is far too large", () => {
    const large = join(folder, "large.csv");
    writeFileSync(large, "");
    truncateSync(large, 25 * 1024 * 1024);
    expect(problemOf(loadDay(join(folder, "none.csv")))).toMatch(/ENOENT.*name an existing CSV file/);
    expect(problemOf(loadDay(`${folder}/`))).toMatch(/EISDIR/);
    expect(problemOf(loadDay(large))).toMatch(/larger than 24 MB.*split/);
  });
});

describe("parsing a trace", () => {
  const row = (minute: number, rest = "100,200") =>
    `2024-05-01T00:${String(minute).padStart(2, "0")}:00Z,${rest}`;

  it.each([
    ["one second", "2024-05-01T00:00:01Z", 1_000],
    ["a quarter of an hour", "2024-05-01T00:15:00+00:00", 900_000],
  ])("takes a step of %s", (_, second, stepMs) => {
    const trace = traceOf(parseDayTrace(`${HEADER}\n2024-05-01T00:00:00Z,0,1.5\n${second},2.5,0`, "x"));
    expect(trace.stepMs).toBe(stepMs);
    expect([...trace.pvW, ...trace.loadW]).toEqual([0, 2.5, 1.5, 0]);
  });

  it("takes Windows line ends, a byte order mark, spaces and empty lines at the end", () => {
    const text = `\uFEFFtime, pv_w, load_w\r\n${row(0, " 1 , 2 ")}\r\n${row(1)}\r\n\r\n`;
    expect([...traceOf(parseDayTrace(text, "x")).pvW]).toEqual([1, 100]);
  });

  it.each([
    ["an empty file", "", /line 1: the header must be/],
    ["another header", "zeit;pv;last\n", /line 1: the header must be "time,pv_w,load_w", not "zeit;pv;last"/],
    ["no row", `${HEADER}\n`, /at least two rows/],
    ["a single row", `${HEADER}\n${row(0)}`, /at least two rows/],
    ["a missing value", `${HEADER}\n${row(0)}\n${row(1, "5")}`, /line 3: three values/],
    [
      "a word for a number",
      `${HEADER}\n${row(0)}\n${row(1)}\n${row(2, "abc,1")}`,
      /line 4: pv_w "abc" is no/,
    ],
    ["an empty cell", `${HEADER}\n${row(0)}\n${row(1)}\n${row(2, "1,")}`, /line 4: load_w "" is no number/],
    ["infinity", `${HEADER}\n${row(0, "Infinity,1")}\n${row(1)}`, /line 2: pv_w "Infinity" is no number/],
    ["a negative load", `${HEADER}\n${row(0)}\n${row(1, "1,-5")}`, /line 3: load_w -5 is negative/],
    ["a power station", `${HEADER}\n${row(0)}\n${row(1, "1e9,5")}`, /line 3: pv_w 1e9 is beyond any house/],
    ["a local time", `${HEADER}\n2024-05-01 00:00,1,1\n${row(1)}`, /line 2: "2024-05-01 00:00" is no UTC/],
    ["30 February", `${HEADER}\n2024-02-30T00:00:00Z,1,1\n${row(1)}`, /line 2: .* is no UTC time/],
    ["a gap", `${HEADER}\n${row(0)}\n${row(1)}\n${row(4)}`, /line 4: a gap of 120 s .* fill in/],
    ["a double row", `${HEADER}\n${row(0)}\n${row(1)}\n${row(1)}`, /line 4: .* too early .* remove doubles/],
    ["a standing clock", `${HEADER}\n${row(0)}\n${row(0)}`, /line 3: time does not move on/],
    ["too long a step", `${HEADER}\n${row(0)}\n${row(16)}`, /line 3: a step of 16 min is too long/],
    [
      "half a second",
      `${HEADER}\n2024-05-01T00:00:00Z,1,1\n2024-05-01T00:00:00.500Z,1,1`,
      /line 3: the step must be whole seconds/,
    ],
  ])("names line and remedy for %s", (_, text, problem) => {
    expect(problemOf(parseDayTrace(text, "x"))).toMatch(problem);
  });

  it("shortens what it quotes", () => {
    expect(problemOf(parseDayTrace("y".repeat(100_000), "x")).length).toBeLessThan(150);
  });
});
