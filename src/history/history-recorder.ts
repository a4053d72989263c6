import type { Logger } from "pino";
import { limitPeriodWire } from "../core/limit-wire.ts";
import { passDurationMs } from "../core/pass-duration.ts";
import { priceAt } from "../core/planner/price-curve.ts";
import { initialToldSite, type SiteEvent, siteEvents, type ToldSite } from "../core/site-events.ts";
import type { TickReport } from "../core/tick-report.ts";
import { type Clock, withTimeout } from "../ports/clock.ts";
import type {
  HistoryAnswer,
  HistoryRange,
  HistoryReader,
  RecordedEvent,
  RecordedSession,
} from "../ports/history.ts";
import type { LimitListener } from "../ports/limit-log.ts";
import type { MinuteSink } from "../ports/minute-sink.ts";
import type { Prices } from "../ports/prices.ts";
import type { ReportSink } from "../ports/report-sink.ts";
import type { StateStore } from "../ports/state-store.ts";
import { createEventGate } from "./event-gate.ts";
import type { MinuteRecord } from "./history-batch.ts";
import { createHistoryQueue } from "./history-queue.ts";
import type { HistoryThread } from "./history-thread.ts";
import { minuteRow } from "./minute-row.ts";
import { createMinuteTally } from "./minute-tally.ts";
import { createQueueWriter, type WriterState } from "./queue-writer.ts";
import { createSessionTally, type SessionTally } from "./session-tally.ts";
import { type SitePass, sitePass } from "./site-pass.ts";
import { SET_ASIDE_KEY } from "./sqlite-state-store.ts";

export interface HistoryRecorderOptions {
  readonly version: string;
}

export interface HistoryRecorderDeps {
  readonly clock: Clock;
  /** Real time, in which the disk lives whatever `clock` does. */
  readonly diskClock: Clock;
  readonly log: Logger;
  readonly store: StateStore;
  readonly thread: HistoryThread;
  /** Undefined where nobody knows what electricity costs. */
  readonly prices?: Prices;
  /** Told of each minute beside the disk. */
  readonly minuteSinks?: readonly MinuteSink[];
  /** Told of each session that is over. */
  readonly onSession?: (session: RecordedSession) => void;
}

/** What the recorder tells of itself. */
export interface HistoryState extends WriterState {
  readonly waiting: number;
  readonly dropped: number;
  /** Cars that are plugged in and have charged. */
  readonly sessionsRunning: number;
}

/** Writes down what the passes were: each minute and when something happens. Passes never wait for it. */
export interface HistoryRecorder extends ReportSink, HistoryReader {
  start(): void;
  /** Tells of a limit's period as it begins and as it ends, as an event. */
  limit: LimitListener;
  /** Records something that happened to the gateway itself. */
  note(event: string, detail: RecordedEvent["detail"]): void;
  /** Writes what is left; takes at most a few seconds. */
  stop(): Promise<void>;
  state(): HistoryState;
}

const STOP_TIMEOUT_MS = 3_000;
const RUNNING_KEY = "history_running";

