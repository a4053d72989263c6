import { DEVICE_S, type Fall, HORIZON_S, LOOK_S, runDeadMan } from "./dead-man-run.ts";

/** Kills the daemon again and again while a car charges at 16 A, with boxes of variant A and of variant B. */
const TIMES = 20;
/** A set point is renewed at half its life: the kills are spread over that time. */
const RENEWAL_S = HORIZON_S / 2;

const isJson = process.argv.includes("--json");

async function falls(variant: "A" | "B"): Promise<readonly Fall[]> {
  const seen: Fall[] = [];
  for (let run = 0; run < TIMES; run++) seen.push(await runDeadMan(variant, (run * RENEWAL_S) / TIMES));
  return seen;
}

function range(values: readonly number[]): { readonly shortest: number; readonly longest: number } {
  return { shortest: Math.min(...values), longest: Math.max(...values) };
}

function isInTime({ horizonS, deviceS }: Fall): boolean {
  return horizonS <= HORIZON_S + LOOK_S && deviceS <= DEVICE_S;
}

const figures = [];
for (const variant of ["A", "B"] as const) {
  const seen = await falls(variant);
  figures.push({
    variant,
    kills: seen.length,
    in_time: seen.filter(isInTime).length,
    horizon_s: range(seen.map(({ horizonS }) => horizonS)),
    device_s: range(seen.map(({ deviceS }) => deviceS)),
    since_kill_s: range(seen.map(({ sinceKillS }) => sinceKillS)),
  });
}
const words = ({ shortest, longest }: { readonly shortest: number; readonly longest: number }) =>
  `${shortest.toFixed(1)} to ${longest.toFixed(1)} s`;
const lines = figures.map(
  ({ variant, kills, in_time, horizon_s, device_s, since_kill_s }) =>
    `variant ${variant}: ${in_time} of ${kills} in time; limit at the floor ${words(horizon_s)} after the last set point (at most ${HORIZON_S + LOOK_S} s), ` +
    `current ${words(device_s)} after that (at most ${DEVICE_S} s), ${words(since_kill_s)} after the kill`,
);
process.stdout.write(`${isJson ? JSON.stringify({ figures }) : lines.join("\n")}\n`);
process.exitCode = figures.every(({ kills, in_time }) => kills === in_time) ? 0 : 1;
