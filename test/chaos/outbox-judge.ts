import type { Site } from "../../simulator/site.ts";
import { isoUtc } from "../../src/core/iso-time.ts";
import { smartChargingStatus } from "../../src/core/smart-charging-status.ts";
import type { Daemon } from "../../src/daemon.ts";
import { type HistoryFile, openHistoryFile } from "../../src/history/history-file.ts";
import type { HistoryPage, HistoryRange, RecordedEvent } from "../../src/ports/history.ts";
import type { CentralSystem } from "../simulator/wallbox/central-system.ts";
import type { Disturbances } from "./disturbance.ts";
import type { LawBook } from "./law-book.ts";

const MINUTE_MS = 60_000;
const PAGE_ROWS = 5_000;
const FAR_FUTURE_MS = Date.UTC(2100, 0, 1);
/** MQTT 3.1.1, 4.3: what was not confirmed when a connection ended is sent again on the next one. */
const RESENT_WITHIN_MS = 180_000;
/** OCPP 1.6 knows no other way either: a start or stop whose answer was lost is sent again, once the line stands. */
const BILLED_AGAIN_WITHIN_MS = 660_000;
/** Written by the history for itself. */
const OWN_EVENTS = /^(gateway_|history_)/;

interface ToldEvent {
  readonly key: string;
  readonly atMs: number;
}

/** A start or stop as it came to the other central system. */
interface Bill {
  readonly key: string;
  readonly atMs: number;
}

/** Figures of what was kept for somebody. */
export interface OutboxFigures {
  readonly events: number;
  /** Delivered again after a broken connection. */
  readonly events_resent: number;
  readonly minutes: number;
  readonly sessions: number;
  readonly transactions: number;
}

export interface OutboxJudge {
  /** Before the daemon is stopped, when all lines have been good for a while. */
  judgeStatus(daemon: Daemon): void;
  /** After it has been stopped. */
  judgeRecords(
    stateDir: string,
    run: { readonly startWallMs: number; readonly durationMs: number },
  ): OutboxFigures;
}

