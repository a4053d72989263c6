import { type ControlLoop, createControlLoop } from "../../../src/control/control-loop.ts";
import type { CrashGuard } from "../../../src/control/crash-guard.ts";
import type { GridOperatorKeeper } from "../../../src/control/grid-operator-keeper.ts";
import { createLocalCommands } from "../../../src/control/local-commands.ts";
import { createSampleCollector } from "../../../src/control/sample-collector.ts";
import { createSettingsKeeper, type SettingsKeeper } from "../../../src/control/settings-keeper.ts";
import type { ControlOptions } from "../../../src/core/decide.ts";
import { LAW_CONSTANTS } from "../../../src/core/law-constants.ts";
import type { TickReport } from "../../../src/core/tick-report.ts";
import type { Commands } from "../../../src/ports/commands.ts";
import type { SettingsChange } from "../../../src/ports/settings.ts";
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

export const CONTROL: ControlOptions = {
  limits: {
    mainFuseA: 63,
    unattendedMaxA: 31.5,
    importLimitW: undefined,
    unbalanceLimitA: undefined,
    phaseRotation: undefined,
    cableCurrentA: undefined,
    configuredMaxA: 16,
    failsafeCurrentA: 6,
  },
  startProofMs: 60_000,
  stopProofMs: 180_000,
  loopDelayMs: 5_000,
  blindCurrentA: 0,
  maxWritesPerDay: 400,
  constants: LAW_CONSTANTS,
};

export const DEFAULT_SETTINGS = {
  mode: "hems",
  thresholds: { minExportToStartW: 1_500, maxImportBeforeStoppingW: 200 },
  maxCurrentA: undefined,
} as const;

/** The real control loop on a house in memory: one second a pass. */
export interface Rig {
  readonly clock: ManualClock;
  readonly meter: FakeSource;
  readonly wallbox: FakeWallbox;
  readonly store: FakeStore;
  readonly settings: SettingsKeeper;
  readonly commands: Commands;
  readonly loop: ControlLoop;
  readonly reports: TickReport[];
  readonly queued: SettingsChange[];
  /** The house without the car, W: import > 0. */
  houseW: number;
  latest(): TickReport;
}

export function createRig(
  given: {
    readonly store?: FakeStore;
    readonly clock?: ManualClock;
    readonly control?: Partial<ControlOptions>;
    readonly gridOperator?: GridOperatorKeeper;
    readonly crashGuard?: CrashGuard;
  } = {},
): Rig {
  const clock = given.clock ?? createManualClock();
  const store = given.store ?? createFakeStore();
  const wallbox = createFakeWallbox(clock);
  const rig = { houseW: -3_000 };
  const meter = createFakeSource(clock, () => ({ gridPowerW: rig.houseW + wallbox.carPowerW() }));
  const deps = { clock, store, log: silentLog };
  const settings = createSettingsKeeper(DEFAULT_SETTINGS, deps);
  const collector = createSampleCollector(
    { readBudgetMs: 800, maxGridPowerW: 50_000, maxPvPowerW: 12_000 },
    { ...deps, sources: [{ source: meter, pollMs: 1_000, isGridMeter: true }] },
  );
  const reports: TickReport[] = [];
  const queued: SettingsChange[] = [];
  const steered = {
    wallbox,
    store,
    priority: 1,
    expiryMs: 600_000,
    control: { ...CONTROL, ...given.control },
  };
  const loop = createControlLoop(
    { intervalMs: 1_000, timeZone: "Europe/Berlin" },
    {
      ...deps,
      collector,
      settings,
      gridOperator: given.gridOperator,
      crashGuard: given.crashGuard,
      wallboxes: [steered],
      sinks: [{ report: (report) => void reports.push(report) }],
    },
  );
  const commands = createLocalCommands({
    settings,
    latest: loop.latest,
    requestBoost: loop.requestBoost,
    wallboxNames: [wallbox.name],
    configuredMaxA: CONTROL.limits.configuredMaxA,
    changes: { queue: (change) => void queued.push(change) },
    chargePlans: new Map(),
  });
  return Object.assign(rig, {
    clock,
    meter,
    wallbox,
    store,
    settings,
    commands,
    loop,
    reports,
    queued,
    latest: () => reports.at(-1) as TickReport,
  });
}
