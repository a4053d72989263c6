import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { NOMINAL_DEVICE } from "../../src/cli/replay/replay-device.ts";
import { NET_SOLAR } from "../../src/cli/tune/objective.ts";
import type { TuneResult } from "../../src/cli/tune/tune-run.ts";
import { tuneText } from "../../src/cli/tune/tune-text.ts";
import { traceOf } from "../replay/traces.ts";
import { capturedCli } from "../support/captured-cli.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const folder = temporaryFolder();

const run = (...argv: string[]) => capturedCli(["tune", ...argv]);

/** Half an hour in which the sun is just enough for one phase: a start at 4 kW sleeps through it. */
function weakSun(name: string, pvW: number): string {
  const rows = Array.from({ length: 30 }, (_, minute) => {
    const time = `2026-06-21T10:${String(minute).padStart(2, "0")}:00Z`;
    return `${time},${minute < 2 ? 0 : pvW},300`;
  });
  const path = join(folder, name);
  writeFileSync(path, ["time,pv_w,load_w", ...rows, ""].join("\n"));
  return path;
}

describe("tune", { timeout: 60_000 }, () => {
  it("proposes a pair that makes use of the sun, with its gain and how certain that is", async () => {
    const files = Array.from({ length: 7 }, (_, day) => weakSun(`${day}.csv`, 2_600 + 100 * day));
    const pair = ["--start-w", "4000", "--stop-w", "0", "--phases", "1"];
    const { code, out, err } = await run(...pair, "--json", "--trace", ...files);
    expect([code, err]).toEqual([0, ""]);
    const found = JSON.parse(out);
    expect(found).toMatchObject({
      verdict: "change",
      objective: { unit: "kWh" },
      phases: 1,
      current: {
        hems_min_export_to_start_w: 4_000,
        hems_max_import_before_stopping_w: 0,
        solar_kwh: 0,
        value: 0,
      },
      skipped: [],
    });
    const { hems_min_export_to_start_w: startW, hems_max_import_before_stopping_w: stopW } = found.proposed;
    expect(startW).toBeLessThan(2_600);
    expect(startW + stopW).toBeGreaterThanOrEqual(1_380);
    expect(found.gain.low).toBeGreaterThan(0);
    expect(found.gain.per_day).toBeGreaterThan(0.4);
    expect(found.days).toHaveLength(7);
    expect(found.candidates.length).toBeGreaterThan(2);
  });

  it("says that a few days are too few", async () => {
    const { code, out } = await run("--trace", weakSun("one.csv", 3_000), "--phases", "1");
    expect(code).toBe(0);
    expect(out).toContain("Too few days to say: 1, and 7 are the least.");
  });

  it.each([
    [["--days", "0"], "--days takes a whole number from 1 to 366"],
    [["--days", "many"], "--days takes a whole number"],
    [["--start-w", "-5"], "--start-w takes whole watts"],
    [["--stop-w", "50001"], "--stop-w takes whole watts"],
    [["--import-ct", "30"], "--import-ct and --export-ct go together"],
    [["--import-ct", "dear", "--export-ct", "8"], "--import-ct takes ct/kWh"],
    [["--phases", "2"], "--phases takes auto, 1 or 3"],
    [["--device", "dead_s=x"], "--device dead_s takes a number"],
    [[], "--trace is missing"],
    [["--history", "/nowhere"], "There is no /nowhere"],
    [["--trace", "2022-13-01"], "no shipped day"],
  ])("%j is refused with the option and what to write", async (argv, words) => {
    const { code, out, err } = await run(...argv);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toContain(words);
  });
});

describe("the words of the result", () => {
  const counts = {
    ...{ surplusWh: 20_000, solarWh: 10_000, gridWh: 1_000, optimumWh: 12_000 },
    ...{ starts: 2, phaseSwitches: 0, shortRuns: 0, writes: 100, wallMs: 1 },
  };
  const current = { pair: { minExportToStartW: 4_000, maxImportBeforeStoppingW: 200 }, days: [counts] };
  const best = {
    pair: { minExportToStartW: 3_500, maxImportBeforeStoppingW: 650 },
    days: [{ ...counts, solarWh: 11_000 }],
  };
  const gain = { expected: 0.8, low: 0.31, high: 1.2, optimism: 0.2 };
  const request = {
    traces: [traceOf([0], 0, "2026-06-21")],
    skipped: [{ day: "2026-06-20", missingPct: 60 }],
    plant: { device: NOMINAL_DEVICE, phases: 3 as const },
    minChargePowerW: 4_140,
    current: current.pair,
    objective: NET_SOLAR,
  };
  const words = (changes: Partial<TuneResult>) =>
    tuneText(request, { current, best, finalists: [current, best], gain, verdict: "change", ...changes });

  it("name both pairs, what they bring and how to take the better one", () => {
    const text = words({});
    expect(text).toContain("1 more left out because too much of them is missing");
    expect(text).toMatch(/present pair +4000 W +200 W +10\.0 kWh +1\.00 kWh +2\.0 +100 +9\.0 kWh/);
    expect(text).toMatch(/proposed pair +3500 W +650 W +11\.0 kWh/);
    expect(text).toContain("0.80 kWh a day more (90 % certain: between 0.31 kWh and 1.20 kWh)");
    expect(text).toContain("control.thresholds");
  });

  it("say when the present pair is as good within the noise, or the best", () => {
    expect(words({ verdict: "keep" })).toContain("as good within the noise");
    const same = words({ verdict: "keep", best: current });
    expect(same).toContain("none of those tried does better");
    expect(same).not.toContain("proposed pair");
  });
});
