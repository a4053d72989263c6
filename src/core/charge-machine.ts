import { assign, initialTransition, setup, transition } from "xstate";
import { accumulatedProofWh, type Evidence, isProved, type ProofRule } from "./proof.ts";
import type { ChargeState } from "./tick-report.ts";

/**
 * Longest stretch that one pass may account for, ms: a gateway that slept has proved nothing meanwhile, and after as long
 * without a read the meter is suspect.
 */
const LONGEST_PASS_MS = 10_000;

/** What start and stop are judged against, W of surplus. */
export interface ChargeLaw {
  readonly startSurplusW: number;
  readonly stopSurplusW: number;
  readonly startRule: ProofRule;
  readonly stopRule: ProofRule;
}

/** The only event: one per pass, and it carries the time. */
export interface PassEvent {
  readonly type: "pass";
  readonly nowMs: number;
  /** Undefined while readings do not fit together: nothing is proved, nothing is lost. */
  readonly surplusW: number | undefined;
  /** False when charging by surplus is out of the question: no car, other mode, meter lost. */
  readonly isPermitted: boolean;
  /** True when the car already charges and nobody knows why, as after a restart. */
  readonly isAdopting: boolean;
  readonly law: ChargeLaw;
}

export interface ChargeContext {
  /** Evidence for the next step: for starting in commitment, for stopping in active. */
  readonly proofWh: number;
  readonly lastPassMs: number | undefined;
}

/** What a restart needs; plain JSON. */
export interface ChargeSnapshot {
  readonly state: ChargeState;
  readonly proofWh: number;
}

type Guard = (scope: Scope) => boolean;

interface Scope {
  readonly context: ChargeContext;
  readonly event: PassEvent;
}

function durationMs({ context, event }: Scope): number {
  if (context.lastPassMs === undefined) return 0;
  return Math.min(Math.max(event.nowMs - context.lastPassMs, 0), LONGEST_PASS_MS);
}

/** Charging may start from the start surplus on. */
export function startEvidence(surplusW: number, { startSurplusW }: ChargeLaw): Evidence {
  return { isFor: surplusW >= startSurplusW, sizeW: Math.abs(surplusW - startSurplusW) };
}

/** Charging must end below the stop surplus; at it, charging holds. */
export function stopEvidence(surplusW: number, { stopSurplusW }: ChargeLaw): Evidence {
  return { isFor: surplusW < stopSurplusW, sizeW: Math.abs(surplusW - stopSurplusW) };
}

function isSunny({ surplusW, law }: PassEvent): boolean {
  return surplusW !== undefined && startEvidence(surplusW, law).isFor;
}

function isDark({ surplusW, law }: PassEvent): boolean {
  return surplusW !== undefined && stopEvidence(surplusW, law).isFor;
}

function startProofWh(scope: Scope): number {
  const { surplusW, law } = scope.event;
  const evidence = surplusW === undefined ? undefined : startEvidence(surplusW, law);
  return accumulatedProofWh(scope.context.proofWh, evidence, durationMs(scope), law.startRule);
}

function stopProofWh(scope: Scope): number {
  const { surplusW, law } = scope.event;
  const evidence = surplusW === undefined ? undefined : stopEvidence(surplusW, law);
  return accumulatedProofWh(scope.context.proofWh, evidence, durationMs(scope), law.stopRule);
}

/** Commitment begins with the next pass: the evidence of the pass that saw the condition is not counted twice. */
function begin({ event }: Scope): ChargeContext {
  return { proofWh: 0, lastPassMs: event.nowMs };
}

function countStart(scope: Scope): ChargeContext {
  return { proofWh: startProofWh(scope), lastPassMs: scope.event.nowMs };
}

function countStop(scope: Scope): ChargeContext {
  return { proofWh: stopProofWh(scope), lastPassMs: scope.event.nowMs };
}

const guards = {
  isForbidden: ({ event }: Scope) => !event.isPermitted,
  canAdopt: ({ event }: Scope) =>
    event.isPermitted && event.isAdopting && event.surplusW !== undefined && !isDark(event),
  meetsStart: ({ event }: Scope) => event.isPermitted && isSunny(event),
  provesStart: (scope: Scope) =>
    isSunny(scope.event) && isProved(startProofWh(scope), scope.event.law.startRule),
  losesStart: (scope: Scope) =>
    scope.event.surplusW !== undefined && !isSunny(scope.event) && startProofWh(scope) === 0,
  provesStop: (scope: Scope) => isDark(scope.event) && isProved(stopProofWh(scope), scope.event.law.stopRule),
};

const machine = setup({
  types: { context: {} as ChargeContext, events: {} as PassEvent },
  guards,
  actions: {
    begin: assign(begin),
    countStart: assign(countStart),
    countStop: assign(countStop),
  },
}).createMachine({
  context: { proofWh: 0, lastPassMs: undefined },
  initial: "idle",
  states: {
    idle: {
      on: {
        pass: [
          { guard: "canAdopt", target: "active", actions: "begin" },
          { guard: "meetsStart", target: "commitment", actions: "begin" },
          { actions: "begin" },
        ],
      },
    },
    commitment: {
      on: {
        pass: [
          { guard: "isForbidden", target: "idle", actions: "begin" },
          { guard: "canAdopt", target: "active", actions: "begin" },
          { guard: "provesStart", target: "active", actions: "begin" },
          { guard: "losesStart", target: "idle", actions: "begin" },
          { actions: "countStart" },
        ],
      },
    },
    active: {
      on: {
        pass: [
          { guard: "isForbidden", target: "idle", actions: "begin" },
          { guard: "provesStop", target: "idle", actions: "begin" },
          { actions: "countStop" },
        ],
      },
    },
  },
});

/** The machine as xstate sees it, for exhaustive exploration. */
export const chargeMachine = machine;

export type ChargeMachineState = ReturnType<typeof initialChargeState>;

/** Idle, or where a snapshot left off: times start afresh, because monotonic time does not survive a restart. */
export function initialChargeState(snapshot?: ChargeSnapshot) {
  if (snapshot === undefined) return initialTransition(machine)[0];
  return machine.resolveState({
    value: snapshot.state,
    context: { proofWh: snapshot.proofWh, lastPassMs: undefined },
  });
}

/** What each state's passes do that leave it as it is, and the guards that end it: the machine in short. */
const STAYING: Readonly<
  Record<ChargeState, { readonly count: (scope: Scope) => ChargeContext; readonly exits: readonly Guard[] }>
> = {
  idle: { count: begin, exits: [guards.canAdopt, guards.meetsStart] },
  commitment: {
    count: countStart,
    exits: [guards.isForbidden, guards.canAdopt, guards.provesStart, guards.losesStart],
  },
  active: { count: countStop, exits: [guards.isForbidden, guards.provesStop] },
};

/**
 * The state after one pass. By far the most passes only count, and for those the machine's own step, which builds its
 * whole state anew, would take most of a replay's time.
 */
export function nextChargeState(state: ChargeMachineState, event: PassEvent): ChargeMachineState {
  const scope = { context: state.context, event };
  const { count, exits } = STAYING[state.value];
  if (exits.some((exit) => exit(scope))) return transition(machine, state, event)[0];
  return { ...state, context: count(scope) };
}

export function chargeSnapshot(state: ChargeMachineState): ChargeSnapshot {
  return { state: state.value, proofWh: state.context.proofWh };
}
