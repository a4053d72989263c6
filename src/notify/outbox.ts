import type { Logger } from "pino";
import { z } from "zod";
import { type BackOffRange, backOffMs } from "../core/back-off.ts";
import { parseIsoMs } from "../core/iso-time.ts";
import { NOTICE_CODES } from "../core/notice-codes.ts";
import { type Clock, type Timer, withTimeout } from "../ports/clock.ts";
import type { NotificationChannelState } from "../ports/notifications.ts";
import type { StateStore } from "../ports/state-store.ts";
import type { Channel } from "./channel.ts";
import type { Notice } from "./notice.ts";

/** What waits for one channel: in order, one at a time, kept over a restart. */
export interface Outbox {
  start(): void;
  push(notice: Notice): void;
  /** Waits a moment for what is on its way. */
  stop(): Promise<void>;
  state(): NotificationChannelState;
}

const MOST_WAITING = 100;
/** News of yesterday is none, ms. */
const LONGEST_WAIT_MS = 86_400_000;
const RETRY: BackOffRange = { shortestMs: 10_000, longestMs: 600_000 };
const STOP_TIMEOUT_MS = 2_000;

const storedSchema = z.array(
  z.object({
    id: z.string(),
    site: z.string(),
    code: z.enum([...NOTICE_CODES, "test"]),
    kind: z.enum(["raised", "cleared", "event", "test"]),
    subject: z.string().nullable(),
    title: z.string(),
    text: z.string(),
    ts: z.string(),
    since: z.string().nullable(),
    figures: z.record(z.string(), z.union([z.string(), z.number()])),
  }),
);

export function createOutbox(
  { name, type, deliver }: Channel,
  deps: {
    readonly clock: Clock;
    readonly log: Logger;
    readonly store: StateStore;
    readonly random: () => number;
  },
): Outbox {
  const { clock, log, store, random } = deps;
  const key = `notify/waiting/${name}`;
  let waiting = storedNotices(store.get(key));
  let sent = 0;
  let dropped = 0;
  let failures = 0;
  let problem: string | undefined;
  let isStopped = true;
  let retry: Timer | undefined;
  let sending: Promise<void> | undefined;

  function keep(notices: readonly Notice[]): void {
    waiting = notices;
    store.put(key, waiting);
  }

  function drop(notice: Notice): void {
    keep(waiting.filter(({ id }) => id !== notice.id));
  }

  /** True when the next may be tried at once. */
  async function sendOne(notice: Notice): Promise<boolean> {
    const outcome = await deliver(notice);
    switch (outcome.kind) {
      case "sent":
        if (failures > 0) log.info({ channel: name }, "notifications are sent again");
        failures = 0;
        problem = undefined;
        sent += 1;
        drop(notice);
        return true;
      case "refused":
        log.error({ channel: name, detail: outcome.detail }, "a notification is refused: dropped");
        problem = outcome.detail;
        dropped += 1;
        drop(notice);
        return true;
      case "away":
        if (failures === 0) log.warn({ channel: name, detail: outcome.detail }, "notifications wait");
        failures += 1;
        problem = outcome.detail;
        if (!isStopped) sendLater(outcome.retryAfterMs ?? 0);
        return false;
    }
  }

  function sendLater(leastMs: number): void {
    retry = clock.setTimeout(
      () => {
        retry = undefined;
        pump();
      },
      Math.max(leastMs, backOffMs(failures, RETRY, random)),
    );
  }

  async function sendAll(): Promise<void> {
    for (let notice = next(); notice !== undefined; notice = next()) {
      if (isStopped || !(await sendOne(notice))) break;
    }
    sending = undefined;
  }

  /** The first that is still worth telling. */
  function next(): Notice | undefined {
    const fresh = waiting.filter(({ ts }) => clock.wallMs() - (parseIsoMs(ts) ?? 0) < LONGEST_WAIT_MS);
    dropped += waiting.length - fresh.length;
    if (fresh.length < waiting.length) keep(fresh);
    return fresh[0];
  }

  function pump(): void {
    if (!isStopped && retry === undefined && waiting.length > 0) sending ??= sendAll();
  }

  return {
    start() {
      isStopped = false;
      pump();
    },
    push(notice) {
      dropped += Math.max(0, waiting.length + 1 - MOST_WAITING);
      keep([...waiting, notice].slice(-MOST_WAITING));
      pump();
    },
    async stop() {
      isStopped = true;
      if (retry !== undefined) clock.clearTimeout(retry);
      retry = undefined;
      if (sending !== undefined) await withTimeout(clock, STOP_TIMEOUT_MS, sending, undefined);
    },
    state: () => ({ name, type, waiting: waiting.length, sent, dropped, problem }),
  };
}

/** What a file of an older version holds is not told. */
function storedNotices(stored: unknown): readonly Notice[] {
  return storedSchema.safeParse(stored).data?.slice(-MOST_WAITING) ?? [];
}