export function createHistoryRecorder(
  options: HistoryRecorderOptions,
  deps: HistoryRecorderDeps,
): HistoryRecorder {
  const { clock, store, thread, prices } = deps;
  const queue = createHistoryQueue();
  const writer = createQueueWriter(queue, deps);
  const minutes = createMinuteTally();
  const sessions = new Map<string, SessionTally>();
  const gate = createEventGate();
  let lastMs: number | undefined;
  let told: ToldSite | undefined;

  function sessionOf(wallbox: string, wallMs: number): SessionTally {
    const known = sessions.get(wallbox) ?? createSessionTally(wallbox, { store, wallMs });
    sessions.set(wallbox, known);
    return known;
  }

  function noteSessions({ boxes, report }: SitePass, durationMs: number): void {
    const { wallMs } = report;
    const priceCtKwh = prices === undefined ? undefined : priceAt(prices.curve(), wallMs);
    for (const box of boxes) sessionOf(box.name, wallMs).add(box, { durationMs, wallMs, priceCtKwh });
  }

  function newEvents(report: TickReport): readonly SiteEvent[] {
    if (told === undefined) {
      told = initialToldSite(report);
      return [];
    }
    const step = siteEvents(told, report);
    told = step.told;
    return step.events.filter(({ event }) => gate.admits(event, report.monotonicMs));
  }

  function tellMinutes(finished: readonly MinuteRecord[]): void {
    for (const sink of deps.minuteSinks ?? []) for (const minute of finished) sink.minute(minuteRow(minute));
  }

  function runningSessions(): readonly RecordedSession[] {
    return [...sessions.values()].flatMap((tally) => tally.running() ?? []);
  }

  function tellOfLostState(): void {
    const path = store.get(SET_ASIDE_KEY);
    if (typeof path !== "string") return;
    queue.push({ events: [ownEvent(clock, "state_set_aside", { path })] });
    store.put(SET_ASIDE_KEY, null);
  }

  return {
    start() {
      const after = store.get(RUNNING_KEY) === true ? "loss" : "stop";
      store.put(RUNNING_KEY, true);
      store.flush();
      queue.push({ events: [ownEvent(clock, "gateway_started", { version: options.version, after })] });
      tellOfLostState();
      writer.flush();
    },
    note(event, detail) {
      queue.push({ events: [ownEvent(clock, event, detail)] });
      writer.flush();
    },
    limit(kind, period) {
      const detail = limitPeriodWire(period);
      queue.push({ events: [{ atMs: clock.wallMs(), event: `limit_${kind}`, detail }] });
    },
    report(report) {
      const durationMs = passDurationMs(lastMs, report.monotonicMs);
      lastMs = report.monotonicMs;
      const pass = sitePass(report);
      minutes.add(pass, { durationMs, wallMs: report.wallMs });
      noteSessions(pass, durationMs);
      const events = newEvents(report);
      const finishedMinutes = minutes.takeFinished();
      const finishedSessions = [...sessions.values()].flatMap((tally) => tally.takeFinished());
      if (finishedMinutes.length + finishedSessions.length + events.length === 0) return;
      tellMinutes(finishedMinutes);
      for (const session of finishedSessions) deps.onSession?.(session);
      queue.push({
        minutes: finishedMinutes,
        sessions: finishedSessions,
        events: events.map(recordedEvent(report)),
      });
      const isHappening = events.some(isWorthAWrite) && gate.opensWrite(report.monotonicMs);
      if (finishedMinutes.length + finishedSessions.length > 0 || isHappening) writer.flush();
    },
    async stop() {
      minutes.finish();
      store.put(RUNNING_KEY, false);
      const lastMinutes = minutes.takeFinished();
      tellMinutes(lastMinutes);
      queue.push({
        minutes: lastMinutes,
        events: [ownEvent(clock, "gateway_stopped", {})],
      });
      writer.flush();
      await withTimeout(deps.diskClock, STOP_TIMEOUT_MS, writer.settled(), undefined);
      await thread.close();
    },
    state: () => ({
      ...writer.state(),
      waiting: queue.length,
      dropped: queue.dropped + gate.refused,
      sessionsRunning: runningSessions().length,
    }),
    rows: thread.rows,
    events: thread.events,
    async sessions(range) {
      return withRunning(await thread.sessions(range), runningSessions(), range);
    },
  };
}

/** The sessions that are over, and behind the last of them those that are not. */
function withRunning(
  answer: HistoryAnswer<RecordedSession>,
  running: readonly RecordedSession[],
  { fromMs, untilMs }: HistoryRange,
): HistoryAnswer<RecordedSession> {
  if (!answer.ok || answer.page.nextMs !== undefined) return answer;
  const within = running.filter(({ startMs }) => startMs >= fromMs && startMs < untilMs);
  return { ok: true, page: { rows: [...answer.page.rows, ...within], nextMs: undefined } };
}

function recordedEvent({ wallMs }: TickReport): (event: SiteEvent) => RecordedEvent {
  return ({ ts: _ts, event, ...detail }) => ({ atMs: wallMs, event, detail });
}

function ownEvent(clock: Clock, event: string, detail: RecordedEvent["detail"]): RecordedEvent {
  return { atMs: clock.wallMs(), event, detail };
}

/** What comes and goes with each cloud waits for the end of the minute: flash wears. */
function isWorthAWrite(event: SiteEvent): boolean {
  switch (event.event) {
    case "limit_changed":
      return false;
    case "state_changed":
      return event.from === "active" || event.to === "active";
    default:
      return true;
  }
}
