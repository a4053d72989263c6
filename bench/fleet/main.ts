import { parseArgs } from "node:util";
import { type FleetFigures, fleetOutage } from "./fleet-outage.ts";

const OUTAGES_S = [10, 120, 1_800];
const { values } = parseArgs({
  options: { json: { type: "boolean" }, gateways: { type: "string", default: "10000" } },
});

const runs: FleetFigures[] = [];
for (const outageS of OUTAGES_S) {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${values.gateways} gateways, ${outageS} s`);
  runs.push(
    await fleetOutage({
      gateways: Number(values.gateways),
      outageMs: outageS * 1_000,
      changedShare: 0.05,
      seed: 1,
    }),
  );
}
if (process.stderr.isTTY) process.stderr.write("\r\u001b[K");
const worst = Math.max(...runs.map(({ ratio }) => ratio));
process.stdout.write(
  values.json === true
    ? `${JSON.stringify({ worst_ratio: worst, runs })}\n`
    : `${runs.map(tableLine).join("\n")}\nworst ratio of the peak after recovery to the steady rate: ${worst}\n`,
);

function tableLine(figures: FleetFigures): string {
  return (
    `outage ${String(figures.outage_s).padStart(5)} s: steady ${figures.steady_rps}/s (peak ${figures.steady_peak_rps}), ` +
    `in the outage up to ${figures.outage_peak_rps}/s, after it up to ${figures.recovery_peak_rps}/s = ` +
    `${figures.ratio} times; 99 % back after ${figures.recovered_s} s`
  );
}
