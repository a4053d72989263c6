import type { DayTrace } from "../../simulator/house/day-trace.ts";
import { type HemsSpotFigures, hemsSpotWeek } from "./hems-spot-week.ts";
import { type SpotFigures, type SpotOptions, spotNights } from "./spot-nights.ts";
import { USUAL_START_PENALTY_CT } from "./virtual-planner.ts";

/** Days for `hems_and_spot` under the name that the page gives them. */
export interface DaySet {
  readonly name: string;
  readonly traces: readonly DayTrace[];
}

const NIGHTS: readonly (readonly [title: string, options: Partial<SpotOptions>])[] = [
  ["13 hours, hourly prices", {}],
  ["13 hours, quarter-hourly prices, made up", { resolution: "quarters" }],
  ["a change of the clocks, hourly prices", { nights: "clock_change" }],
  [
    "a change of the clocks, quarter-hourly prices, made up",
    { nights: "clock_change", resolution: "quarters" },
  ],
];

/** What the planner makes of day-ahead prices, as a page. */
export function pricesPage(sets: readonly DaySet[]): string {
  const nights = NIGHTS.map(([title, options]) => nightRow(title, spotNights(options)));
  const weeks = sets.map(({ name, traces }) => weekRow(name, hemsSpotWeek(traces)));
  return `# Benchmark: what a night and a sunny week cost

Written by \`npm run bench:spot -- --write-docs\`; do not edit. Prices: day-ahead market of Germany-Luxembourg in 2024, Bundesnetzagentur | SMARD.de,
CC BY 4.0. Quarter hours are made up from the hours (tilted by the slope between their neighbours, even noise, the mean of the
hour kept): they show that the planner works with them, not what the market does.

## spot

Every night from 18 to 07 h local time: 20 kWh at 11 kW, wholesale prices without fees, the daemon's own planner asked every 30 s
with the default start penalty of ${USUAL_START_PENALTY_CT} ct. The optimum takes the cheapest stretches, whatever starts it needs. A night in which the clocks
change has 12 or 14 hours.

| nights | number | ct/kWh | optimum | above it | starts a night | not delivered |
| --- | --- | --- | --- | --- | --- | --- |
${nights.join("\n")}

The goal: at most 0.1 ct/kWh above the optimum, at most 1.3 starts a night, nothing undelivered.

## hems_and_spot

21 days in a row, dated from 4 March 2024 on: two weeks from which the planner learns the plant's sun, then seven that count. The car is there from
midnight until 20 h and needs 20 kWh by then. A kWh from the grid costs the market price + 15.5 ct, and 19 % VAT on both; one from
the sun costs the 8.03 ct that feeding it in would have brought. Surplus of 1.38 kW and more is followed without loss, tomorrow's prices come at 13 h, and the
planner is the daemon's own. The bound buys each minute's sun and grid power apart, with perfect foresight and without starts: no
real charge reaches it.

| days | ct/kWh | bound | above it | without any sun expected | sun in the charge | not delivered |
| --- | --- | --- | --- | --- | --- | --- |
${weeks.join("\n")}

The days are not from one plant in a row: each next one may be of another season and place, which is harder to expect than real
weather. The goal of 13.9 ct/kWh against a bound of 13.16 (5.6 % above it) stems from another tariff and other days, which are not
written down; what can be compared is how far above its bound a charge stays.
`;
}

function nightRow(title: string, figures: SpotFigures): string {
  const { nights, cost_ct_kwh: cost, optimum_ct_kwh: optimum } = figures;
  const cells = [
    title,
    String(nights),
    cost.toFixed(3),
    optimum.toFixed(3),
    (cost - optimum).toFixed(3),
    figures.starts_per_night.toFixed(2),
    String(figures.undelivered_nights),
  ];
  return `| ${cells.join(" | ")} |`;
}

function weekRow(title: string, figures: HemsSpotFigures): string {
  const { cost_ct_kwh: cost, bound_ct_kwh: bound } = figures;
  const cells = [
    title,
    cost.toFixed(2),
    bound.toFixed(2),
    `${(cost - bound).toFixed(2)} (${((cost / bound - 1) * 100).toFixed(1)} %)`,
    figures.without_expectation_ct_kwh.toFixed(2),
    `${Math.round(figures.solar_share_pct)} %`,
    String(figures.undelivered_days),
  ];
  return `| ${cells.join(" | ")} |`;
}
