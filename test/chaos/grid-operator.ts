import { request } from "node:http";
import type { Clock, Timer } from "../../src/ports/clock.ts";
import { between } from "./fault-schedule.ts";
import { PRESSED_HOUR_MS, PRESSED_OPERATOR, type Span } from "./pressed-hour.ts";

export const OPERATOR_TOKEN = "the-operator-of-the-simulated-grid";

/** §14a EnWG: at least this stays available. */
const LIMIT_W = 4_200;
/** Control ends after 120 s of silence. */
const BEAT_MS = 50_000;
const FREE_MS = [2 * 3_600_000, 8 * 3_600_000] as const;
const LIMITED_MS = [10 * 60_000, 2 * 3_600_000] as const;

/** When the house is limited: once in the first hour, and then as chance has it. */
export function operatorLimits(durationMs: number, random: () => number): readonly Span[] {
  const limits = [PRESSED_OPERATOR];
  for (let atMs = PRESSED_HOUR_MS; ; ) {
    const fromMs = atMs + between(random, FREE_MS);
    const untilMs = fromMs + between(random, LIMITED_MS);
    if (fromMs >= durationMs) return limits;
    limits.push({ fromMs, untilMs });
    atMs = untilMs;
  }
}

/** Who limits the house now and then, and always says so again: over a line of its own, which no fault reaches. */
export interface GridOperator {
  /** W; undefined while nothing limits. */
  readonly limitW: number | undefined;
  stop(): void;
}

export function createGridOperator(
  pageUrl: string,
  { clock, limits }: { readonly clock: Clock; readonly limits: readonly Span[] },
): GridOperator {
  const turns = limits.flatMap(({ fromMs, untilMs }) => [
    clock.setTimeout(() => change(LIMIT_W), fromMs),
    clock.setTimeout(() => change(undefined), untilMs),
  ]);
  let limitW: number | undefined;
  let beat: Timer = clock.setTimeout(tell, 0);

  function change(nextW: number | undefined): void {
    limitW = nextW;
    clock.clearTimeout(beat);
    tell();
  }

  function tell(): void {
    beat = clock.setTimeout(tell, BEAT_MS);
    const message = limitW === undefined ? { active: false } : { active: true, limit_w: limitW };
    const call = request(new URL("/api/grid-operator/limit", pageUrl), {
      method: "PUT",
      agent: false,
      headers: { "content-type": "application/json", authorization: `Bearer ${OPERATOR_TOKEN}` },
    });
    call.on("response", (response) => response.resume());
    call.on("error", () => {});
    call.end(JSON.stringify(message));
  }

  return {
    get limitW() {
      return limitW;
    },
    stop() {
      for (const turn of turns) clock.clearTimeout(turn);
      clock.clearTimeout(beat);
    },
  };
}
