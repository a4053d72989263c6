import { assign, initialTransition, setup, transition } from "xstate";
import { accumulatedProofWh, type Evidence, isProved, type ProofRule } from "./proof.ts";
import type { ChargeState } from "./tick-report.ts";

/** Longest stretch that one pass may account for, ms: a gateway that slept has proved nothing meanwhile. */
const LONGEST_PASS_MS = 5_000;

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

const machine = setup({
  types: { context: {} as ChargeContext, events: {} as PassEvent },
  guards: {
    isForbidden: ({ event }) => !event.isPermitted,
    canAdopt: ({ event }) =>
      event.isPermitted && event.isAdopting && event.surplusW !== undefined && !isDark(event),
    meetsStart: ({ event }) => event.isPermitted && isSunny(event),
    provesStart: (scope) => isSunny(scope.event) && isProved(startProofWh(scope), scope.event.law.startRule),
    losesStart: (scope) =>
      scope.event.surplusW !== undefined && !isSunny(scope.event) && startProofWh(scope) === 0,
    provesStop: (scope) => isDark(scope.event) && isProved(stopProofWh(scope), scope.event.law.stopRule),
  },
  actions: {
    begin: assign(begin),
    countStart: assign((scope: Scope) => ({ proofWh: startProofWh(scope), lastPassMs: scope.event.nowMs })),
    countStop: assign((scope: Scope) => ({ proofWh: stopProofWh(scope), lastPassMs: scope.event.nowMs })),
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

/** The state after one pass. */
export function nextChargeState(state: ChargeMachineState, event: PassEvent): ChargeMachineState {
  return transition(machine, state, event)[0];
}

export function chargeSnapshot(state: ChargeMachineState): ChargeSnapshot {
  return { state: state.value, proofWh: state.context.proofWh };
}
