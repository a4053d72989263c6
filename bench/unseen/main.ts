import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { gunzipSync } from "node:zlib";
import { type DayTrace, listShippedDays, loadShippedDay } from "../../simulator/house/day-trace.ts";
import { isoUtc } from "../../src/core/iso-time.ts";
import { parseBsrnMonth } from "./bsrn-month.ts";
import { pvPowerW, type StationMinute } from "./pv-model.ts";
import type { Place } from "./sun-position.ts";

/**
 * Makes days that nobody tuned on from a month of a radiation station: PV power by the model of the other sets, load from
 * the shipped days of the same half of the year in rotation. The days stay beside the product.
 */
const { values } = parseArgs({
  options: {
    bsrn: { type: "string" },
    out: { type: "string" },
    "utc-offset-min": { type: "string", default: "120" },
  },
});
if (values.bsrn === undefined || values.out === undefined) {
  throw new Error("usage: bench/unseen/main.ts --bsrn FILE.dat[.gz] --out FOLDER [--utc-offset-min 120]");
}

const bytes = readFileSync(values.bsrn);
const { place, days } = parseBsrnMonth(
  (values.bsrn.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("latin1"),
);
mkdirSync(values.out, { recursive: true });
const loads = summerLoads();
for (const [index, day] of days.entries()) {
  const load = loads[index % loads.length];
  if (load === undefined) throw new Error("there is no shipped day to take a load from");
  const text = dayCsv(day, place, load, Number(values["utc-offset-min"]));
  writeFileSync(join(values.out, `${text.date}.csv`), text.csv);
}
process.stdout.write(`${days.length} days in ${values.out}\n`);

/** Loads of March to October; every shipped day begins at local midnight. */
function summerLoads(): readonly DayTrace[] {
  return listShippedDays().flatMap(({ name }) => {
    const month = Number(name.slice(5, 7));
    const loaded = loadShippedDay(name);
    return loaded.ok && month >= 3 && month <= 10 ? [loaded.trace] : [];
  });
}

function dayCsv(day: readonly StationMinute[], at: Place, load: DayTrace, utcOffsetMin: number) {
  const rows = day.map((minute, index) => {
    const loadW = load.loadW[(index + utcOffsetMin) % load.loadW.length] ?? 0;
    return `${isoUtc(minute.wallMs)},${Math.round(pvPowerW(at, minute))},${Math.round(loadW)}`;
  });
  const date = isoUtc(day[0]?.wallMs ?? 0).slice(0, 10);
  return { date, csv: `time,pv_w,load_w\n${rows.join("\n")}\n` };
}
