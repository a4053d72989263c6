import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadShippedDay } from "../../simulator/house/day-trace.ts";
import { configFileSchema } from "../../src/config/schema.ts";
import type { ControlBench } from "./control-bench.ts";
import { dayPlot } from "./day-plot.ts";
import { DAILY_DEMAND_WH } from "./performance-index.ts";
import { benchTables } from "./tables.ts";

const DOCS = join(import.meta.dirname, "../../docs");
const PLOTTED = ["2022-03-19_golden_clear", "2019-07-05_lamont_broken", "2022-01-20_golden_winter"] as const;

/** Writes docs/benchmark.md and its plots. Only shipped days are drawn. */
export async function writeDocs(bench: ControlBench): Promise<void> {
  const folder = join(DOCS, "benchmark");
  mkdirSync(folder, { recursive: true });
  for (const name of PLOTTED) {
    const loaded = loadShippedDay(name);
    if (loaded.ok) writeFileSync(join(folder, `${name}.svg`), await dayPlot(loaded.trace));
  }
  writeFileSync(join(DOCS, "benchmark.md"), benchmarkPage(bench));
}

function benchmarkPage(bench: ControlBench): string {
  const thresholds = configFileSchema.shape.control.parse({}).thresholds;
  const { hems_min_export_to_start_w: startW, hems_max_import_before_stopping_w: stopW } = thresholds;
  return `# Benchmark: how well the control law uses the sun

Written by \`npm run bench:control -- --write-docs\`; do not edit.

The real control loop, core and set-point writer run in virtual time against a simulated house with a slow but common
device: the meter measures each 5 s and shows it a second later, the box reports its power each 10 s, obeys after 5 s and
rounds down to whole amperes, the car starts after 15 s and draws 0.2 A less than it may, a change of phases costs 30 s and
a new start. 6 to 16 A, 230 V, one or three phases, 10 kWp; the car is always there and never full. hems-edge runs with
its default thresholds: start at ${startW} W of export, stop above ${stopW} W of import. After HTW Berlin's wbsim.

- **regret**: net solar energy (sun into the car, less the import that charging caused) short of a perfect-foresight optimum
  with the same phases, found by dynamic programming on a 10 s grid.
- **share**: sun in the energy charged. **used**: surplus that reached the car. Share alone misleads: see the thermostat.
- **HTW index**: HTW Berlin's performance indicator (doi:10.1049/icp.2025.4140) for a car that takes ${DAILY_DEMAND_WH / 1_000} kWh a day, the rest of it from the
  grid by night: the cost saved against charging from the grid alone, as a share of what an ideal charger saves, which follows the
  surplus from 1.4 kW on without any delay; 32 ct/kWh from the grid, 8 ct/kWh into it. More than 100 % is possible: the ideal charger
  never imports to catch a surplus below 1.4 kW. What is short of 100 % is import and not missing sun: on each day that gives the ideal
  charger its ${DAILY_DEMAND_WH / 1_000} kWh hems-edge has them too, and what it has imported before the clouds were measured is not given back.
- **liveliness** of a set: all changes of PV power from minute to minute, without their sign, in kW per kWp and mean day. It knows of no
  controller; a clear day has about 2.
- **short runs** ended within 5 minutes. **writes**: changes of the set point sent to the box.

The baselines are re-implementations of published default behaviour, not the products themselves.

${benchTables(bench)}

Shipped days: sources and licences in NOTICE. Sets open and tune were measured beside the product and are not part of it. PV
of tune derived from measurements of the DTU solar station, Technical University of Denmark, via
AssessingSolar/dtu_solar_station; load of all days: Hebrail, G.; Berard, A.: Individual household electric power consumption,
UCI Machine Learning Repository, doi:10.24432/C58K54, CC BY 4.0, modified.

Set unseen: no constant was chosen by it. It is every day of June 2016 at Payerne, Switzerland, sunny or not: radiation in steps of a
minute measured by MeteoSwiss for the Baseline Surface Radiation Network (L. Vuilleumier et al., Payerne station), as a file of test data
of the Python package pvlib 0.16.1; load of the shipped days of March to October. It is not part of the product either;
\`npm run bench:unseen -- --bsrn tests/data/bsrn-pay0616.dat.gz --out FOLDER\` makes it from that package's source archive, and
\`npm run bench:control -- --set unseen=FOLDER\` reports it.

## Plateau

No constant of the law fits one day only: [each of them halved to doubled](benchmark/plateau.md), on all days of open and tune, with what tuning on
four fifths of the days brings on the rest.

![cost of a mean day when one constant is multiplied](benchmark/plateau.svg)

## Days

${PLOTTED.map((name) => `![${name} under hems-edge](benchmark/${name}.svg)`).join("\n\n")}
`;
}
