import fc from "fast-check";
import type { ControlOptions, PassInput } from "../../../src/core/decide.ts";
import type { SiteLimits } from "../../../src/core/limits.ts";
import type { PlanStance } from "../../../src/core/planner/plan-advice.ts";
import { CHARGING_MODES, type Settings, type Thresholds } from "../../../src/core/settings.ts";
import {
  type MeterTrust,
  type SiteSample,
  VEHICLE_STATES,
  type VehicleState,
  type WallboxCapability,
} from "../../../src/core/site-sample.ts";
import { sampleAdvice } from "../../support/sample-advice.ts";
import { DAY, limitedTo, NOON_WALL_MS, OPTIONS } from "./site.ts";

const STANCES: readonly PlanStance[] = ["cheap", "due", "wait", "no_prices"];

const thresholdW = fc.oneof(fc.integer({ min: 0, max: 6_000 }), fc.integer({ min: 0, max: 50_000 }));

/** Every pair that the Partner API may send, the small ones more often. */
export const thresholds: fc.Arbitrary<Thresholds> = fc.record({
  minExportToStartW: thresholdW,
  maxImportBeforeStoppingW: thresholdW,
});

export const capabilities: fc.Arbitrary<WallboxCapability> = fc.record({
  minCurrentA: fc.constantFrom(6, 6, 6, 8),
  maxCurrentA: fc.constantFrom(10, 16, 32),
  stepA: fc.constantFrom(0.1, 1),
  phases: fc.constantFrom(1, 3),
  isModulating: fc.constant(true),
  canSwitchPhases: fc.boolean(),
  fallsBackTo: fc.constantFrom("failsafe", "failsafe", "setpoint", "rating"),
});

function optional<T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.option(value, { nil: undefined });
}

const siteLimits: fc.Arbitrary<SiteLimits> = fc.record({
  mainFuseA: fc.constantFrom(16, 35, 63),
  importLimitW: optional(fc.integer({ min: 0, max: 20_000 })),
  unbalanceLimitA: optional(fc.constantFrom(10, 20)),
  phaseRotation: fc.constantFrom(undefined, [0, 1, 2] as const, [2, 0, 1] as const),
  cableCurrentA: optional(fc.constantFrom(13, 20)),
  configuredMaxA: fc.constantFrom(9, 16, 32),
  failsafeCurrentA: fc.constantFrom(0, 6, 10),
  unattendedMaxA: fc.constantFrom(0, 8, 17.5, 32),
});

const settings: fc.Arbitrary<Settings> = fc.record({
  mode: fc.constantFrom(...CHARGING_MODES, "hems", "hems"),
  thresholds,
  maxCurrentA: optional(fc.constantFrom(6, 10, 16)),
});

export const options: fc.Arbitrary<ControlOptions> = fc.record({
  limits: siteLimits,
  startProofMs: fc.constant(10_000),
  stopProofMs: fc.constant(20_000),
  loopDelayMs: fc.constant(OPTIONS.loopDelayMs),
  constants: fc.constant(OPTIONS.constants),
  blindCurrentA: fc.constantFrom(0, 6, 10),
  maxWritesPerDay: fc.constant(400),
});

/** One stretch of time in which the world does not change much. */
export interface Scene {
  readonly passes: number;
  readonly everyMs: number;
  readonly settings: Settings;
  readonly stance: PlanStance | undefined;
  readonly meterTrust: MeterTrust;
  readonly vehicle: VehicleState;
  readonly isConnected: boolean;
  readonly isFollowing: boolean;
  readonly isModulating: boolean;
  /** The box changes its phases when it is told to. */
  readonly isSwitching: boolean;
  /** Share of the set point that the car takes. */
  readonly appetite: number;
  readonly houseW: number;
  readonly houseCurrentsA: readonly [number, number, number] | undefined;
  readonly gridAgeMs: number | undefined;
  readonly chargeAgeMs: number | undefined;
  /** Nonsense in place of the grid power. */
  readonly nonsense: number | undefined;
  readonly operatorLimitW: number | undefined;
  readonly boost: "off" | "armed" | "ongoing" | undefined;
  readonly writesToday: number;
}

