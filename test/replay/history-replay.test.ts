import { beforeAll, describe, expect, it } from "vitest";
import { historyDays, historyHouse } from "../../src/cli/replay/history-trace.ts";
import { configSchema } from "../../src/config/schema.ts";
import { historyMeta } from "../../src/daemon/history.ts";
import type { MinuteRecord } from "../../src/history/history-batch.ts";
import { openHistoryFile } from "../../src/history/history-file.ts";
import { minuteRecord, openDesk } from "../history/support/records.ts";
import { capturedCli } from "../support/captured-cli.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const folder = temporaryFolder();
/** Local midnights in Berlin of 2026-03-27 to 2026-03-31; the 29th has 23 hours. */
const MIDNIGHTS = [27, 28, 29, 30, 31].map((day) => Date.UTC(2026, 2, day - 1, day < 30 ? 23 : 22) / 1_000);

/** A minute in which the sun gives 6 kW, the house takes 500 W and the car the given power. */
function sunny(startS: number, chargeW: number, changes: Partial<MinuteRecord> = {}): MinuteRecord {
  const gridW = 500 + chargeW - 6_000;
  const energiesJ = {
    import_j: Math.max(0, gridW) * 60,
    export_j: Math.max(0, -gridW) * 60,
    pv_j: 6_000 * 60,
    charge_j: chargeW * 60,
  };
  return minuteRecord(0, { startS, energiesJ, wallboxes: [], ...changes });
}

function day(index: number, change: (minute: number) => MinuteRecord | undefined = () => undefined) {
  const [fromS = 0, untilS = 0] = [MIDNIGHTS[index], MIDNIGHTS[index + 1]];
  return Array.from(
    { length: (untilS - fromS) / 60 },
    (_, minute) => change(minute) ?? sunny(fromS + minute * 60, 3_000),
  );
}

beforeAll(() => {
  const wallbox = { identity: "BOX", phases: 3, min_current_a: 8, max_current_a: 20, step_a: 0.1 };
  const meta = historyMeta(
    configSchema.parse({
      site: { main_fuse_a: 35, pv_peak_w: 10_000 },
      devices: [],
      wallboxes: [
        { ...wallbox, name: "garage" },
        { ...wallbox, name: "yard", identity: "YARD", phases: 1, max_current_a: 32 },
      ],
    }),
  );
  const desk = openDesk(folder, { meta });
  const [, second = 0, third = 0, fourth = 0] = MIDNIGHTS;
  desk.write({
    minutes: [
      ...day(0),
      // 5 % of its minutes are missing at the end, and in one the meter was not believed.
      ...day(1, (minute) =>
        minute === 600 ? sunny(second + 36_000, 9_000, { validS: 10 }) : undefined,
      ).slice(0, -71),
      // A home battery feeds the house while the car draws more than the sun gives.
      ...day(2, (minute) =>
        minute < 60
          ? sunny(third + minute * 60, 0, {
              energiesJ: { import_j: 0, export_j: 60_000, pv_j: 0, charge_j: 60_000 },
            })
          : undefined,
      ),
      ...day(3).slice(0, 700),
    ].map((minute) => ({ ...minute, minExportToStartW: minute.startS >= fourth ? 4_500 : 900 })),
  });
  desk.close();
});

const run = (...argv: string[]) => capturedCli(argv);

function opened() {
  const result = openHistoryFile(folder);
  if (!result.ok) throw new Error(result.problem);
  return result.file;
}

const EVER = { fromMs: 0, untilMs: Date.UTC(2026, 5, 1) };

