import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { soakInLockstep } from "./lockstep-soak.ts";
import { soakAsProcess } from "./process-soak.ts";
import { missedGoals, type SoakDay, soakFigures } from "./soak-day.ts";
import { type SoakRuns, writeSoakPage } from "./soak-page.ts";

const { values } = parseArgs({
  options: {
    /** Simulated days of each of both runs; 0 leaves one out. */
    days: { type: "string", default: "30" },
    "process-days": { type: "string" },
    json: { type: "boolean" },
    "write-docs": { type: "boolean" },
  },
});

const days = Number(values.days);
const runs: SoakRuns = { one_process: undefined, own_process: undefined };
const processDays = Number(values["process-days"] ?? values.days);

/** Tells each day and keeps the page up to it: a run that is cut short has its figures too. */
function dayTeller(run: keyof SoakRuns): (day: SoakDay, index: number) => void {
  const days: SoakDay[] = [];
  return (day, index) => {
    const { rssBytes, handles, writtenBytes } = day;
    process.stderr.write(
      `${run} day ${index + 1}: ${megabytes(rssBytes)} MB, ${handles} handles, ${megabytes(writtenBytes)} MB written\n`,
    );
    days.push(day);
    runs[run] = soakFigures(days);
    if (values["write-docs"] === true) writeSoakPage(runs);
  };
}

async function inFolder<T>(run: (stateDir: string) => Promise<T>): Promise<T> {
  const stateDir = mkdtempSync(join(tmpdir(), "hems-edge-soak-"));
  try {
    return await run(stateDir);
  } finally {
    rmSync(stateDir, { recursive: true, force: true });
  }
}

function megabytes(bytes: number): string {
  return (bytes / 1_000_000).toFixed(1);
}

if (days > 0) await inFolder((stateDir) => soakInLockstep({ days, stateDir }, dayTeller("one_process")));
if (processDays > 0) {
  await inFolder((stateDir) => soakAsProcess({ days: processDays, stateDir }, dayTeller("own_process")));
}
process.stdout.write(`${JSON.stringify(runs, null, values.json === true ? 0 : 2)}\n`);
for (const run of [runs.one_process, runs.own_process]) {
  for (const missed of run === undefined ? [] : missedGoals(run)) {
    process.stderr.write(`missed: ${missed}\n`);
    process.exitCode = 1;
  }
}