const often = <T>(usual: T, ...seldom: T[]): fc.Arbitrary<T> =>
  fc.oneof(
    { weight: 6, arbitrary: fc.constant(usual) },
    { weight: 2, arbitrary: fc.constantFrom(...seldom) },
  );

const phaseA = fc.integer({ min: -20, max: 40 });

const scene: fc.Arbitrary<Scene> = fc.record({
  passes: fc.integer({ min: 1, max: 8 }),
  everyMs: fc.constantFrom(0, 1_000, 4_000, 20_000, 70_000),
  settings,
  stance: fc.constantFrom(...STANCES, undefined),
  meterTrust: often<MeterTrust>("good", "suspect", "lost"),
  vehicle: often<VehicleState>("charging", ...VEHICLE_STATES),
  isConnected: often(true, false),
  isFollowing: often(true, false),
  isModulating: often(true, true, true, false),
  isSwitching: often(true, false),
  appetite: fc.constantFrom(1, 1, 0.97, 0.5, 0, 1.2),
  houseW: fc.integer({ min: -12_000, max: 8_000 }),
  houseCurrentsA: optional(fc.tuple(phaseA, phaseA, phaseA)),
  gridAgeMs: often<number | undefined>(0, 5_000, 15_000, undefined),
  chargeAgeMs: often<number | undefined>(0, 5_000, 15_000, undefined),
  nonsense: often<number | undefined>(undefined, Number.NaN, Number.POSITIVE_INFINITY),
  operatorLimitW: optional(fc.integer({ min: 0, max: 10_000 })),
  boost: often<Scene["boost"]>(undefined, "off", "armed", "ongoing"),
  writesToday: often(0, 399, 400),
});

export const scenes: fc.Arbitrary<readonly Scene[]> = fc.array(scene, { minLength: 1, maxLength: 10 });

/** The sample of one pass of a scene, with a car that takes its share of `setpointA`. */
export function sceneSample(
  given: Scene,
  capability: WallboxCapability,
  at: { readonly nowMs: number; readonly setpointA: number; readonly carPhase: number },
): SiteSample {
  const { nowMs, setpointA, carPhase } = at;
  const reading = <T>(value: T, ageMs: number | undefined) =>
    ageMs === undefined ? undefined : { value, atMs: nowMs - ageMs };
  const drawnA = setpointA * given.appetite;
  const carW = drawnA * capability.phases * 230;
  const carA = (phase: number) => (capability.phases === 3 || phase === carPhase ? drawnA : 0);
  const { houseCurrentsA } = given;
  return {
    nowMs,
    gridPowerW: reading(given.nonsense ?? given.houseW + carW, given.gridAgeMs),
    gridPhaseCurrentsA:
      houseCurrentsA === undefined
        ? undefined
        : reading(
            [houseCurrentsA[0] + carA(0), houseCurrentsA[1] + carA(1), houseCurrentsA[2] + carA(2)] as const,
            given.gridAgeMs,
          ),
    pvPowerW: undefined,
    batteryPowerW: undefined,
    batterySocPct: undefined,
    meterTrust: given.meterTrust,
    wallbox: {
      isConnected: given.isConnected,
      vehicle: given.vehicle,
      chargePowerW: reading(carW, given.chargeAgeMs),
      phaseCurrentsA: undefined,
      offeredCurrentA: undefined,
      isFollowing: given.isFollowing,
      capability: { ...capability, isModulating: given.isModulating },
    },
  };
}

export function sceneInput(given: Scene, sample: SiteSample, lastWriteMs: number | undefined): PassInput {
  const { settings: asked, stance, writesToday } = given;
  return {
    sample,
    settings: asked,
    plan: stance === undefined ? undefined : sampleAdvice({ stance }),
    gridOperator: limitedTo(given.operatorLimitW),
    wallMs: NOON_WALL_MS,
    day: DAY,
    meterLostForMs: given.meterTrust === "lost" ? 1 : undefined,
    lastWriteMs,
    writesToday,
  };
}
