import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { GOALS, missedGoals, type SoakFigures, showsGrowth } from "./soak-day.ts";

const PAGE = join(import.meta.dirname, "../../docs/soak.md");

/** Writes docs/soak.md from the days so far. */
export function writeSoakPage(figures: SoakFigures): void {
  writeFileSync(PAGE, soakPage(figures));
}

function soakPage(figures: SoakFigures): string {
  return `# Soak: what weeks of operation cost

Written by \`npm run soak\`; do not edit.

The compiled program with the flags of [the unit](../systemd/hems-edge.service) in a process of its own,
[led by the clock](adr/0017-the-bench-leads-the-daemons-clock.md) of one inverter, one meter, one wallbox, broker and Partner API in
another one; the page open and \`/metrics\` asked each minute; a pass each second. The six shipped days follow each other again and
again, and the car leaves each afternoon and comes home empty. What grew before: [ADR 19](adr/0019-memory-that-stays-where-it-is.md).

| | goal | measured |
| --- | --- | --- |
${rows(figures)
  .map((cells) => `| ${cells.join(" | ")} |`)
  .join("\n")}

- **memory, handles**: medians of a day; their growth is the slope over the days after the warm-up.
- **written**: \`write_bytes\` of /proc, with everything brought to the disk each simulated half minute, as Linux does in real time.
${missedGoals(figures)
  .map((missed) => `- **missed**: ${missed}\n`)
  .join("")}`;
}

function rows(figures: SoakFigures): readonly string[][] {
  const { days, warm_up_days, rss_mb, rss_mb_per_week, handles, written_mb_per_day } = figures;
  const growth = showsGrowth(figures) ? String(rss_mb_per_week) : "too short to tell";
  return [
    ["simulated days (of which warm-up)", "30", `${days} (${warm_up_days})`],
    ["memory after warm-up, at the end, MB", "", `${rss_mb.after_warm_up}, ${rss_mb.last}`],
    ["growth of memory, MB a week", `<= ${GOALS.rssMbPerWeek}`, growth],
    ["handles, least to most", "flat", `${handles.least} to ${handles.most}`],
    [
      "written, MB a day: mean, most",
      `<= ${GOALS.writtenMbPerDay}`,
      `${written_mb_per_day.mean}, ${written_mb_per_day.most}`,
    ],
  ];
}
