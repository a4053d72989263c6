import type { ControlOptions, PassInput } from "../../../src/core/decide.ts";
import type { OperatorStatus } from "../../../src/core/grid-operator.ts";
import { LAW_CONSTANTS } from "../../../src/core/law-constants.ts";
import type { SiteLimits } from "../../../src/core/limits.ts";
import type { Settings } from "../../../src/core/settings.ts";
import type { Reading, SiteSample, WallboxCapability, WallboxSample } from "../../../src/core/site-sample.ts";

export const NOW_MS = 1_000_000;
export const NOON_WALL_MS = Date.UTC(2022, 2, 19, 11);
export const DAY = "2022-03-19";

export const ONE_PHASE: WallboxCapability = {
  minCurrentA: 6,
  maxCurrentA: 16,
  stepA: 1,
  phases: 1,
  isModulating: true,
  canSwitchPhases: false,
  fallsBackTo: "failsafe",
};
export const THREE_PHASE: WallboxCapability = { ...ONE_PHASE, maxCurrentA: 32, phases: 3 };

export const WIDE_LIMITS: SiteLimits = {
  mainFuseA: 1_000,
  importLimitW: undefined,
  unbalanceLimitA: undefined,
  phaseRotation: undefined,
  cableCurrentA: undefined,
  configuredMaxA: 80,
  failsafeCurrentA: 6,
  unattendedMaxA: 1_000,
};

export const OPTIONS: ControlOptions = {
  limits: WIDE_LIMITS,
  startProofMs: 60_000,
  stopProofMs: 180_000,
  loopDelayMs: 12_000,
  blindCurrentA: 0,
  maxWritesPerDay: 400,
  constants: LAW_CONSTANTS,
};

export const SETTINGS: Settings = {
  mode: "hems",
  thresholds: { minExportToStartW: 1_500, maxImportBeforeStoppingW: 200 },
  maxCurrentA: undefined,
};

export function reading<T>(value: T, ageMs = 0, nowMs = NOW_MS): Reading<T> {
  return { value, atMs: nowMs - ageMs };
}

/** A one-phase box that charges a car with 10 A. */
export function wallboxSample(changes: Partial<WallboxSample> = {}): WallboxSample {
  return {
    isConnected: true,
    vehicle: "charging",
    chargePowerW: reading(2_300),
    phaseCurrentsA: undefined,
    offeredCurrentA: undefined,
    isFollowing: true,
    capability: ONE_PHASE,
    ...changes,
  };
}

/** A sunny house that exports 500 W while it charges; `changes` replace whole members. */
export function siteSample(
  changes: Partial<Omit<SiteSample, "wallbox">> = {},
  wallbox: Partial<WallboxSample> = {},
): SiteSample {
  return {
    nowMs: NOW_MS,
    gridPowerW: reading(-500),
    gridPhaseCurrentsA: undefined,
    pvPowerW: reading(4_000),
    batteryPowerW: undefined,
    batterySocPct: undefined,
    meterTrust: "good",
    ...changes,
    wallbox: wallboxSample(wallbox),
  };
}

/** A grid operator who limits to this, W. */
export function limitedTo(limitW: number | undefined): OperatorStatus | undefined {
  if (limitW === undefined) return undefined;
  return { state: "limited", limitW, endsWallMs: undefined, endsAtClock: undefined };
}

export function passInput(sample: SiteSample, changes: Partial<Omit<PassInput, "sample">> = {}): PassInput {
  return {
    sample,
    settings: SETTINGS,
    plan: undefined,
    gridOperator: undefined,
    wallMs: NOON_WALL_MS,
    day: DAY,
    meterLostForMs: undefined,
    lastWriteMs: undefined,
    writesToday: 0,
    ...changes,
  };
}
