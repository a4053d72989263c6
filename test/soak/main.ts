import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { runSoak } from "./run-soak.ts";
import { missedGoals, type SoakDay, soakFigures } from "./soak-day.ts";
import { writeSoakPage } from "./soak-page.ts";

const { values } = parseArgs({
  options: {
    days: { type: "string", default: "30" },
    json: { type: "boolean" },
    "write-docs": { type: "boolean" },
  },
});

const days: SoakDay[] = [];
const megabytes = (bytes: number) => (bytes / 1_000_000).toFixed(1);

/** Tells each day and keeps the page up to it: a run that is cut short has its figures too. */
function tellDay(day: SoakDay): void {
  const { rssBytes, handles, writtenBytes } = day;
  days.push(day);
  process.stderr.write(
    `day ${days.length}: ${megabytes(rssBytes)} MB, ${handles} handles, ${megabytes(writtenBytes)} MB written\n`,
  );
  if (values["write-docs"] === true) writeSoakPage(soakFigures(days));
}

const stateDir = mkdtempSync(join(tmpdir(), "hems-edge-soak-"));
try {
  await runSoak({ days: Number(values.days), stateDir }, tellDay);
} finally {
  rmSync(stateDir, { recursive: true, force: true });
}
const figures = soakFigures(days);
process.stdout.write(`${JSON.stringify(figures, null, values.json === true ? 0 : 2)}\n`);
for (const missed of missedGoals(figures)) {
  process.stderr.write(`missed: ${missed}\n`);
  process.exitCode = 1;
}
