import type { Logger } from "pino";
import { type Clock, delay } from "../../src/ports/clock.ts";
import type { StateStore } from "../../src/ports/state-store.ts";
import type { SelfTestRecord, SelfTestStart } from "../../src/ports/wallbox-card.ts";
import { integerOf, numberOf, recordOf, textOf } from "./lenient-json.ts";
import { waitUntil } from "./wait-until.ts";

/** Nobody wants to wait for the usual horizon; the box cannot tell the difference. */
const HORIZON_MS = 90_000;
/** What box and car may take to act after the horizon. */
const SLACK_MS = 20_000;
/** Boxes dial again after seconds or after a quarter of an hour. */
const REDIAL_MS = 20 * 60_000;
const MEASURE_MS = 60_000;
const TOLERANCE_A = 1;
/** A charge that is not clearly above the floor cannot fall to it. */
const CLEAR_A = 2;

export interface SelfTestDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly store: StateStore;
  readonly floorCurrentA: () => number;
  /** Largest measured phase current and when; undefined while unknown. */
  readonly measured: () => { readonly currentA: number; readonly atMs: number } | undefined;
  readonly isConnected: () => boolean;
  /** Why the box cannot fall at all; undefined when it can. */
  readonly obstacle: () => string | undefined;
  /** Writes the present set point once more, to end after this time, and nothing more until `release`. */
  readonly writeLast: (horizonMs: number) => Promise<boolean>;
  readonly release: () => void;
  /** Cuts the box off and lets it in again only after this time. */
  readonly bar: (durationMs: number) => void;
  readonly askForMeter: () => void;
}

/** Pulls the plug on the box: it must fall to its floor without us. */
export interface SelfTest {
  /** Nothing may be written meanwhile. */
  readonly isRunning: boolean;
  readonly last: SelfTestRecord | undefined;
  start(): SelfTestStart;
}

export function createSelfTest(key: string, deps: SelfTestDeps): SelfTest {
  const { clock, log, store } = deps;
  let last = recordOfTest(store.get(key));
  let isRunning = false;

  function refusal(): string | undefined {
    if (isRunning) return "a self-test runs already";
    if (!deps.isConnected()) return "the wallbox is not connected";
    const obstacle = deps.obstacle();
    if (obstacle !== undefined) return obstacle;
    const neededA = deps.floorCurrentA() + CLEAR_A;
    const flowsA = deps.measured()?.currentA ?? 0;
    return flowsA >= neededA
      ? undefined
      : `charge with at least ${neededA} A first, it is ${flowsA.toFixed(1)} A now: boost helps`;
  }

  async function run(): Promise<SelfTestRecord> {
    if (!(await deps.writeLast(HORIZON_MS)))
      return verdict("inconclusive", undefined, "the set point was not taken");
    deps.bar(HORIZON_MS + SLACK_MS);
    await delay(clock, HORIZON_MS + SLACK_MS);
    if (!(await waitUntil(clock, REDIAL_MS, deps.isConnected))) {
      return verdict("inconclusive", undefined, "the wallbox did not come back");
    }
    const backAtMs = clock.monotonicMs();
    deps.askForMeter();
    const isMeasured = () => (deps.measured()?.atMs ?? Number.NEGATIVE_INFINITY) >= backAtMs;
    if (!(await waitUntil(clock, MEASURE_MS, isMeasured))) {
      return verdict("inconclusive", undefined, "the wallbox sent no meter values afterwards");
    }
    const fellToA = deps.measured()?.currentA ?? 0;
    return fellToA <= deps.floorCurrentA() + TOLERANCE_A
      ? verdict("passed", fellToA, "fell to its floor without the gateway")
      : verdict("failed", fellToA, "charged on without the gateway");
  }

  function verdict(
    outcome: SelfTestRecord["outcome"],
    fellToA: number | undefined,
    detail: string,
  ): SelfTestRecord {
    return { atWallMs: clock.wallMs(), outcome, fellToA, detail };
  }

  return {
    get isRunning() {
      return isRunning;
    },
    get last() {
      return last;
    },
    start() {
      const detail = refusal();
      if (detail !== undefined) return { ok: false, detail };
      isRunning = true;
      void run().then((record) => {
        deps.release();
        isRunning = false;
        last = record;
        store.put(key, record);
        store.flush();
        if (record.outcome === "failed") log.error(record, "self-test of the wallbox failed");
        else log.info(record, "self-test of the wallbox ended");
      });
      return { ok: true, lastsS: Math.ceil((HORIZON_MS + SLACK_MS + MEASURE_MS) / 1_000) };
    },
  };
}

function recordOfTest(stored: unknown): SelfTestRecord | undefined {
  const { atWallMs, outcome, fellToA, detail } = recordOf(stored);
  const wallMs = integerOf(atWallMs);
  if (wallMs === undefined || (outcome !== "passed" && outcome !== "failed" && outcome !== "inconclusive")) {
    return undefined;
  }
  return { atWallMs: wallMs, outcome, fellToA: numberOf(fellToA), detail: textOf(detail) ?? "" };
}
