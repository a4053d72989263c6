import { type Boost, isPluggedIn, NO_BOOST, nextBoost } from "./boost.ts";
import {
  type ChargeLaw,
  type ChargeMachineState,
  type ChargeSnapshot,
  chargeSnapshot,
  initialChargeState,
  nextChargeState,
} from "./charge-machine.ts";
import { activeLimits, type LimitName, limitedCurrentA, type SiteLimits } from "./limits.ts";
import { type Link, nextLink, UNREAD_LINK } from "./link.ts";
import { passReport } from "./pass-report.ts";
import { proofRule } from "./proof.ts";
import type { Reason } from "./reasons.ts";
import { pacedCurrentA } from "./setpoint.ts";
import type { Settings } from "./settings.ts";
import type { SiteSample } from "./site-sample.ts";
import { nextSolarEnergy, type SolarEnergy } from "./solar-energy.ts";
import { type HealthConditions, nextHealthConditions } from "./status.ts";
import { isSettled, surplusPowerW } from "./surplus.ts";
import { type EffectiveThresholds, effectiveThresholds, stopSurplusW } from "./thresholds.ts";
import type { TickReport } from "./tick-report.ts";
import { powerW } from "./units.ts";
import { type PriceSlot, wish } from "./wish.ts";

/** Where the case for a start or stop is clear, its proof may be this much faster than its slowest. */
const FASTEST_START_FRACTION = 1 / 2;
const FASTEST_STOP_FRACTION = 1 / 12;
/** Evidence that counts least, W: the noise of a house is smaller. */
const EVIDENCE_FLOOR_W = 500;
/** A lost wallbox link is bridged this long before the machine gives up, ms. */
const LINK_GRACE_MS = 120_000;

/** What is fixed for the life of the daemon. */
export interface ControlOptions {
  readonly limits: SiteLimits;
  readonly startProofMs: number;
  readonly stopProofMs: number;
  readonly loopDelayMs: number;
  /** What a surplus mode may still draw without its meter, A per phase. */
  readonly blindCurrentA: number;
  /** Charging-profile writes a day, beyond which nothing is raised. */
  readonly maxWritesPerDay: number;
}

/** What one pass hands to the next. */
export interface ControlState {
  readonly machine: ChargeMachineState;
  readonly boost: Boost;
  readonly link: Link;
  readonly hasChargedSincePlugIn: boolean;
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
}

export interface PassInput {
  readonly sample: SiteSample;
  readonly settings: Settings;
  readonly priceSlot: PriceSlot;
  readonly wallMs: number;
  /** Local date of the pass, `2026-11-21`. */
  readonly day: string;
  /** How long the meter has been lost, ms; undefined while it is not. */
  readonly meterLostForMs: number | undefined;
  /** When the box last took a changed set point, ms; a write on its way counts as now. */
  readonly lastWriteMs: number | undefined;
  readonly writesToday: number;
}

export interface Decision {
  readonly state: ControlState;
  readonly report: TickReport;
  /** What the car may draw, A per phase; undefined while the box has not been read. */
  readonly setpointA: number | undefined;
  /** True when a limit forces the set point down: sent at once. */
  readonly isUrgent: boolean;
}

/** What a pass sees before it decides. */
export interface PassView {
  readonly input: PassInput;
  readonly thresholds: EffectiveThresholds;
  readonly law: ChargeLaw;
  readonly link: Link;
  readonly isSettled: boolean;
  /** Surplus for decisions; undefined while readings do not fit together or cannot be believed. */
  readonly surplusPowerW: number | undefined;
}

/** What a pass has decided on the current. */
export interface CurrentChoice {
  readonly setpointA: number | undefined;
  /** The limit that stands between the wish and the set point. */
  readonly limitedBy: LimitName | undefined;
  readonly isUrgent: boolean;
  readonly reason: Reason;
}

export function initialControlState(day: string, snapshot?: ControlSnapshot): ControlState {
  return {
    machine: initialChargeState(snapshot?.machine),
    boost: snapshot?.boost ?? NO_BOOST,
    link: UNREAD_LINK,
    hasChargedSincePlugIn: snapshot?.hasChargedSincePlugIn ?? false,
    solar: snapshot?.solar ?? { day, energyWh: 0 },
    conditions: {},
    lastPassMs: undefined,
    pass: 0,
  };
}

export function controlSnapshot(state: ControlState): ControlSnapshot {
  const { boost, hasChargedSincePlugIn, solar } = state;
  return { machine: chargeSnapshot(state.machine), boost, hasChargedSincePlugIn, solar };
}

/** One pass: pure, so that a recorded day replays to the same decisions. */
export function decide(before: ControlState, input: PassInput, options: ControlOptions): Decision {
  const view = passView(before, input, options);
  const machine = nextChargeState(before.machine, {
    type: "pass",
    nowMs: input.sample.nowMs,
    surplusW: view.surplusPowerW,
    isPermitted: isSurplusPermitted(view),
    isAdopting: view.link.adoptingUntilMs !== undefined,
    law: view.law,
  });
  const boost = nextBoost(before.boost, input.sample.wallbox);
  const choice = chosenCurrent(view, machine, boost, options);
  const state = nextControlState(before, view, { machine, boost, choice });
  return {
    state,
    report: passReport(view, state, choice),
    setpointA: choice.setpointA,
    isUrgent: choice.isUrgent,
  };
}

