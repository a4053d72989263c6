import { type Boost, isSameCar, NO_BOOST, nextBoost } from "./boost.ts";
import type { BoxShare } from "./boxes/box-share.ts";
import type { CarRange } from "./car-range.ts";
import { type CarRise, NO_RISE, nextCarRise } from "./car-rise.ts";
import {
  type ChargeMachineState,
  type ChargeSnapshot,
  chargeSnapshot,
  initialChargeState,
  nextChargeState,
} from "./charge-machine.ts";
import { type ChargeOnset, FOUND_RUNNING, nextChargeOnset } from "./charge-onset.ts";
import { type CurrentChoice, type CurrentClaim, currentChoice } from "./current-choice.ts";
import type { OperatorStatus } from "./grid-operator.ts";
import type { LawConstants } from "./law-constants.ts";
import type { SiteLimits } from "./limits.ts";
import type { Link } from "./link.ts";
import { heardChange, heardEcho, type LoopDelay, NOTHING_LEARNED } from "./loop-delay.ts";
import { passReport } from "./pass-report.ts";
import { type PassView, passView } from "./pass-view.ts";
import type { PlanAdvice } from "./planner/plan-advice.ts";
import type { Settings } from "./settings.ts";
import type { SiteSample } from "./site-sample.ts";
import { nextSolarEnergy, type SolarEnergy } from "./solar-energy.ts";
import { type HealthConditions, nextHealthConditions } from "./status.ts";
import { type Follower, NEW_FOLLOWER } from "./surplus-follower.ts";
import type { BoxReport } from "./tick-report.ts";
import type { PhaseCount } from "./units.ts";
import { usableSample } from "./usable-sample.ts";

/** What is fixed for the life of the daemon. */
export interface ControlOptions {
  readonly limits: SiteLimits;
  readonly startProofMs: number;
  readonly stopProofMs: number;
  /** How long the loop takes to show a step, ms, until that has been learned. */
  readonly loopDelayMs: number;
  /** What a surplus mode may still draw without its meter, A per phase. */
  readonly blindCurrentA: number;
  /** Charging-profile writes a day, beyond which nothing is raised. */
  readonly maxWritesPerDay: number;
  readonly constants: LawConstants;
}

/** What one pass hands to the next. */
export interface ControlState {
  readonly machine: ChargeMachineState;
  readonly boost: Boost;
  /** Undefined before the first pass. */
  readonly link: Link | undefined;
  readonly follower: Follower;
  readonly loopDelay: LoopDelay;
  readonly hasChargedSincePlugIn: boolean;
  readonly chargeOnset: ChargeOnset;
  readonly carRise: CarRise;
  readonly carRange: CarRange | undefined;
  readonly solar: SolarEnergy;
  readonly conditions: HealthConditions;
  readonly lastPassMs: number | undefined;
  readonly pass: number;
}

/** What survives a restart; plain JSON. */
export interface ControlSnapshot {
  readonly machine: ChargeSnapshot;
  readonly boost: Boost;
  readonly hasChargedSincePlugIn: boolean;
  readonly solar: SolarEnergy;
  /** How long the last steps of the set point took to show, ms. */
  readonly echoesMs: readonly number[];
}

export interface PassInput {
  readonly sample: SiteSample;
  readonly settings: Settings;
  /** Undefined where no plan is wanted: another mode, no car. */
  readonly plan: PlanAdvice | undefined;
  /** Undefined where no grid operator limits the site. */
  readonly gridOperator: OperatorStatus | undefined;
  readonly wallMs: number;
  /** Local date of the pass, `2026-11-21`. */
  readonly day: string;
  /** How long the meter has been lost, ms; undefined while it is not. */
  readonly meterLostForMs: number | undefined;
  /** When the box last took a changed set point, ms; a write on its way counts as now. */
  readonly lastWriteMs: number | undefined;
  readonly writesToday: number;
  /** True after too many restarts: nothing beyond the failsafe current. */
  readonly isSafeMode?: boolean | undefined;
  /** What the other boxes of the house mean to this one; undefined where there are none. */
  readonly share?: BoxShare;
}

export interface Decision {
  readonly state: ControlState;
  readonly report: BoxReport;
  /** What the car may draw, A per phase; undefined while the box has not been read. */
  readonly setpointA: number | undefined;
  readonly phases: PhaseCount;
  /** True when a limit forces the set point down: sent at once. */
  readonly isUrgent: boolean;
  readonly claim: CurrentClaim;
}