/** Nothing that was kept for somebody is lost, or told twice without need. */
export function createOutboxJudge(
  site: Site,
  backOffice: CentralSystem,
  { laws, disturbances }: { readonly laws: LawBook; readonly disturbances: Disturbances },
): OutboxJudge {
  const told: ToldEvent[] = [];
  site.broker.watch(({ topic, payload }) => {
    if (!topic.endsWith("/event")) return;
    told.push({ key: payloadKey(payload), atMs: site.house.nowMs });
  });
  let begun = 0;
  let ended = 0;
  let isCharging = false;
  site.house.watch(1_000, () => {
    const isNow = site.wallbox()?.state().isInTransaction === true;
    if (isNow && !isCharging) begun += 1;
    if (!isNow && isCharging) ended += 1;
    isCharging = isNow;
  });

  function judgeEvents(recorded: readonly RecordedEvent[], startWallMs: number): void {
    const delivered = new Set(told.map(({ key }) => key));
    for (const { atMs, event, detail } of recorded) {
      const key = eventKey({ ts: isoUtc(atMs), event, ...detail });
      if (OWN_EVENTS.test(event) || delivered.has(key)) continue;
      const runMs = atMs - startWallMs;
      // Bits that flip without a checksum can make anything of a message, and of its confirmation.
      const isGarbled = disturbances.faultAt("broker", runMs)?.fault.kind === "corruption";
      if (!isGarbled) laws.broken(runMs, `the event ${event} never reached the broker`);
    }
  }

  /** How many deliveries were not the first of their event. */
  function judgeRepetitions(): number {
    const seen = new Set<string>();
    let repetitions = 0;
    for (const { key, atMs } of told) {
      if (!seen.has(key)) {
        seen.add(key);
        continue;
      }
      repetitions += 1;
      const isExplained = disturbances.isDisturbed("broker", atMs, RESENT_WITHIN_MS);
      if (!isExplained) laws.broken(atMs, `an event came again over a good line: ${key}`);
    }
    return repetitions;
  }

  function judgeMinutes(file: HistoryFile, startWallMs: number, durationMs: number): number {
    const rows = allPages((range) => file.rows("minute", range));
    const firstMs = Math.ceil(startWallMs / MINUTE_MS) * MINUTE_MS;
    const seen = new Map(rows.map(({ startMs, seenS }) => [startMs, seenS]));
    for (let startMs = firstMs; startMs + MINUTE_MS < startWallMs + durationMs; startMs += MINUTE_MS) {
      const seenS = seen.get(startMs) ?? 0;
      if (seenS < 58 || seenS > 61)
        laws.broken(startMs - startWallMs, `a minute of which ${seenS} s are recorded`);
    }
    return rows.length;
  }

  function judgeTransactions(startWallMs: number): number {
    const starts = bills("StartTransaction", startWallMs);
    const stops = bills("StopTransaction", startWallMs);
    judgeBills("the start", starts, begun);
    judgeBills("the end", stops, ended);
    return starts.length;
  }

  function bills(action: "StartTransaction" | "StopTransaction", startWallMs: number): readonly Bill[] {
    return backOffice.received
      .filter((call) => call.action === action)
      .map(({ payload, atWallMs }) => ({
        key: `${payload.timestamp} ${payload.meterStart ?? payload.meterStop}`,
        atMs: atWallMs - startWallMs,
      }));
  }

  /** Each transaction once, and again only where the answer may have been lost. A bit that flipped makes another one of it. */
  function judgeBills(what: string, list: readonly Bill[], expected: number): void {
    const isGarbled = ({ atMs }: Bill) => disturbances.faultAt("upstream", atMs)?.fault.kind === "corruption";
    const billed = new Set(list.map(({ key }) => key)).size;
    const garbled = list.filter(isGarbled).length;
    if (billed < expected || billed > expected + garbled)
      laws.broken(site.house.nowMs, `${what} of ${billed} of ${expected} transactions was billed`);
    for (const [index, { key, atMs }] of list.entries()) {
      const isFirst = list.findIndex((other) => other.key === key) === index;
      if (isFirst || disturbances.isDisturbed("upstream", atMs, BILLED_AGAIN_WITHIN_MS)) continue;
      laws.broken(atMs, `${what} of a transaction was billed again over a good line`);
    }
  }

  return {
    /** A status is the present state and no event: the same one again changes nothing, so that only the last is judged. */
    judgeStatus(daemon) {
      const report = daemon.latest();
      const arrived = site.partner.lastStatus();
      if (report === undefined || arrived === undefined) {
        laws.broken(site.house.nowMs, "no status ever reached the Partner API");
        return;
      }
      const present = smartChargingStatus(report);
      if (arrived.ux_phase !== present.ux_phase || arrived.mechanism !== present.mechanism) {
        laws.broken(
          site.house.nowMs,
          `the Partner API has the status ${arrived.ux_phase}, not ${present.ux_phase}`,
        );
      }
    },
    judgeRecords(stateDir, { startWallMs, durationMs }) {
      const opened = openHistoryFile(stateDir);
      if (!opened.ok) throw new Error(opened.problem);
      const { file } = opened;
      const recorded = allPages((range) => file.events(range));
      const sessions = allPages((range) => file.sessions(range));
      judgeEvents(recorded, startWallMs);
      const figures = {
        events: recorded.length,
        events_resent: judgeRepetitions(),
        minutes: judgeMinutes(file, startWallMs, durationMs),
        sessions: sessions.length,
        transactions: judgeTransactions(startWallMs),
      };
      file.close();
      return figures;
    },
  };
}

/** A garbled payload is a key of its own. */
function payloadKey(payload: string): string {
  try {
    return eventKey(JSON.parse(payload));
  } catch {
    return payload;
  }
}

/** The same however its parts are ordered. A limit's period has times of its own, and is told and recorded a moment apart. */
function eventKey({ ts, ...event }: Readonly<Record<string, unknown>>): string {
  const isPeriod = event.event === "limit_began" || event.event === "limit_ended";
  return JSON.stringify(
    Object.entries(isPeriod ? event : { ts, ...event }).sort(([one], [other]) => (one < other ? -1 : 1)),
  );
}

function allPages<T>(read: (range: HistoryRange) => HistoryPage<T>): readonly T[] {
  const rows: T[] = [];
  let fromMs: number | undefined = 0;
  while (fromMs !== undefined) {
    const page: HistoryPage<T> = read({ fromMs, untilMs: FAR_FUTURE_MS, limit: PAGE_ROWS });
    rows.push(...page.rows);
    fromMs = page.nextMs;
  }
  return rows;
}