function passView(before: ControlState, input: PassInput, options: ControlOptions): PassView {
  const { sample, settings } = input;
  const { capability } = sample.wallbox;
  const minChargePowerW = powerW(capability.minCurrentA, capability.phases);
  const thresholds = effectiveThresholds(settings.thresholds, minChargePowerW);
  const link = nextLink(before.link, sample);
  const settled = isSettled(sample, input.lastWriteMs, options.loopDelayMs);
  const isReadable = link.setpointA !== undefined && sample.meterTrust === "good" && settled;
  return {
    input,
    thresholds,
    law: {
      startSurplusW: thresholds.effective.minExportToStartW,
      stopSurplusW: stopSurplusW(thresholds.effective, minChargePowerW),
      startRule: rule(options.startProofMs, FASTEST_START_FRACTION),
      stopRule: rule(options.stopProofMs, FASTEST_STOP_FRACTION),
    },
    link,
    isSettled: settled,
    surplusPowerW: isReadable ? surplusPowerW(sample) : undefined,
  };
}

function rule(slowestMs: number, fastestFraction: number) {
  return proofRule({ slowestMs, fastestFraction, floorW: EVIDENCE_FLOOR_W });
}

function isSurplusPermitted({ input, link }: PassView): boolean {
  const { sample, settings } = input;
  if (settings.mode !== "hems" && settings.mode !== "hems_and_spot") return false;
  if (sample.meterTrust === "lost" || !sample.wallbox.capability.isModulating) return false;
  if (link.lostSinceMs !== undefined) return sample.nowMs - link.lostSinceMs < LINK_GRACE_MS;
  return link.setpointA === undefined || isPluggedIn(sample.wallbox.vehicle);
}

function chosenCurrent(
  view: PassView,
  machine: ChargeMachineState,
  boost: Boost,
  options: ControlOptions,
): CurrentChoice {
  const { input, link, isSettled, surplusPowerW } = view;
  const { sample, settings } = input;
  const { capability, isFollowing } = sample.wallbox;
  const heldA = link.setpointA ?? 0;
  const wished = wish({
    sample,
    mode: settings.mode,
    boost: boost.state,
    state: machine.value,
    proofWh: machine.context.proofWh,
    law: view.law,
    surplusPowerW,
    priceSlot: input.priceSlot,
    setpointA: heldA,
    isAdopting: link.adoptingUntilMs !== undefined && surplusPowerW === undefined,
    blindCurrentA: options.blindCurrentA,
  });
  const limits = activeLimits({
    sample,
    limits: options.limits,
    userMaxA: settings.maxCurrentA,
    setpointA: heldA,
    isSettled,
  });
  const { limitedBy } = limitedCurrentA(wished.currentA, limits, capability);
  if (link.setpointA === undefined)
    return { setpointA: undefined, limitedBy, isUrgent: false, reason: wished.reason };
  const pacedA = pacedCurrentA(wished.currentA, {
    nowMs: sample.nowMs,
    setpointA: heldA,
    lastChangeMs: link.lastChangeMs,
    isSettled,
    meterTrust: sample.meterTrust,
    isFollowing,
    isBudgetSpent: input.writesToday >= options.maxWritesPerDay,
  });
  const limited = limitedCurrentA(pacedA, limits, capability);
  return {
    setpointA: limited.currentA,
    limitedBy: limitedBy ?? limited.limitedBy,
    isUrgent: limited.limitedBy !== undefined && limited.currentA < heldA,
    reason: wished.reason,
  };
}

function nextControlState(
  before: ControlState,
  { input, link, thresholds, surplusPowerW }: PassView,
  outcome: { readonly machine: ChargeMachineState; readonly boost: Boost; readonly choice: CurrentChoice },
): ControlState {
  const { sample } = input;
  const { wallbox, nowMs } = sample;
  const { setpointA } = outcome.choice;
  const isSameCar = !wallbox.isConnected || wallbox.vehicle === "unknown" || isPluggedIn(wallbox.vehicle);
  return {
    machine: outcome.machine,
    boost: outcome.boost,
    link: {
      ...link,
      setpointA,
      lastChangeMs: setpointA === link.setpointA ? link.lastChangeMs : nowMs,
      adoptingUntilMs: surplusPowerW === undefined ? link.adoptingUntilMs : undefined,
    },
    hasChargedSincePlugIn: outcome.machine.value === "active" || (isSameCar && before.hasChargedSincePlugIn),
    solar: nextSolarEnergy(before.solar, {
      day: input.day,
      durationMs: nowMs - (before.lastPassMs ?? nowMs),
      chargePowerW: wallbox.chargePowerW?.value,
      gridPowerW: sample.gridPowerW?.value,
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
