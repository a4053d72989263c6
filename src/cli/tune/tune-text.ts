import type { DayCounts } from "../replay/day-figures.ts";
import type { Objective } from "./objective.ts";
import type { TriedPair } from "./pair-search.ts";
import type { TuneRequest } from "./tune-request.ts";
import { FEWEST_DAYS, type TuneResult } from "./tune-run.ts";

const CONFIDENCE_PCT = 90;

/** What `--json` prints: means of a day; the gain in the unit of the objective. */
export function tuneWire({ traces, skipped, objective, plant }: TuneRequest, result: TuneResult) {
  const { current, best, finalists, gain, verdict } = result;
  return {
    verdict,
    objective: { unit: objective.unit, words: objective.words },
    phases: plant.phases,
    current: pairWire(current, objective),
    proposed: pairWire(best, objective),
    gain: {
      per_day: rounded(gain.expected, 3),
      low: rounded(gain.low, 3),
      high: rounded(gain.high, 3),
      confidence_pct: CONFIDENCE_PCT,
      optimism: rounded(gain.optimism, 3),
    },
    candidates: finalists.map((tried) => pairWire(tried, objective)),
    days: traces.map(({ name }, index) => ({
      day: name,
      current: dayWire(current.days[index], objective),
      proposed: dayWire(best.days[index], objective),
    })),
    skipped: skipped.map(({ day, missingPct }) => ({ day, missing_pct: missingPct })),
  };
}

function pairWire({ pair, days }: TriedPair, objective: Objective) {
  const mean = (of: (day: DayCounts) => number) =>
    days.reduce((sum, day) => sum + of(day), 0) / Math.max(1, days.length);
  return {
    hems_min_export_to_start_w: pair.minExportToStartW,
    hems_max_import_before_stopping_w: pair.maxImportBeforeStoppingW,
    solar_kwh: rounded(mean(({ solarWh }) => solarWh) / 1_000, 3),
    grid_kwh: rounded(mean(({ gridWh }) => gridWh) / 1_000, 3),
    starts: rounded(
      mean(({ starts }) => starts),
      2,
    ),
    phase_switches: rounded(
      mean(({ phaseSwitches }) => phaseSwitches),
      2,
    ),
    writes: rounded(
      mean(({ writes }) => writes),
      1,
    ),
    value: rounded(mean(objective.value), 3),
  };
}

function dayWire(day: DayCounts | undefined, objective: Objective) {
  if (day === undefined) return null;
  return {
    solar_kwh: rounded(day.solarWh / 1_000, 3),
    grid_kwh: rounded(day.gridWh / 1_000, 3),
    starts: day.starts,
    value: rounded(objective.value(day), 3),
  };
}

/** The same for whoever lives in the house. */
export function tuneText(request: TuneRequest, result: TuneResult): string {
  const { traces, skipped, objective } = request;
  const wire = tuneWire(request, result);
  const left =
    skipped.length === 0 ? "" : `, ${skipped.length} more left out because too much of them is missing`;
  const rows = [row("present pair", wire.current, objective)];
  if (result.best !== result.current) rows.push(row("proposed pair", wire.proposed, objective));
  return [
    `${traces.length} days, ${traces[0]?.name} to ${traces.at(-1)?.name}${left}; means of a day.`,
    `Best by ${objective.words}.`,
    "",
    `${"".padEnd(14)}${["starts at", "stops at", "solar", "import", "starts", "writes", "worth"].map((title) => title.padStart(11)).join("")}`,
    ...rows,
    "",
    ...verdictText(request, result),
    "",
  ].join("\n");
}

function row(name: string, pair: ReturnType<typeof pairWire>, { unit }: Objective): string {
  const cells = [
    `${pair.hems_min_export_to_start_w} W`,
    `${pair.hems_max_import_before_stopping_w} W`,
    `${pair.solar_kwh.toFixed(1)} kWh`,
    `${pair.grid_kwh.toFixed(2)} kWh`,
    pair.starts.toFixed(1),
    pair.writes.toFixed(0),
    `${pair.value.toFixed(1)} ${unit}`,
  ];
  return `${name.padEnd(14)}${cells.map((cell) => cell.padStart(11)).join("")}`;
}

function verdictText(
  { objective }: TuneRequest,
  { current, best, gain, verdict }: TuneResult,
): readonly string[] {
  const amount = (value: number) => `${value.toFixed(2)} ${objective.unit}`;
  const range = `${CONFIDENCE_PCT} % certain: between ${amount(gain.low)} and ${amount(gain.high)}`;
  switch (verdict) {
    case "too_few_days":
      return [
        `Too few days to say: ${current.days.length}, and ${FEWEST_DAYS} are the least. With fewer, one cloud decides.`,
        "Let the gateway record for longer, or give it more days.",
      ];
    case "keep":
      return best === current
        ? ["Keep the present pair: none of those tried does better."]
        : [
            `Keep the present pair: it is as good within the noise. The other would bring ${amount(gain.expected)} a day (${range}).`,
          ];
    case "change":
      return [
        `The proposed pair would have brought ${amount(gain.expected)} a day more (${range}).`,
        "To take it: set both on the page or in the partner's app, or as control.thresholds in the config.",
      ];
  }
}

function rounded(value: number, digits: number): number {
  const factor = 10 ** digits;
  return Math.round(value * factor) / factor + 0;
}
