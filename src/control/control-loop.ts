import type { Logger } from "pino";
import { type Boost, NO_BOOST } from "../core/boost.ts";
import { type ControlOptions, type ControlState, type Decision, decide } from "../core/decide.ts";
import { createLocalDay } from "../core/local-day.ts";
import type { BoostState } from "../core/settings.ts";
import type { TickReport } from "../core/tick-report.ts";
import { type Clock, delay } from "../ports/clock.ts";
import type { ReportSink } from "../ports/report-sink.ts";
import type { StateStore } from "../ports/state-store.ts";
import type { Wallbox } from "../ports/wallbox.ts";
import type { ChargePlanner } from "./charge-planner.ts";
import { createControlMemory } from "./control-memory.ts";
import type { SampleCollector } from "./sample-collector.ts";
import { createSetpointWriter } from "./setpoint-writer.ts";
import type { SettingsKeeper } from "./settings-keeper.ts";

export interface ControlLoopOptions {
  /** Time from pass to pass, ms. A late pass is not made up for. */
  readonly intervalMs: number;
  readonly timeZone: string;
  readonly control: ControlOptions;
}

export interface ControlLoopDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly collector: SampleCollector;
  readonly wallbox: Wallbox;
  readonly settings: SettingsKeeper;
  readonly store: StateStore;
  /** Undefined: no prices, no plan. */
  readonly planner?: ChargePlanner;
  readonly sinks: readonly ReportSink[];
}

/** Reads everything, decides once, writes once, reports once; then waits for the next pass. */
export interface ControlLoop {
  /** Runs passes until `stop`; passes never overlap. */
  start(): void;
  /** Resolves when the pass under way is done and the state is saved. */
  stop(): Promise<void>;
  latest(): TickReport | undefined;
  requestBoost(boost: BoostState): void;
}

export function createControlLoop(options: ControlLoopOptions, deps: ControlLoopDeps): ControlLoop {
  const { clock, log, collector, wallbox, settings, sinks } = deps;
  const memory = createControlMemory(deps);
  const writer = createSetpointWriter(deps);
  const localDay = createLocalDay(options.timeZone);
  const stopping = new AbortController();
  let state: ControlState = memory.restore(localDay(clock.wallMs()));
  let latest: TickReport | undefined;
  let requestedBoost: BoostState | undefined;
  let running: Promise<void> | undefined;

  async function pass(): Promise<void> {
    const sample = await collector.collect();
    const wallMs = clock.wallMs();
    const asked = settings.current();
    const decision = decide(
      { ...state, boost: takeBoostRequest(state.boost) },
      {
        sample,
        settings: asked,
        plan: deps.planner?.advise({ sample, settings: asked, wallMs }),
        wallMs,
        day: localDay(wallMs),
        meterLostForMs: collector.meterLostForMs(),
        lastWriteMs: writer.lastWriteMs(),
        writesToday: wallbox.writesToday(),
      },
      options.control,
    );
    carryOut(decision);
    logChanges(latest, decision.report);
    state = decision.state;
    latest = decision.report;
    memory.remember(state);
    for (const sink of sinks) sink.report(decision.report);
  }

  function takeBoostRequest(boost: Boost): Boost {
    if (requestedBoost === undefined) return boost;
    const next = { ...NO_BOOST, state: requestedBoost };
    requestedBoost = undefined;
    return next;
  }

  function carryOut({ setpointA, phases, isUrgent }: Decision): void {
    if (setpointA === undefined) writer.forget();
    else writer.write({ currentA: setpointA, phases, isUrgent });
  }

  function logChanges(before: TickReport | undefined, after: TickReport): void {
    if (before?.state !== after.state)
      log.info({ state: after.state, reason: after.reason.code }, "state changed");
    if (before?.setpointA !== after.setpointA) {
      const { setpointA, limitedBy, reason, powers } = after;
      log.info(
        { setpointA, limitedBy, reason: reason.code, gridPowerW: powers.gridPowerW },
        "set point changed",
      );
    }
  }

  async function run(): Promise<void> {
    let nextMs = clock.monotonicMs();
    while (!stopping.signal.aborted) {
      await pass();
      nextMs = Math.max(nextMs + options.intervalMs, clock.monotonicMs());
      await delay(clock, nextMs - clock.monotonicMs(), stopping.signal);
    }
  }

  return {
    start() {
      running ??= run();
    },
    async stop() {
      stopping.abort();
      await running;
      memory.save(state);
    },
    latest: () => latest,
    requestBoost(boost) {
      requestedBoost = boost;
    },
  };
}
