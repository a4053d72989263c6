import { type ChargePlanner, createChargePlanner } from "../../../src/control/charge-planner.ts";
import { createControlLoop } from "../../../src/control/control-loop.ts";
import { createSampleCollector } from "../../../src/control/sample-collector.ts";
import { createSettingsKeeper } from "../../../src/control/settings-keeper.ts";
import type { ControlOptions } from "../../../src/core/decide.ts";
import { parseIsoMs } from "../../../src/core/iso-time.ts";
import { goalDays } from "../../../src/core/planner/charge-goal.ts";
import type { PriceCurve } from "../../../src/core/planner/price-curve.ts";
import type { ChargingMode } from "../../../src/core/settings.ts";
import type { TickReport } from "../../../src/core/tick-report.ts";
import { createManualClock, type ManualClock } from "../../support/manual-clock.ts";
import { silentLog } from "../../support/silent-log.ts";
import {
  createFakeSource,
  createFakeStore,
  createFakeWallbox,
  type FakeSource,
  type FakeStore,
  type FakeWallbox,
} from "./fakes.ts";
import { CONTROL, DEFAULT_SETTINGS } from "./rig.ts";

export const HOUR_MS = 3_600_000;
/** Passes far apart keep a night cheap; at 10 s the meter would count as silent. */
const INTERVAL_MS = 9_000;

export function wall(text: string): number {
  const wallMs = parseIsoMs(text);
  if (wallMs === undefined) throw new Error(`no time: ${text}`);
  return wallMs;
}

/** Hours from `startMs` on, ct/kWh. */
export function hourly(startMs: number, pricesCtKwh: readonly number[]): PriceCurve {
  return pricesCtKwh.map((priceCtKwh, index) => ({
    startMs: startMs + index * HOUR_MS,
    endMs: startMs + (index + 1) * HOUR_MS,
    priceCtKwh,
  }));
}

export interface SpotRig {
  readonly clock: ManualClock;
  readonly wallbox: FakeWallbox;
  readonly meter: FakeSource;
  readonly planner: ChargePlanner;
  readonly store: FakeStore;
  readonly reports: TickReport[];
  prices: PriceCurve;
  /** The house without the car, W: import > 0. */
  houseW: number;
  deliveredWh(): number;
  /** Runs of charging as `[from, to]`, hours since the start of the rig. */
  runs(): readonly (readonly [number, number])[];
  stop(): Promise<void>;
}

/** The real loop and planner on one phase at 16 A (3.68 kW), with a goal of 7.36 kWh by 07:00 Vienna time. */
export function createSpotRig(given: {
  readonly start: string;
  readonly mode?: ChargingMode;
  readonly prices?: PriceCurve;
  readonly store?: FakeStore;
  readonly energyWh?: number;
  readonly control?: Partial<ControlOptions>;
}): SpotRig {
  const clock = createManualClock(wall(given.start));
  const startMs = clock.wallMs();
  const store = given.store ?? createFakeStore();
  const wallbox = createFakeWallbox(clock);
  const rig = { prices: given.prices ?? [], houseW: 500 };
  const deps = { clock, store, log: silentLog };
  const meter = createFakeSource(clock, () => ({ gridPowerW: rig.houseW + wallbox.carPowerW() }));
  const settings = createSettingsKeeper({ ...DEFAULT_SETTINGS, mode: given.mode ?? "spot" }, deps);
  const collector = createSampleCollector(
    { readBudgetMs: 800, maxGridPowerW: 50_000, maxPvPowerW: 12_000 },
    { ...deps, sources: [{ source: meter, pollMs: INTERVAL_MS, isGridMeter: true }] },
  );
  const control = { ...CONTROL, ...given.control };
  const day = { charge_deadline: "07:00" };
  const planner = createChargePlanner(
    {
      goal: {
        days: goalDays({ mon: day, tue: day, wed: day, thu: day, fri: day, sat: day, sun: day }),
        energyWh: given.energyWh ?? 7_360,
        battery: undefined,
      },
      timeZone: "Europe/Vienna",
      startPenaltyCt: 0.5,
      marginMs: 300_000,
      maxCurrentA: 16,
      failsafeCurrentA: control.limits.failsafeCurrentA,
    },
    { ...deps, prices: { curve: () => rig.prices } },
  );
  const reports: TickReport[] = [];
  const loop = createControlLoop(
    { intervalMs: INTERVAL_MS, timeZone: "Europe/Vienna" },
    {
      ...deps,
      collector,
      settings,
      wallboxes: [{ wallbox, store, priority: 1, expiryMs: 600_000, control, planner }],
      sinks: [{ report: (report) => void reports.push(report) }],
    },
  );
  loop.start();
  return Object.assign(rig, {
    clock,
    wallbox,
    meter,
    planner,
    store,
    reports,
    deliveredWh: () =>
      reports.reduce((sum, { powers }) => sum + ((powers.chargePowerW ?? 0) * INTERVAL_MS) / HOUR_MS, 0),
    runs: () => runsOf(reports, startMs),
    stop: () => loop.stop(),
  });
}

function runsOf(reports: readonly TickReport[], startMs: number): readonly (readonly [number, number])[] {
  const hours = (wallMs: number) => Math.round(((wallMs - startMs) / HOUR_MS) * 100) / 100;
  const runs: [number, number][] = [];
  let isOn = false;
  for (const { setpointA, wallMs } of reports) {
    if (setpointA > 0 && !isOn) runs.push([hours(wallMs), hours(wallMs)]);
    isOn = setpointA > 0;
    const last = runs.at(-1);
    if (isOn && last !== undefined) last[1] = hours(wallMs);
  }
  return runs;
}
