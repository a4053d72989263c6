import { runDeadMan } from "./dead-man-run.ts";

/** Kills the daemon again and again while a car charges at 16 A, with boxes of variant A and of variant B. */
const TIMES = 20;
const AT_ONCE = 4;

const isJson = process.argv.includes("--json");
const figures = [];
for (const variant of ["A", "B"] as const) {
  const fallsS: number[] = [];
  for (let done = 0; done < TIMES; done += AT_ONCE) {
    const runs = Array.from({ length: AT_ONCE }, () => runDeadMan(variant));
    fallsS.push(...(await Promise.all(runs)));
  }
  const fallen = fallsS.filter(Number.isFinite);
  figures.push({
    variant,
    kills: fallsS.length,
    at_floor_in_time: fallen.length,
    shortest_s: Math.min(...fallen),
    longest_s: Math.max(...fallen),
  });
}
const lines = figures.map(
  ({ variant, kills, at_floor_in_time, shortest_s, longest_s }) =>
    `variant ${variant}: ${at_floor_in_time} of ${kills} at the floor in time, after ${shortest_s} to ${longest_s} s`,
);
process.stdout.write(`${isJson ? JSON.stringify({ figures }) : lines.join("\n")}\n`);
process.exitCode = figures.every(({ kills, at_floor_in_time }) => kills === at_floor_in_time) ? 0 : 1;
