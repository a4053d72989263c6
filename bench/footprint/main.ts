import { writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { footprintFigures, quantile, rounded } from "./figures.ts";
import { footprintPage } from "./footprint-page.ts";
import { runHouse } from "./run-house.ts";

/** What the service takes of a machine: `npm run bench:footprint -- --json`. Linux; the figures come from /proc. */
const SMALL = { devices: 2, wallboxes: 1 };
/** The most that a config may have. */
const LARGE = { devices: 20, wallboxes: 20 };
const STARTS = 5;
const PAGE = join(import.meta.dirname, "../../docs/footprint.md");

const { values } = parseArgs({
  options: {
    json: { type: "boolean" },
    "write-docs": { type: "boolean" },
    seconds: { type: "string", default: "300" },
    "warm-up": { type: "string", default: "90" },
    first: { type: "boolean" },
    only: { type: "string" },
  },
});
const times = {
  warmUpS: Number(values["warm-up"]),
  measuredS: Number(values.seconds),
  isFirst: values.first === true,
};

function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`${text}\n`);
}

const starts: number[] = [];
for (let start = 1; start <= STARTS && values.only === undefined; start++) {
  progress(`start ${start} of ${STARTS}`);
  starts.push((await runHouse(SMALL, { ...times, warmUpS: 0, measuredS: 1 })).firstDecisionMs);
}
progress(`one wallbox, ${times.measuredS} s`);
const small = await runHouse(SMALL, times);
const houses = [footprintFigures(SMALL, small)];
if (values.only === undefined) {
  progress(`twenty wallboxes, ${times.measuredS} s`);
  houses.push(footprintFigures(LARGE, await runHouse(LARGE, times)));
}
const result = {
  machine: {
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: cpus().length,
    load_1m: rounded(loadavg()[0] ?? 0, 1),
  },
  node: process.versions.node,
  at_highest_priority: times.isFirst,
  with_systemd_notify: small.hasNotify,
  first_decision_ms: {
    median: Math.round(quantile([...starts, small.firstDecisionMs], 0.5)),
    worst: Math.round(Math.max(...starts, small.firstDecisionMs)),
  },
  houses,
};
if (values["write-docs"] === true) writeFileSync(PAGE, footprintPage(result));
process.stdout.write(values.json === true ? `${JSON.stringify(result)}\n` : footprintPage(result));
