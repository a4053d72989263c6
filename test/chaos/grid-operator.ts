import { request } from "node:http";
import type { Clock, Timer } from "../../src/ports/clock.ts";
import { between } from "./fault-schedule.ts";

export const OPERATOR_TOKEN = "the-operator-of-the-simulated-grid";

/** §14a EnWG: at least this stays available. */
const LIMIT_W = 4_200;
/** Control ends after 120 s of silence. */
const BEAT_MS = 50_000;
const FREE_MS = [2 * 3_600_000, 8 * 3_600_000] as const;
const LIMITED_MS = [10 * 60_000, 2 * 3_600_000] as const;

/** Who limits the house now and then, and always says so again: over a line of its own, which no fault reaches. */
export interface GridOperator {
  /** W; undefined while nothing limits. */
  readonly limitW: number | undefined;
  /** Since when it is so, ms. */
  readonly sinceMs: number;
  stop(): void;
}

export function createGridOperator(
  pageUrl: string,
  { clock, random }: { readonly clock: Clock; readonly random: () => number },
): GridOperator {
  let limitW: number | undefined;
  let sinceMs = clock.monotonicMs();
  let turn: Timer = clock.setTimeout(change, between(random, FREE_MS));
  let beat: Timer = clock.setTimeout(tell, 0);

  function change(): void {
    limitW = limitW === undefined ? LIMIT_W : undefined;
    sinceMs = clock.monotonicMs();
    turn = clock.setTimeout(change, between(random, limitW === undefined ? FREE_MS : LIMITED_MS));
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
    get sinceMs() {
      return sinceMs;
    },
    stop() {
      clock.clearTimeout(turn);
      clock.clearTimeout(beat);
    },
  };
}
