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
const processDays = Number(values["process-days"] ?? values.days);

function tellDay(run: string): (day: SoakDay, index: number) => void {
  return ({ rssBytes, handles, writtenBytes }, index) =>
    process.stderr.write(
      `${run} day ${index + 1}: ${megabytes(rssBytes)} MB, ${handles} handles, ${megabytes(writtenBytes)} MB written\n`,
    );
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

async function soak(): Promise<SoakRuns> {
  const lockstep =
    days > 0
      ? await inFolder((stateDir) => soakInLockstep({ days, stateDir }, tellDay("lock-step")))
      : undefined;
  const child =
    processDays > 0
      ? await inFolder((stateDir) => soakAsProcess({ days: processDays, stateDir }, tellDay("process")))
      : undefined;
  return {
    lockstep: lockstep === undefined ? undefined : soakFigures(lockstep),
    process: child === undefined ? undefined : soakFigures(child),
  };
}

const runs = await soak();
if (values["write-docs"] === true) writeSoakPage(runs);
process.stdout.write(`${JSON.stringify(runs, null, values.json === true ? 0 : 2)}\n`);
for (const run of [runs.lockstep, runs.process]) {
  for (const missed of run === undefined ? [] : missedGoals(run)) {
    process.stderr.write(`missed: ${missed}\n`);
    process.exitCode = 1;
  }
}
