import { initialTransition, transition } from "xstate";
import {
  NOTHING_KNOWN,
  noted,
  type OperatorContext,
  type OperatorPass,
  type OperatorRules,
  type OperatorScope,
  type OperatorState,
  operatorGuards,
  operatorMachine,
  SILENCE_MS,
} from "./operator-machine.ts";

export type OperatorMachineState = ReturnType<typeof initialOperatorState>;

/** What survives a restart; plain JSON. */
export interface OperatorSnapshot {
  readonly state: OperatorState;
  readonly limitW: number | undefined;
  /** Time from `wallMs` until the limit ends by itself, ms. */
  readonly remainingMs: number | undefined;
  readonly wallMs: number;
}

/**
 * `init`, unless a restart finds the site limited or without its operator: then that holds on, silence is counted
 * afresh, and a limit with an end keeps it, as far as the wall clock can be believed.
 */
export function initialOperatorState(restored?: {
  readonly snapshot: OperatorSnapshot;
  readonly nowMs: number;
  readonly wallMs: number;
}) {
  const value = restored?.snapshot.state;
  if (restored === undefined || (value !== "limited" && value !== "failsafe")) {
    return initialTransition(operatorMachine)[0];
  }
  const { snapshot, nowMs, wallMs } = restored;
  const downMs = Math.max(0, wallMs - snapshot.wallMs);
  const context: OperatorContext = {
    ...NOTHING_KNOWN,
    sinceMs: nowMs,
    heartbeatMs: nowMs,
    limitW: snapshot.limitW,
    endsMs:
      snapshot.remainingMs === undefined ? undefined : nowMs + Math.max(0, snapshot.remainingMs - downMs),
  };
  return operatorMachine.resolveState({ value, context });
}

export function operatorSnapshot(
  { value, context }: OperatorMachineState,
  at: { readonly nowMs: number; readonly wallMs: number },
): OperatorSnapshot {
  const { limitW, endsMs: untilMs } = context;
  const remainingMs = untilMs === undefined ? undefined : untilMs - at.nowMs;
  return { state: value, limitW, remainingMs, wallMs: at.wallMs };
}

const { commandLimits, commandReleases, isOver, isSilent, minimumIsOver, nobodyCame, onlyHeard } =
  operatorGuards;
const { returnLimits, returnReleases } = operatorGuards;

/** The guards that end each state, or begin it anew: the machine in short. */
const EXITS: Readonly<Record<OperatorState, readonly ((scope: OperatorScope) => boolean)[]>> = {
  init: [returnLimits, returnReleases, nobodyCame],
  unlimited_controlled: [isSilent, commandLimits],
  limited: [isSilent, commandLimits, commandReleases, isOver],
  failsafe: [returnLimits, returnReleases, onlyHeard, minimumIsOver],
  unlimited_autonomous: [returnLimits, returnReleases],
};

/** The state after one pass. Most passes only note what was heard: for those the machine's own step would cost too much. */
export function nextOperatorState(
  state: OperatorMachineState,
  pass: Omit<OperatorPass, "type">,
): OperatorMachineState {
  const event: OperatorPass = { type: "pass", ...pass };
  const scope = { context: state.context, event };
  if (EXITS[state.value].some((exit) => exit(scope))) return transition(operatorMachine, state, event)[0];
  return { ...state, context: noted(scope) };
}

/** The operator's limit as a pass is told of it. */
export interface OperatorStatus {
  readonly state: OperatorState;
  /** What the car may draw from the grid, W; undefined: no limit. */
  readonly limitW: number | undefined;
  /** When it ends if the operator says nothing more, wall time in ms. */
  readonly endsWallMs: number | undefined;
  /** The same as a clock in the house shows it, `18:30`. */
  readonly endsAtClock: string | undefined;
}

/** The limit that a state holds. */
export interface OperatorLimit {
  readonly state: OperatorState;
  /** What the site's controllable loads may draw from the grid, W; undefined: no limit. */
  readonly limitW: number | undefined;
  /** When it ends if the operator says nothing more, monotonic ms. */
  readonly endsMs: number | undefined;
}

export function operatorLimit({ value, context }: OperatorMachineState, rules: OperatorRules): OperatorLimit {
  const sinceMs = context.sinceMs ?? 0;
  switch (value) {
    case "limited":
      return {
        state: value,
        limitW: Math.max(context.limitW ?? 0, rules.minimumW),
        endsMs: context.endsMs,
      };
    case "init":
      return { state: value, limitW: rules.failsafeW, endsMs: sinceMs + SILENCE_MS };
    case "failsafe":
      return {
        state: value,
        limitW: rules.failsafeW,
        endsMs: rules.endsFailsafeAlone ? sinceMs + rules.failsafeMinimumMs : undefined,
      };
    case "unlimited_controlled":
    case "unlimited_autonomous":
      return { state: value, limitW: undefined, endsMs: undefined };
  }
}
