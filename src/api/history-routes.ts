import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { isoUtc } from "../core/iso-time.ts";
import { createLocalTime, type LocalTime } from "../core/planner/local-time.ts";
import { wallMsOf } from "../core/planner/time-text.ts";
import {
  type HistoryAnswer,
  type HistoryRange,
  type HistoryReader,
  RESOLUTIONS,
  type RecordedSession,
  type Resolution,
} from "../ports/history.ts";
import type { ApiContext } from "./api-context.ts";
import { SESSION_CSV } from "./history-csv.ts";
import { eventWire, historyRowWire, sessionWire } from "./history-wire.ts";
import { fieldProblems, sendProblem } from "./problem-detail.ts";

/** Rows in one answer; where there are more, `next` tells from when to ask again. */
const MOST_ROWS = 3_000;
/** Pages in one CSV of sessions: more than a life of charging. */
const MOST_CSV_PAGES = 20;
const DAY_MS = 86_400_000;
const YEAR_MS = 366 * DAY_MS;
const LONGEST_MINUTES_MS = 2 * DAY_MS;
const LONGEST_QUARTERS_MS = 31 * DAY_MS;

/** What the gateway remembers: energies, sessions and events. */
export function addHistoryRoutes(app: FastifyInstance, context: ApiContext): void {
  const local = createLocalTime(context.options.timeZone);
  const queryOf = (request: FastifyRequest, usualMs: number) =>
    rangeQuery(request.query, { local, nowMs: context.clock.wallMs(), usualMs });

  app.get("/api/history", async (request, reply) => {
    const query = queryOf(request, DAY_MS);
    if (!query.ok) return sendProblem(reply, 422, fieldProblems(query.error, "query"));
    const { range } = query;
    const resolution = query.resolution ?? fittingResolution(range);
    const answer = await context.history?.rows(resolution, range);
    if (answer?.ok !== true) return sendAway(reply, answer);
    const { rows, nextMs } = answer.page;
    return reply.send({ resolution, ...rangeWire(range, nextMs), rows: rows.map(historyRowWire) });
  });

  app.get("/api/sessions", async (request, reply) => {
    const query = queryOf(request, YEAR_MS);
    if (!query.ok) return sendProblem(reply, 422, fieldProblems(query.error, "query"));
    const answer = await context.history?.sessions(query.range);
    if (answer?.ok !== true) return sendAway(reply, answer);
    const { rows, nextMs } = answer.page;
    return reply.send({ ...rangeWire(query.range, nextMs), sessions: rows.map(sessionWire) });
  });

  app.get("/api/sessions.csv", async (request, reply) => {
    const query = queryOf(request, YEAR_MS);
    if (!query.ok) return sendProblem(reply, 422, fieldProblems(query.error, "query"));
    const { history } = context;
    const sessions = history === undefined ? undefined : await allSessions(history, query.range);
    if (sessions?.ok !== true) return sendAway(reply, sessions);
    return reply
      .type("text/csv; charset=utf-8")
      .header("content-disposition", 'attachment; filename="sessions.csv"')
      .send(SESSION_CSV.head + sessions.page.rows.map(SESSION_CSV.line).join(""));
  });

  app.get("/api/history/events", async (request, reply) => {
    const query = queryOf(request, 7 * DAY_MS);
    if (!query.ok) return sendProblem(reply, 422, fieldProblems(query.error, "query"));
    const answer = await context.history?.events(query.range);
    if (answer?.ok !== true) return sendAway(reply, answer);
    const { rows, nextMs } = answer.page;
    return reply.send({ ...rangeWire(query.range, nextMs), events: rows.map(eventWire) });
  });
}

type RangeQuery =
  | { readonly ok: true; readonly range: HistoryRange; readonly resolution: Resolution | undefined }
  | { readonly ok: false; readonly error: z.ZodError };

interface QueryContext {
  readonly local: LocalTime;
  readonly nowMs: number;
  /** How far back an answer reaches when nobody says it. */
  readonly usualMs: number;
}

function rangeQuery(query: unknown, { local, nowMs, usualMs }: QueryContext): RangeQuery {
  const time = z
    .string()
    .max(40)
    .transform((text, issues) => {
      const wallMs = wallMsOf(text, local);
      if (wallMs !== undefined) return wallMs;
      issues.addIssue("write an ISO 8601 time such as 2026-11-21T06:00:00Z, or a date such as 2026-11-21");
      return z.NEVER;
    })
    .optional();
  const schema = z
    .strictObject({ from: time, to: time, resolution: z.enum(RESOLUTIONS).optional() })
    .transform(({ from, to = nowMs, resolution }) => ({ from: from ?? to - usualMs, to, resolution }))
    .refine(({ from, to }) => from < to, { path: ["from"], message: "must be before to" });
  const parsed = schema.safeParse(query);
  if (!parsed.success) return { ok: false, error: parsed.error };
  const { from, to, resolution } = parsed.data;
  return { ok: true, range: { fromMs: from, untilMs: to, limit: MOST_ROWS }, resolution };
}

/** The finest that still fits in one answer. */
function fittingResolution({ fromMs, untilMs }: HistoryRange): Resolution {
  const lengthMs = untilMs - fromMs;
  if (lengthMs <= LONGEST_MINUTES_MS) return "minute";
  return lengthMs <= LONGEST_QUARTERS_MS ? "quarter" : "day";
}

async function allSessions(
  history: HistoryReader,
  range: HistoryRange,
): Promise<HistoryAnswer<RecordedSession>> {
  const rows: RecordedSession[] = [];
  let fromMs: number | undefined = range.fromMs;
  for (let page = 0; page < MOST_CSV_PAGES && fromMs !== undefined; page++) {
    const answer: HistoryAnswer<RecordedSession> = await history.sessions({ ...range, fromMs });
    if (!answer.ok) return answer;
    rows.push(...answer.page.rows);
    fromMs = answer.page.nextMs;
  }
  return { ok: true, page: { rows, nextMs: fromMs } };
}

function rangeWire({ fromMs, untilMs }: HistoryRange, nextMs: number | undefined) {
  return {
    from: isoUtc(fromMs),
    to: isoUtc(untilMs),
    /** Where to go on when that was not all. */
    next: nextMs === undefined ? null : isoUtc(nextMs),
  };
}

function sendAway(reply: FastifyReply, answer: { readonly detail: string } | undefined): FastifyReply {
  const detail =
    answer === undefined ? "this gateway records nothing" : `the history is not there: ${answer.detail}`;
  return sendProblem(reply, 503, detail);
}
