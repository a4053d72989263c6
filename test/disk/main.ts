import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { HISTORY_FILE } from "../../src/history/history-desk.ts";
import { createBench } from "../hil/support/bench.ts";
import { DAMAGES } from "../history/support/damage.ts";
import { asidesIn, type DiskFault, diskOutage } from "./disk-outage.ts";
import { type Mount, mountExt4, mountTmpfs } from "./mounts.ts";

const STARTED_S = 300;
/** `--only EIO`: those scenarios whose names have it. */
const { values } = parseArgs({ options: { only: { type: "string", default: "" } } });

/** The real daemon on a file system of its own, of which something is taken away. */
async function onMount(
  mount: Mount,
  faultOf: (mount: Mount) => Omit<DiskFault, "stateDir">,
): Promise<string> {
  const fault = faultOf(mount);
  const bench = await createBench({ stateDir: mount.path });
  try {
    const daemon = bench.startDaemon();
    await bench.offers(11, STARTED_S);
    const { recorded_s, passed_s } = await diskOutage(bench, daemon, { stateDir: mount.path, ...fault });
    return `${recorded_s} s recorded of ${passed_s} s`;
  } finally {
    await bench.close();
    mount.unmount();
  }
}

/** Both databases of a daemon that was killed are damaged: the next one steers, and keeps a copy of each. */
async function afterDamage(inflict: (path: string) => void): Promise<string> {
  const stateDir = mkdtempSync(join(tmpdir(), "hems-edge-damage-"));
  const bench = await createBench({ stateDir });
  try {
    const first = bench.startDaemon();
    await bench.offers(11, STARTED_S);
    await bench.pass(200);
    await first.end("SIGTERM");
    for (const name of ["state.db", HISTORY_FILE]) inflict(join(stateDir, name));
    const second = bench.startDaemon();
    await bench.within(STARTED_S, () => asidesIn(stateDir).length >= 2);
    await bench.offers(11, STARTED_S);
    if (!second.isRunning) throw new Error("the daemon has ended");
    return `set aside: ${asidesIn(stateDir).join(", ")}`;
  } finally {
    await bench.close();
    rmSync(stateDir, { recursive: true, force: true });
  }
}

const scenarios: (readonly [name: string, run: () => Promise<string>])[] = DAMAGES.map(
  ([name, inflict]) => [`with ${name}`, () => afterDamage(inflict)] as const,
);
if (process.getuid?.() === 0) {
  for (const [name, make] of [
    ["tmpfs", mountTmpfs],
    ["ext4", mountExt4],
  ] as const) {
    scenarios.push([
      `${name} full (ENOSPC)`,
      () => onMount(make(), ({ fill, clear }) => ({ fail: fill, heal: clear })),
    ]);
    scenarios.push([
      `${name} read-only from the start (EROFS)`,
      () =>
        onMount(make(), ({ remount }) => {
          remount("ro");
          return { fail: undefined, heal: () => remount("rw") };
        }),
    ]);
  }
  scenarios.push([
    "ext4 whose disk breaks down, and is mounted again (EIO)",
    () => onMount(mountExt4(), ({ breakDown, replace }) => ({ fail: breakDown, heal: replace })),
  ]);
} else {
  process.stdout.write("Full and read-only disks not tried: mounting them needs root.\n");
}

for (const [name, run] of scenarios) {
  if (!name.includes(values.only)) continue;
  try {
    process.stdout.write(`${name}: ${await run()}\n`);
  } catch (error) {
    process.stdout.write(`${name}: FAILED, ${error instanceof Error ? error.message : error}\n`);
    process.exitCode = 1;
  }
}
