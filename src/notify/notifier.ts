import { randomUUID } from "node:crypto";
import type { Logger } from "pino";
import { z } from "zod";
import { CONDITION_CODES } from "../core/notice-codes.ts";
import type { TickReport } from "../core/tick-report.ts";
import type { Clock } from "../ports/clock.ts";
import type { RecordedSession } from "../ports/history.ts";
import type { NotificationDesk } from "../ports/notifications.ts";
import type { ReportSink } from "../ports/report-sink.ts";
import type { StateStore } from "../ports/state-store.ts";
import type { Channel } from "./channel.ts";
import { createConditionWatch } from "./condition-watch.ts";
import { activeConditions, type SiteFacts, tenths } from "./conditions.ts";
import { createDeadlineWatch } from "./deadline-watch.ts";
import { createNotice, type Notice, type NoticeFacts } from "./notice.ts";
import { createOutbox } from "./outbox.ts";
import type { Language } from "./words.ts";

export interface NotifierOptions {
  readonly site: string;
  readonly language: Language;
  /** Of this program: an update is told. */
  readonly version: string;
}

export interface NotifierDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly store: StateStore;
  readonly random: () => number;
  readonly channels: readonly Channel[];
  /** What is known beside the pass. */
  readonly facts: () => Omit<SiteFacts, "report" | "configProblems">;
}

/** Tells people of what they would want to know, through every channel. Passes never wait for it. */
export interface Notifier extends ReportSink, NotificationDesk {
  start(): void;
  stop(): Promise<void>;
  /** A charging session is over. */
  session(session: RecordedSession): void;
  /** Why the newest config was not taken; empty when it was. */
  noteConfig(problems: readonly string[]): void;
}

/** Conditions last for minutes: this is often enough to look, ms. */
const LOOK_MS = 5_000;
/** In any hour no more than this many begin or happen: a house that falls apart is told of once. */
const MOST_PER_HOUR = 20;
const HOUR_MS = 3_600_000;
const RAISED_KEY = "notify/raised";
const VERSION_KEY = "notify/version";
const LONGEST_DETAIL = 300;

const raisedSchema = z.array(
  z.object({
    code: z.enum(CONDITION_CODES),
    subject: z.string().optional(),
    figures: z.record(z.string(), z.union([z.string(), z.number()])),
    sinceWallMs: z.number(),
  }),
);

export function createNotifier(options: NotifierOptions, deps: NotifierDeps): Notifier {
  const { clock, log, store, channels } = deps;
  const outboxes = channels.map((channel) => ({ channel, outbox: createOutbox(channel, deps) }));
  const before = raisedSchema.safeParse(store.get(RAISED_KEY)).data ?? [];
  const watch = createConditionWatch(before.map((raised) => ({ subject: undefined, ...raised })));
  const deadlines = createDeadlineWatch();
  let configProblems: readonly string[] = [];
  let lookedMs = Number.NEGATIVE_INFINITY;
  /** When something began or happened within the last hour, monotonic ms. */
  let told: readonly number[] = [];

  function mayTell(): boolean {
    const nowMs = clock.monotonicMs();
    told = told.filter((toldMs) => nowMs - toldMs < HOUR_MS);
    if (told.length >= MOST_PER_HOUR) return false;
    told = [...told, nowMs];
    return true;
  }

  function notice(facts: Omit<NoticeFacts, "id" | "site" | "wallMs">): Notice {
    const { site, language } = options;
    return createNotice(language, { ...facts, id: randomUUID(), site, wallMs: clock.wallMs() });
  }

  function tell(facts: Omit<NoticeFacts, "id" | "site" | "wallMs">): void {
    const made = notice(facts);
    log.info({ code: made.code, kind: made.kind, subject: made.subject }, "notification");
    for (const { channel, outbox } of outboxes) {
      if (channel.only === undefined || channel.only.some((code) => code === made.code)) outbox.push(made);
    }
  }

  function happened(facts: Omit<NoticeFacts, "id" | "site" | "wallMs" | "kind">): void {
    if (!mayTell()) return;
    tell({ ...facts, kind: "event" });
    store.flush();
  }

  function look(report: TickReport): void {
    const active = activeConditions({ ...deps.facts(), report, configProblems });
    const at = { nowMs: report.monotonicMs, wallMs: report.wallMs };
    const turns = watch.turns(active, at, mayTell);
    for (const { kind, condition } of turns) tell({ ...condition, kind });
    if (turns.length === 0) return;
    store.put(RAISED_KEY, watch.raised());
    // What was told and what still waits reach the disk together: a power cut tells nothing twice and forgets nothing.
    store.flush();
  }

  function noteVersion(): void {
    const known = store.get(VERSION_KEY);
    if (known === options.version) return;
    store.put(VERSION_KEY, options.version);
    if (typeof known !== "string") return;
    happened({ code: "gateway_updated", figures: { before: known, version: options.version } });
  }

  return {
    start() {
      for (const { outbox } of outboxes) outbox.start();
      noteVersion();
    },
    async stop() {
      await Promise.all(outboxes.map(({ outbox }) => outbox.stop()));
    },
    report(report) {
      for (const { wallbox, deadline, missingWh } of deadlines.missed(report)) {
        happened({
          code: "deadline_missed",
          subject: wallbox,
          figures: { deadline, kwh: tenths(missingWh / 1_000) },
        });
      }
      if (report.monotonicMs - lookedMs < LOOK_MS) return;
      lookedMs = report.monotonicMs;
      look(report);
    },
    session({ wallbox, energyWh, solarWh, costCt }) {
      const solarPct = energyWh <= 0 ? 0 : Math.round((solarWh / energyWh) * 100);
      const cost = costCt === undefined ? {} : { cost_ct: costCt };
      const figures = { kwh: tenths(energyWh / 1_000), solar_pct: solarPct, ...cost };
      happened({ code: "session_finished", subject: wallbox, figures });
    },
    noteConfig(problems) {
      configProblems = problems.map((problem) => problem.slice(0, LONGEST_DETAIL));
    },
    async test() {
      const made = notice({ code: "test", kind: "test" });
      return Promise.all(
        channels.map(async ({ name, type, deliver }) => {
          const outcome = await deliver(made);
          return { name, type, problem: outcome.kind === "sent" ? undefined : outcome.detail };
        }),
      );
    },
    channels: () => outboxes.map(({ outbox }) => outbox.state()),
    raised: watch.raised,
  };
}
