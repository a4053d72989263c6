import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { capturedCli } from "../support/captured-cli.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const run = (...argv: string[]) => capturedCli(["replay", ...argv]);

/** An hour of sun as a file. */
function dayFile(name: string, pvW: number): string {
  const rows = Array.from({ length: 60 }, (_, minute) => {
    const time = `2026-06-21T10:${String(minute).padStart(2, "0")}:00Z`;
    return `${time},${minute < 5 ? 0 : pvW},300`;
  });
  const path = join(temporaryFolder(), name);
  writeFileSync(path, ["time,pv_w,load_w", ...rows, ""].join("\n"));
  return path;
}

const DAY_KEYS = [
  "file",
  "surplus_kwh",
  "solar_kwh",
  "grid_kwh",
  "share_pct",
  "utilisation_pct",
  "net_solar_kwh",
  "optimum_kwh",
  "regret_pct",
  "starts",
  "phase_switches",
  "short_runs",
  "writes",
  "wall_ms",
];

describe("replay", () => {
  it("prints one JSON with every day and their mean", async () => {
    const { code, out } = await run(
      ...["--trace", dayFile("a.csv", 7_000), dayFile("b.csv", 9_000)],
      ...["--phases", "3", "--json"],
    );
    expect(code).toBe(0);
    const printed = JSON.parse(out);
    expect(Object.keys(printed)).toEqual(["controller", "days", "mean"]);
    expect(printed.controller).toBe("hems-edge");
    expect(printed.days.map(({ file }: { file: string }) => file)).toEqual(["a.csv", "b.csv"]);
    for (const day of [...printed.days, printed.mean]) expect(Object.keys(day)).toEqual(DAY_KEYS);
    expect(printed.mean.solar_kwh).toBeGreaterThan(0);
  });

  it("takes several --trace as well as several files behind one", async () => {
    const [a, b, c] = ["a", "b", "c"].map((name) => dayFile(`${name}.csv`, 5_000)) as [
      string,
      string,
      string,
    ];
    const { out } = await run("--trace", a, "--trace", b, c, "--controller", "optimum", "--json");
    const files = JSON.parse(out).days.map(({ file }: { file: string }) => file);
    expect(new Set(files)).toEqual(new Set(["a.csv", "b.csv", "c.csv"]));
  });

  it("prints a table for a person, with a mean when there are several days", async () => {
    const one = await run("--trace", dayFile("a.csv", 7_000), "--controller", "evcc-like");
    expect(one.out).toMatch(/^evcc-like, one or three phases, nominal device/);
    expect(one.out).toMatch(/^a +6\.1 /m);
    expect(one.out).not.toContain("mean");
    const two = await run(
      ...["--trace", dayFile("a.csv", 7_000), dayFile("b.csv", 7_000)],
      ...["--controller", "naive"],
    );
    expect(two.out).toMatch(/^mean of a day +6\.1 /m);
  });

  it("takes a device apart", async () => {
    const file = dayFile("a.csv", 9_000);
    const nominal = await run("--trace", file, "--controller", "evcc-like", "--json");
    const eager = await run(
      ...["--trace", file, "--controller", "evcc-like", "--json"],
      ...["--device", "start_s=0,offset_a=0", "--device", "step_a=0.1"],
    );
    const solar = (out: string) => JSON.parse(out).mean.solar_kwh;
    expect(solar(eager.out)).toBeGreaterThan(solar(nominal.out));
  });

  it.each([
    [["--trace", "nowhere.csv"], /nowhere\.csv cannot be read/],
    [["--trace", "2099-01-01_mars"], /no shipped day "2099-01-01_mars": use one of 2016/],
    [[], /--trace is missing: name a shipped day or a CSV file/],
    [["--controller", "evcc"], /--controller takes one of hems-edge, evcc-like/],
    [["--phases", "2"], /--phases takes auto, 1 or 3/],
    [["--device", "dead=5"], /--device takes KEY=VALUE with dead_s, meter_s/],
    [["--device", "dead_s"], /--device dead_s takes a number from 0 to 120/],
    [["--device", "meter_s=2.5"], /--device meter_s takes a whole number from 1 to 60/],
    [["--device", "constructor=1"], /--device takes KEY=VALUE/],
    [["--device", "min_a=20"], /--device min_a is above max_a/],
    [["--start-w", "-5"], /--start-w takes whole watts from 0 to 50000/],
    [["--stop-w", "lots"], /--stop-w takes whole watts from 0 to 50000/],
    [["--start-w", "100", "--controller", "naive"], /--start-w is for hems-edge only: naive has its own/],
    [["--strat-w", "100"], /unknown option --strat-w, did you mean --start-w\?/],
  ])("%j exits 2 with a sentence", async (argv, sentence) => {
    const { code, out, err } = await run(...argv);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toMatch(sentence);
  });
});
