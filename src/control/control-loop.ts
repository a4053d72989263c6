import type { Logger } from "pino";
import {
  type BatteryRules,
  NO_STANCE,
  nextBatteryStance,
  withBatteryPolicy,
} from "../core/battery-policy.ts";
import { createLocalDay } from "../core/local-day.ts";
import type { BoostState, Settings } from "../core/settings.ts";
import { decideSite } from "../core/site-decision.ts";
import type { HouseSample } from "../core/site-sample.ts";
import type { TickReport } from "../core/tick-report.ts";
import { type Clock, delay } from "../ports/clock.ts";
import type { ReportSink } from "../ports/report-sink.ts";
import type { CrashGuard } from "./crash-guard.ts";
import type { GridOperatorKeeper } from "./grid-operator-keeper.ts";
import type { SampleCollector } from "./sample-collector.ts";
import type { SettingsKeeper } from "./settings-keeper.ts";
import { createSteeredBox, type SteeredWallbox } from "./steered-box.ts";

export interface ControlLoopOptions {
  /** Time from pass to pass, ms. A late pass is not made up for. */
  readonly intervalMs: number;
  readonly timeZone: string;
  /** Undefined: a home battery is left to itself, and its power counts for nothing. */
  readonly battery?: BatteryRules | undefined;
}

export interface ControlLoopDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly collector: SampleCollector;
  /** At least one. */
  readonly wallboxes: readonly SteeredWallbox[];
  readonly settings: SettingsKeeper;
  /** Undefined: no grid operator limits the site. */
  readonly gridOperator?: GridOperatorKeeper | undefined;
  readonly sinks: readonly ReportSink[];
  /** Undefined: restarts are not counted. */
  readonly crashGuard?: CrashGuard | undefined;
  /** Told how long each pass took, from reading to deciding. */
  readonly onPass?: ((durationMs: number) => void) | undefined;
}

/** Reads everything, decides once, writes once, reports once; then waits for the next pass. */
export interface ControlLoop {
  /** Runs passes until `stop`; passes never overlap. */
  start(): void;
  /** Resolves when the pass under way is done and the state is saved. */
  stop(): Promise<void>;
  latest(): TickReport | undefined;
  /** Asks the next pass for a boost state of the box of this name. */
  requestBoost(boost: BoostState, wallboxName: string): void;
}

export function createControlLoop(options: ControlLoopOptions, deps: ControlLoopDeps): ControlLoop {
  const { clock, collector, settings, sinks } = deps;
  const localDay = createLocalDay(options.timeZone);
  const firstDay = localDay(clock.wallMs());
  const boxes = deps.wallboxes.map((box) => createSteeredBox({ ...box, day: firstDay }, deps));
  const stopping = new AbortController();
  let latest: TickReport | undefined;
  let running: Promise<void> | undefined;
  let stance = NO_STANCE;

  function withBattery(house: HouseSample): HouseSample {
    if (options.battery === undefined) return house;
    stance = nextBatteryStance(stance, house, options.battery);
    return withBatteryPolicy(house, stance, options.battery);
  }

  async function pass(): Promise<void> {
    const startMs = clock.monotonicMs();
    const house = withBattery(await collector.collect());
    const wallMs = clock.wallMs();
    const isSafeMode = deps.crashGuard?.isSafeMode() ?? false;
    // Nothing remote and no plan steers in safe mode: the failsafe current, within the limits.
    const asked: Settings = isSafeMode ? { ...settings.current(), mode: "none" } : settings.current();
    const { decisions, report } = decideSite(
      {
        house,
        settings: asked,
        isSafeMode,
        gridOperator: deps.gridOperator?.pass(house.nowMs),
        wallMs,
        day: localDay(wallMs),
        meterLostForMs: collector.meterLostForMs(),
      },
      boxes.map((box) => box.pass({ house, settings: asked, wallMs })),
    );
    for (const [index, decision] of decisions.entries()) boxes[index]?.carryOut(decision);
    latest = report;
    deps.onPass?.(clock.monotonicMs() - startMs);
    for (const sink of sinks) sink.report(report);
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
      for (const box of boxes) box.save();
    },
    latest: () => latest,
    requestBoost(boost, wallboxName) {
      boxes.find(({ name }) => name === wallboxName)?.requestBoost(boost);
    },
  };
}
