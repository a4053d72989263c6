import type { FootprintFigures } from "./figures.ts";

export interface FootprintResult {
  readonly machine: { readonly cpu: string; readonly cores: number; readonly load_1m: number };
  readonly node: string;
  readonly at_highest_priority: boolean;
  readonly with_systemd_notify: boolean;
  readonly first_decision_ms: { readonly median: number; readonly worst: number };
  readonly houses: readonly FootprintFigures[];
}

/** Goals of the small house and the large one; undefined where there is none. */
const GOALS = [
  { rss_mb: 110, cpu_pct: 1.5, pass_p99_ms: 10, frame_p99_ms: 20 },
  { cpu_pct: 20, pass_p99_ms: 50 },
] as const;
const FIRST_DECISION_GOAL_MS = 1_500;

/** docs/footprint.md. */
export function footprintPage(result: FootprintResult): string {
  const { machine, first_decision_ms: first } = result;
  return `# Footprint: what the service takes of a machine

Written by \`npm run bench:footprint -- --write-docs\`; do not edit.

The compiled program with the flags of [the unit](../systemd/hems-edge.service), at real speed, passes of 1 s. Its peers run in
another process on the same machine: SunSpec devices, OCPP wallboxes with cars that charge, Partner API, MQTT broker with a telemetry
message each pass, a page that watches, ${result.with_systemd_notify ? "and a service manager that is notified" : "but no service manager"}. The load of the house climbs every
2 s so that the main fuse forces a new set point, far more often than in any real house. Frame: from the meter's answer to the
charging profile, both seen on the wire, which includes a proxy on either side. Pass: bounds of the daemon's own histogram, waiting for
the devices' answers included. Latencies are only as good as the machine is quiet.

Machine: ${machine.cpu}, ${machine.cores} cores, load ${machine.load_1m} at the end${result.at_highest_priority ? "; program and peers ran with a real-time priority, before other work" : ""}; Node ${result.node}.

Start to first decision: median ${first.median} ms, worst ${first.worst} ms (goal ${FIRST_DECISION_GOAL_MS} ms).

| | ${result.houses.map(sizeText).join(" | ")} |
| --- | ${result.houses.map(() => "---").join(" | ")} |
${ROWS.map(([title, text]) => `| ${title} | ${result.houses.map((house, index) => text(house, GOALS[index] ?? {})).join(" | ")} |`).join("\n")}
`;
}

type Goals = { readonly [name in keyof FootprintFigures]?: number };
type Row = readonly [title: string, text: (house: FootprintFigures, goals: Goals) => string];

const ROWS: readonly Row[] = [
  ["resident memory, MB", figure("rss_mb")],
  ["highest ever, MB", figure("peak_rss_mb")],
  ["processor, % of a core", figure("cpu_pct")],
  ["of it systemd-notify, %", figure("cpu_children_pct")],
  ["passes", figure("passes")],
  ["pass, half of them within ms", figure("pass_p50_ms")],
  ["pass, 99 % within ms", figure("pass_p99_ms")],
  ["frames", figure("frames")],
  ["meter's answer to frame, median ms", figure("frame_p50_ms")],
  ["meter's answer to frame, 99 % within ms", figure("frame_p99_ms")],
];

function figure(name: keyof FootprintFigures): Row[1] {
  return (house, goals) =>
    goals[name] === undefined ? `${house[name]}` : `${house[name]} (goal ${goals[name]})`;
}

function sizeText({ devices, wallboxes }: FootprintFigures): string {
  return `${devices} devices, ${wallboxes} ${wallboxes === 1 ? "wallbox" : "wallboxes"}`;
}
