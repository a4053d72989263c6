import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { runChaos } from "./run-chaos.ts";

const HOUR_MS = 3_600_000;

const { values } = parseArgs({
  options: {
    /** Simulated days, each with a seed of its own: the first, the one after it, ... */
    days: { type: "string", default: "7" },
    seed: { type: "string", default: "1" },
    /** Hours of each of them. */
    hours: { type: "string", default: "24" },
    /** Hour of the day at which each of them begins. */
    from: { type: "string", default: "0" },
    /** Mean number of faults of each peer in a day. */
    faults: { type: "string", default: "30" },
    /** File for the daemon's log, with the time of the run in each line. */
    log: { type: "string" },
  },
});

const firstSeed = Number(values.seed);
let failures = 0;
for (let seed = firstSeed; seed < firstSeed + Number(values.days); seed++) {
  const stateDir = mkdtempSync(join(tmpdir(), "hems-edge-chaos-"));
  const { figures, broken } = await runChaos({
    seed,
    durationMs: Number(values.hours) * HOUR_MS,
    startOfDayMs: Number(values.from) * HOUR_MS,
    perDay: Number(values.faults),
    stateDir,
    ...(values.log === undefined ? {} : { logFile: values.log }),
  });
  rmSync(stateDir, { recursive: true, force: true });
  process.stdout.write(`${JSON.stringify({ ...figures, broken })}\n`);
  if (broken.length === 0) continue;
  failures += 1;
  process.stderr.write(
    `seed ${seed} broke ${broken.length} laws; again: npm run chaos -- --days 1 --seed ${seed} --hours ${values.hours} --from ${values.from} --faults ${values.faults}\n`,
  );
}
process.exitCode = failures === 0 ? 0 : 1;
