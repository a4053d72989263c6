import { closeSync, fdatasyncSync, mkdtempSync, openSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { MinuteRecord } from "../../src/history/history-batch.ts";
import { createHistoryDesk, type HistoryDesk } from "../../src/history/history-desk.ts";
import type { RecordedEvent } from "../../src/ports/history.ts";

const START_S = Date.UTC(2026, 0, 1) / 1_000;
const DAY_S = 86_400;
const MINUTES_PER_DAY = 1_440;
const EVENTS_PER_DAY = 60;
const MOST_ROWS = 3_000;

/** A plausible minute: sun and charging by day, a bit of load always. */
function minuteOf(startS: number): MinuteRecord {
  const hour = ((startS % DAY_S) / 3_600 + 1) % 24;
  const sunW = Math.max(0, Math.round(8_000 * Math.sin(((hour - 6) / 12) * Math.PI)) - (startS % 7) * 100);
  const loadW = 350 + (startS % 13) * 90;
  const chargeW = sunW > 4_500 ? sunW - 1_000 : 0;
  const gridW = loadW + chargeW - sunW;
  return {
    startS,
    seenS: 60,
    validS: 60,
    energiesJ: {
      import_j: Math.max(0, gridW) * 60,
      export_j: Math.max(0, -gridW) * 60,
      pv_j: sunW * 60,
      load_j: loadW * 60,
      surplus_j: Math.max(0, sunW - loadW) * 60,
      charge_j: chargeW * 60,
      solar_j: Math.min(chargeW, Math.max(0, sunW - loadW)) * 60,
    },
    batterySocPct: undefined,
    state: chargeW > 0 ? "active" : "idle",
    mode: "hems",
    minExportToStartW: 900,
    maxImportBeforeStoppingW: 700,
    wallboxes:
      chargeW > 0
        ? [
            {
              wallbox: "wallbox",
              chargeJ: chargeW * 60,
              solarJ: chargeW * 50,
              setpointMas: 600_000,
              phases: 3,
            },
          ]
        : [],
  };
}

function eventOf(startS: number): RecordedEvent {
  const detail = {
    from: "commitment",
    to: "active",
    reason: "following_surplus",
    reason_text: "Charging from surplus: 4 321 W available, 9 A allowed.",
  };
  return { atMs: startS * 1_000, event: "state_changed", detail };
}

function write(desk: HistoryDesk, startsS: readonly number[]): void {
  const every = MINUTES_PER_DAY / EVENTS_PER_DAY;
  const reply = desk.answer({
    kind: "write",
    nowMs: (startsS.at(-1) ?? START_S) * 1_000,
    batch: {
      minutes: startsS.map(minuteOf),
      sessions: [],
      events: startsS.filter((startS) => (startS / 60) % every === 0).map(eventOf),
    },
  });
  if (reply.kind !== "written") throw new Error(JSON.stringify(reply));
}

function ownWrites(): { readonly written: number; readonly handedOver: number } {
  const text = readFileSync("/proc/self/io", "utf8");
  const value = (name: string) => Number(new RegExp(`^${name}: (\\d+)$`, "m").exec(text)?.[1] ?? 0);
  return { written: value("write_bytes"), handedOver: value("wchar") };
}

/** One day, a commit each minute, each brought to the disk before the next as the system does after half a minute. */
function dayOfCommits(desk: HistoryDesk, folder: string) {
  write(desk, [START_S - 60]);
  const journal = openSync(join(folder, "history.db-wal"), "r+");
  const before = ownWrites();
  for (let minute = 0; minute < MINUTES_PER_DAY; minute++) {
    write(desk, [START_S + minute * 60]);
    fdatasyncSync(journal);
  }
  const after = ownWrites();
  closeSync(journal);
  return {
    disk_mb: megabytes(after.written - before.written),
    handed_over_mb: megabytes(after.handedOver - before.handedOver),
  };
}

function fillDays(desk: HistoryDesk, days: number): void {
  for (let day = 1; day < days; day++) {
    const startS = START_S + day * DAY_S;
    write(
      desk,
      Array.from({ length: MINUTES_PER_DAY }, (_, minute) => startS + minute * 60),
    );
  }
}

/** Reads a span in pages as the API does; the sum over all of them and the slowest. */
function timedRows(desk: HistoryDesk, resolution: "minute" | "quarter" | "day", days: number) {
  let fromMs: number | undefined = START_S * 1_000;
  let rows = 0;
  let totalMs = 0;
  let slowestMs = 0;
  while (fromMs !== undefined) {
    const startMs = performance.now();
    const range = { fromMs, untilMs: (START_S + days * DAY_S) * 1_000, limit: MOST_ROWS };
    const reply = desk.answer({ kind: "rows", resolution, range });
    if (reply.kind !== "rows") throw new Error(JSON.stringify(reply));
    const tookMs = performance.now() - startMs;
    totalMs += tookMs;
    slowestMs = Math.max(slowestMs, tookMs);
    rows += reply.page.rows.length;
    fromMs = reply.page.nextMs;
  }
  return { rows, total_ms: Math.round(totalMs), slowest_page_ms: Math.round(slowestMs) };
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 10_000) / 100;
}

const { values } = parseArgs({
  options: { json: { type: "boolean" }, days: { type: "string", default: "365" } },
});
const days = Number(values.days);
const folder = mkdtempSync(join(tmpdir(), "hems-bench-history-"));
const desk = createHistoryDesk({
  stateDir: folder,
  timeZone: "Europe/Berlin",
  retention: { minutesDays: 3_650, eventsDays: 3_650, quartersDays: 3_650, maxBytes: 1e12 },
  meta: {},
});
const aDay = dayOfCommits(desk, folder);
const fillStartMs = performance.now();
fillDays(desk, days);
const figures = {
  days,
  written_per_day: aDay,
  minutes_per_day: MINUTES_PER_DAY,
  events_per_day: EVENTS_PER_DAY,
  file_mb: megabytes(statSync(join(folder, "history.db")).size),
  fill_s: Math.round((performance.now() - fillStartMs) / 100) / 10,
  query: {
    day_of_minutes: timedRows(desk, "minute", 1),
    all_quarters: timedRows(desk, "quarter", days),
    all_days: timedRows(desk, "day", days),
  },
};
desk.answer({ kind: "close" });
rmSync(folder, { recursive: true, force: true });
process.stdout.write(
  values.json === true ? `${JSON.stringify(figures)}\n` : `${JSON.stringify(figures, null, 2)}\n`,
);
