import type { HistoryBatch, MinuteRecord } from "../../../src/history/history-batch.ts";
import {
  createHistoryDesk,
  type HistoryDeskOptions,
  type HistoryReply,
} from "../../../src/history/history-desk.ts";
import type { Resolution } from "../../../src/ports/history.ts";

/** 2026-06-21T00:00:00Z, s. */
export const DAY_S = Date.UTC(2026, 5, 21) / 1_000;
export const RETENTION = { minutesDays: 400, eventsDays: 800, quartersDays: 3_650, maxBytes: 2e8 };

export function minuteRecord(minute: number, changes: Partial<MinuteRecord> = {}): MinuteRecord {
  return {
    startS: DAY_S + minute * 60,
    seenS: 60,
    validS: 60,
    energiesJ: {
      import_j: 0,
      export_j: 36_000,
      pv_j: 180_000,
      load_j: 36_000,
      charge_j: 108_000,
      solar_j: 108_000,
    },
    batterySocPct: undefined,
    state: "active",
    mode: "hems",
    minExportToStartW: 900,
    maxImportBeforeStoppingW: 700,
    wallboxes: [{ wallbox: "garage", chargeJ: 108_000, solarJ: 108_000, setpointMas: 600_000, phases: 1 }],
    ...changes,
  };
}

export function batch(changes: Partial<HistoryBatch>): HistoryBatch {
  return { minutes: [], sessions: [], events: [], ...changes };
}

/** The history file of a folder, asked in step. */
export function openDesk(stateDir: string, options: Partial<HistoryDeskOptions> = {}) {
  const desk = createHistoryDesk({
    stateDir,
    timeZone: "Europe/Berlin",
    retention: RETENTION,
    meta: { site: "home" },
    ...options,
  });
  const write = (changes: Partial<HistoryBatch>, nowMs = DAY_S * 1_000): HistoryReply =>
    desk.answer({ kind: "write", batch: batch(changes), nowMs });
  return {
    write,
    rows(resolution: Resolution, range: Partial<{ fromMs: number; untilMs: number; limit: number }> = {}) {
      const whole = { fromMs: 0, untilMs: 4e12, limit: 10_000, ...range };
      const reply = desk.answer({ kind: "rows", resolution, range: whole });
      if (reply.kind !== "rows") throw new Error(JSON.stringify(reply));
      return reply.page;
    },
    sessions(limit = 100) {
      const reply = desk.answer({ kind: "sessions", range: { fromMs: 0, untilMs: 4e12, limit } });
      if (reply.kind !== "sessions") throw new Error(JSON.stringify(reply));
      return reply.page;
    },
    events(limit = 100, fromMs = 0) {
      const reply = desk.answer({ kind: "events", range: { fromMs, untilMs: 4e12, limit } });
      if (reply.kind !== "events") throw new Error(JSON.stringify(reply));
      return reply.page;
    },
    answer: desk.answer,
    close: () => desk.answer({ kind: "close" }),
  };
}
