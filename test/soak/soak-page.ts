import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { GOALS, missedGoals, type SoakFigures, showsGrowth } from "./soak-day.ts";

const PAGE = join(import.meta.dirname, "../../docs/soak.md");

/** Figures so far; undefined for a run that was left out. */
export interface SoakRuns {
  /** Daemon and peers in one process. */
  one_process: SoakFigures | undefined;
  /** The daemon alone. */
  own_process: SoakFigures | undefined;
}

/** Writes docs/soak.md from the last run. */
export function writeSoakPage(runs: SoakRuns): void {
  writeFileSync(PAGE, soakPage(runs));
}

function soakPage({ one_process: one, own_process: own }: SoakRuns): string {
  return `# Soak: what weeks of operation cost

Written by \`npm run soak\`; do not edit.

One inverter, one meter, one wallbox, broker and Partner API, the page open and \`/metrics\` asked each minute; a pass each second. The six
shipped days follow each other again and again, and the car leaves each afternoon and comes home empty. Memory and handles are medians of a
day, their growth is the slope over the days after the warm-up.

| | goal | in one process | as a process |
| --- | --- | --- | --- |
${rows(one, own)
  .map((cells) => `| ${cells.join(" | ")} |`)
  .join("\n")}

- **in one process**: the daemon and all its peers on [one clock](adr/0005-lock-step-clock-for-the-demo.md); memory and handles are those of
  all of them together.
- **as a process**: the daemon alone, with the service's flags but compiled (interpreted, a month takes a day), [led by the
  clock](adr/0017-the-bench-leads-the-daemons-clock.md) of the same peers in another process.
- **written**: \`write_bytes\` of /proc, with everything brought to the disk each simulated half minute, as Linux does in real time.
${[one, own].flatMap((figures) => (figures === undefined ? [] : missedGoals(figures).map((missed) => `- **missed**: ${missed}\n`))).join("")}`;
}

function rows(one: SoakFigures | undefined, own: SoakFigures | undefined): readonly string[][] {
  const line = (title: string, goal: string, figure: (figures: SoakFigures) => string) => [
    title,
    goal,
    ...[one, own].map((figures) => (figures === undefined ? "not run" : figure(figures))),
  ];
  return [
    line("simulated days (of which warm-up)", "30", (of) => `${of.days} (${of.warm_up_days})`),
    line("memory after warm-up, at the end, MB", "", ({ rss_mb: mb }) => `${mb.after_warm_up}, ${mb.last}`),
    line("growth of memory, MB a week", `<= ${GOALS.rssMbPerWeek}`, (of) =>
      showsGrowth(of) ? String(of.rss_mb_per_week) : "too short to tell",
    ),
    line("handles, least to most", "flat", ({ handles }) => `${handles.least} to ${handles.most}`),
    line(
      "written, MB a day: mean, most",
      `<= ${GOALS.writtenMbPerDay}`,
      ({ written_mb_per_day: mb }) => `${mb.mean}, ${mb.most}`,
    ),
  ];
}