describe("recorded days", () => {
  it("become traces of the house without its car, and days that lack too much are told", () => {
    const file = opened();
    const { traces, skipped } = historyDays(file, EVER);
    expect(traces.map(({ name, pvW, stepMs }) => [name, pvW.length, stepMs])).toEqual([
      ["2026-03-27", 1_440, 60_000],
      ["2026-03-28", 1_440, 60_000],
      ["2026-03-29", 1_380, 60_000],
    ]);
    expect(skipped).toEqual([{ day: "2026-03-30", missingPct: 51.4 }]);
    const [first, second, third] = traces;
    expect(first?.startWallMs).toBe(Date.UTC(2026, 2, 26, 23));
    for (const trace of [first, second]) {
      expect(new Set(trace?.pvW)).toEqual(new Set([6_000]));
      expect(new Set(trace?.loadW)).toEqual(new Set([500]));
    }
    expect([third?.pvW[0], third?.loadW[0], third?.pvW[60], third?.loadW[60]]).toEqual([
      2_000, 0, 6_000, 500,
    ]);
    file.close();
  });

  it("are the newest that were asked for, and only those that are over", () => {
    const file = opened();
    expect(historyDays(file, EVER, 2).traces.map(({ name }) => name)).toEqual(["2026-03-28", "2026-03-29"]);
    const noon = { fromMs: Date.UTC(2026, 2, 27, 12), untilMs: Date.UTC(2026, 2, 29, 12) };
    expect(historyDays(file, noon)).toMatchObject({ traces: [{ name: "2026-03-28" }], skipped: [] });
    file.close();
  });

  it("come with what is known of the house", () => {
    const file = opened();
    expect(historyHouse(file, Date.UTC(2026, 3, 1))).toEqual({
      device: { minA: 8, maxA: 20, stepA: 0.1 },
      phases: 3,
      thresholds: { minExportToStartW: 4_500, maxImportBeforeStoppingW: 700 },
    });
    expect(historyHouse(file, Date.UTC(2027, 3, 1)).thresholds).toBeUndefined();
    file.close();
  });

  it("name every wallbox of the house", () => {
    const file = opened();
    expect(JSON.parse(file.meta.get("wallboxes") ?? "")).toEqual([
      { name: "garage", phases: 3, min_current_a: 8, max_current_a: 20, step_a: 0.1 },
      { name: "yard", phases: 1, min_current_a: 8, max_current_a: 32, step_a: 0.1 },
    ]);
    file.close();
  });

  it.each(["", "nonsense", "{}", "[7]", "[]", '[{"phases":2,"step_a":"x"}]'])(
    "may say %j of its wallboxes",
    (wallboxes) => {
      const file = opened();
      const odd = { ...file, meta: new Map([["wallboxes", wallboxes]]) };
      expect(historyHouse(odd, 0)).toEqual({ device: {}, phases: undefined, thresholds: undefined });
      file.close();
    },
  );
});

describe("replay --history", () => {
  it("plays the recorded days on the recorded wallbox and says what it left out", async () => {
    const argv = ["replay", "--history", folder, "--controller", "naive"];
    const { code, out } = await run(...argv);
    expect(code).toBe(0);
    expect(out).toMatch(/^naive, 3 phase\(s\), device as given/);
    expect(out).toContain("2026-03-30 is left out: 51.4 % of its minutes are missing");
    const figures = JSON.parse((await run(...argv, "--from", "2026-03-29", "--json")).out);
    expect(figures.days).toHaveLength(1);
    expect(figures.days[0].surplus_kwh).toBeCloseTo(5.5 * 22 + 2, 0);
    expect(figures.skipped).toEqual([{ day: "2026-03-30", missing_pct: 51.4 }]);
  });

  it.each([
    [["--history", folder, "--trace", "2022-03-19_golden_clear"], "exclude each other"],
    [["--trace", "2022-03-19_golden_clear", "--from", "2026-03-29"], "--from goes with --history"],
    [["--history", folder, "--from", "2026-05-01", "--to", "2026-06-01"], "no whole day yet"],
    [
      ["--history", folder, "--from", "2026-03-30", "--to", "2026-06-01"],
      "complete enough: each lacks at least 51.4 %",
    ],
    [["--history", "/nowhere"], "There is no /nowhere"],
    [["--history", folder, "--to", "soon"], "--to takes"],
  ])("%j is refused with what to do", async (argv, words) => {
    const { code, err } = await run("replay", ...argv);
    expect(code).toBe(2);
    expect(err).toContain(words);
  });
});
