import { delay, withTimeout } from "../../ports/clock.ts";
import { createSystemClock } from "../../service/clock.ts";
import { EXIT } from "../../service/exit-codes.ts";
import type { CommandInput, TypedInput } from "../command.ts";
import { askDaemon } from "../daemon-client.ts";
import { detailOf, refuse } from "../daemon-commands.ts";
import { daemonPlace, openAnswer } from "../daemon-connection.ts";
import { onStopSignal } from "../stop-signal.ts";
import { eventData } from "./event-reader.ts";
import { changeLog, liveScreen, type WatchView } from "./watch-screen.ts";
import { watchedStateSchema } from "./watched-state.ts";

const RETRY_MS = 2_000;
const OPEN_TIMEOUT_MS = 5_000;
/** The slowest passes are a minute apart: a longer silence is a connection that died, ms. */
const SILENCE_MS = 90_000;
const KEYS_TO_END = ["q", "Q", "\u0003", "\u0004"];

/** Follows the daemon until q or Ctrl-C. A daemon that does not answer at the first try is a failure. */
export async function watchStatus(input: CommandInput): Promise<number> {
  const { io } = input;
  const first = await askDaemon(input, { method: "GET", path: "/api/state" });
  if (!first.ok) return refuse(input, first.detail);
  if (first.status !== 200)
    return refuse(input, detailOf(first.body) ?? `the daemon answered ${first.status}`);
  const parsed = watchedStateSchema.safeParse(first.body);
  if (!parsed.success) return refuse(input, "the daemon answers in another version's words: update both");
  const isJson = input.switches.has("json");
  const stop = onStopSignal();
  const end = new AbortController();
  const signal = AbortSignal.any([stop.signal, end.signal]);
  const isScreen = io.isTerminal && !isJson;
  const view = isScreen ? liveScreen(io) : changeLog(io, isJson);
  const keys = isScreen ? endOnKey(io.stdin, () => end.abort()) : undefined;
  view.show(parsed.data);
  await follow(input, view, signal);
  keys?.close();
  view.close();
  stop.close();
  return EXIT.ok;
}

async function follow(input: CommandInput, view: WatchView, signal: AbortSignal): Promise<void> {
  const clock = createSystemClock();
  while (!signal.aborted) {
    await listen(input, view, signal);
    if (signal.aborted) return;
    view.lost();
    await delay(clock, RETRY_MS, signal);
  }
}

/** Resolves when the stream ends, falls silent, or `signal` aborts. */
async function listen(input: CommandInput, view: WatchView, signal: AbortSignal): Promise<void> {
  const clock = createSystemClock();
  const done = new AbortController();
  const request = { method: "GET", path: "/api/events" } as const;
  try {
    const opening = openAnswer(daemonPlace(input), request, AbortSignal.any([signal, done.signal]));
    const answer = await withTimeout(clock, OPEN_TIMEOUT_MS, opening, undefined);
    const events = answer?.statusCode === 200 ? eventData(answer) : undefined;
    while (events !== undefined) {
      const next = await withTimeout(clock, SILENCE_MS, events.next(), undefined);
      if (next === undefined || next.done === true) break;
      const parsed = watchedStateSchema.safeParse(JSON.parse(next.value));
      if (parsed.success) view.show(parsed.data);
    }
  } catch {
    // Whatever it was, the daemon is not heard: the view says so.
  }
  done.abort();
}

function endOnKey(stdin: TypedInput | undefined, end: () => void): { close(): void } {
  if (stdin?.isTTY !== true) return { close() {} };
  const onData = (bytes: Buffer) => {
    if ([...bytes.toString("utf8")].some((key) => KEYS_TO_END.includes(key))) end();
  };
  stdin.setRawMode?.(true);
  stdin.on("data", onData);
  stdin.resume();
  return {
    close() {
      stdin.off("data", onData);
      stdin.setRawMode?.(false);
      stdin.pause();
    },
  };
}