export function initialControlState(day: string, snapshot?: ControlSnapshot): ControlState {
  return {
    machine: initialChargeState(snapshot?.machine),
    boost: snapshot?.boost ?? NO_BOOST,
    link: undefined,
    follower: NEW_FOLLOWER,
    loopDelay: { ...NOTHING_LEARNED, echoesMs: snapshot?.echoesMs ?? [] },
    hasChargedSincePlugIn: snapshot?.hasChargedSincePlugIn ?? false,
    chargeOnset: FOUND_RUNNING,
    carRise: NO_RISE,
    carRange: undefined,
    solar: snapshot?.solar ?? { day, energyWh: 0 },
    conditions: {},
    lastPassMs: undefined,
    pass: 0,
  };
}

export function controlSnapshot(state: ControlState): ControlSnapshot {
  const { boost, hasChargedSincePlugIn, solar, loopDelay } = state;
  const { echoesMs } = loopDelay;
  return { machine: chargeSnapshot(state.machine), boost, hasChargedSincePlugIn, solar, echoesMs };
}

/** One pass: pure, so that a recorded day replays to the same decisions. */
export function decide(before: ControlState, given: PassInput, options: ControlOptions): Decision {
  const input = { ...given, sample: usableSample(given.sample) };
  const loopDelay = heardEcho(before.loopDelay, input.sample, input.lastWriteMs);
  const { wallbox, nowMs } = input.sample;
  const chargeOnset = nextChargeOnset(before.chargeOnset, wallbox, nowMs);
  const carRise = nextCarRise(before.carRise, wallbox.chargePowerW);
  const { link, carRange } = before;
  const view = passView({ link, loopDelay, chargeOnset, carRise, carRange }, input, options);
  const machine = nextChargeState(before.machine, {
    type: "pass",
    nowMs,
    surplusW: view.surplusPowerW,
    isPermitted: view.isSurplusPermitted,
    isAdopting: view.isAdopting,
    law: view.law,
  });
  const boost = nextBoost(before.boost, wallbox);
  const durationMs = nowMs - (before.lastPassMs ?? nowMs);
  const { follower } = before;
  const choice = currentChoice(view, { machine, boost: boost.state, follower, durationMs }, options);
  const state = nextControlState(before, view, { machine, boost, choice });
  return {
    state,
    report: passReport(view, state, choice, options.limits),
    setpointA: choice.setpointA,
    phases: choice.phases,
    isUrgent: choice.isUrgent,
    claim: choice.claim,
  };
}

function nextControlState(
  before: ControlState,
  view: PassView,
  outcome: { readonly machine: ChargeMachineState; readonly boost: Boost; readonly choice: CurrentChoice },
): ControlState {
  const { input, thresholds } = view;
  const { machine, boost, choice } = outcome;
  const { sample } = input;
  const { wallbox, nowMs } = sample;
  return {
    machine,
    boost,
    link: choice.link,
    follower: choice.follower,
    loopDelay: nextLoopDelay(view, choice),
    chargeOnset: view.chargeOnset,
    carRise: view.carRise,
    carRange: view.carRange,
    hasChargedSincePlugIn: machine.value === "active" || (isSameCar(wallbox) && before.hasChargedSincePlugIn),
    solar: nextSolarEnergy(before.solar, {
      day: input.day,
      durationMs: nowMs - (before.lastPassMs ?? nowMs),
      chargePowerW: wallbox.isConnected ? wallbox.chargePowerW?.value : undefined,
      gridPowerW: causedImportW(input),
    }),
    conditions: nextHealthConditions(before.conditions, {
      wallMs: input.wallMs,
      meterLostForMs: input.meterLostForMs,
      isWallboxConnected: wallbox.isConnected,
      isDivergent: thresholds.isWidened,
    }),
    lastPassMs: nowMs,
    pass: before.pass + 1,
  };
}

/** Where several boxes change at once, the meter's echo cannot be told apart: nothing is learned. */
function nextLoopDelay({ input, link, loopDelay }: PassView, choice: CurrentChoice): LoopDelay {
  if (input.share !== undefined) return loopDelay;
  return heardChange(loopDelay, { before: link, after: choice.link, sample: input.sample });
}

/** Grid power as far as this car answers for it, W. */
function causedImportW({ sample, share }: PassInput): number | undefined {
  const { gridPowerW } = sample;
  if (gridPowerW === undefined || share === undefined) return gridPowerW?.value;
  return gridPowerW.value * share.importShare;
}
