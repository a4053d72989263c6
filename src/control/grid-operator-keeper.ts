import type { Logger } from "pino";
import {
  initialOperatorState,
  nextOperatorState,
  type OperatorMachineState,
  type OperatorSnapshot,
  type OperatorStatus,
  operatorLimit,
  operatorSnapshot,
} from "../core/grid-operator.ts";
import { OPERATOR_STATES, type OperatorRules } from "../core/operator-machine.ts";
import { clockText, createLocalTime } from "../core/planner/local-time.ts";
import type { Clock } from "../ports/clock.ts";
import type { GridOperatorSource } from "../ports/grid-operator.ts";
import type { StateStore } from "../ports/state-store.ts";

const STORE_KEY = "grid-operator";
/** A restart finds the rest of a limit's time as of this long ago at most, ms. */
const SAVE_INTERVAL_MS = 60_000;

/** Follows the grid operator from pass to pass, and over restarts. */
export interface GridOperatorKeeper {
  /** What the operator allows in the pass at this monotonic time. */
  pass(nowMs: number): OperatorStatus;
}

export function createGridOperatorKeeper(
  options: { readonly rules: OperatorRules; readonly timeZone: string },
  deps: {
    readonly clock: Clock;
    readonly log: Logger;
    readonly store: StateStore;
    readonly source: GridOperatorSource;
  },
): GridOperatorKeeper {
  const { rules } = options;
  const { clock, log, store, source } = deps;
  const local = createLocalTime(options.timeZone);
  let state = restored();
  let savedKey = "";
  let savedMs = Number.NEGATIVE_INFINITY;

  function restored(): OperatorMachineState {
    const stored = store.get(STORE_KEY);
    if (!isSnapshot(stored)) return initialOperatorState();
    return initialOperatorState({ snapshot: stored, nowMs: clock.monotonicMs(), wallMs: clock.wallMs() });
  }

  /** At once when state or limit change, else once a minute. */
  function remember(nowMs: number): void {
    const key = `${state.value} ${state.context.limitW} ${state.context.endsMs}`;
    const isChanged = key !== savedKey;
    if (!isChanged && nowMs - savedMs < SAVE_INTERVAL_MS) return;
    savedKey = key;
    savedMs = nowMs;
    store.put(STORE_KEY, operatorSnapshot(state, { nowMs, wallMs: clock.wallMs() }));
    if (isChanged) store.flush();
  }

  function status(nowMs: number): OperatorStatus {
    const { state: name, limitW, endsMs } = operatorLimit(state, rules);
    const wallMs = clock.wallMs();
    const endsWallMs = endsMs === undefined ? undefined : wallMs + endsMs - nowMs;
    const endsAtClock = endsWallMs === undefined ? undefined : clockText(endsWallMs, wallMs, local);
    return { state: name, limitW, endsWallMs, endsAtClock };
  }

  return {
    pass(nowMs) {
      const before = state.value;
      state = nextOperatorState(state, { nowMs, signal: source.latest(), rules });
      remember(nowMs);
      const told = status(nowMs);
      if (told.state !== before) {
        const { limitW, endsAtClock } = told;
        log.info(
          { from: before, to: told.state, limitW, until: endsAtClock },
          "grid operator's limit changed",
        );
      }
      return told;
    },
  };
}

function isSnapshot(value: unknown): value is OperatorSnapshot {
  if (typeof value !== "object" || value === null) return false;
  const { state, limitW, remainingMs, wallMs } = value as Record<string, unknown>;
  return (
    OPERATOR_STATES.some((known) => known === state) &&
    isAbsentOrNumber(limitW) &&
    isAbsentOrNumber(remainingMs) &&
    typeof wallMs === "number"
  );
}

function isAbsentOrNumber(value: unknown): boolean {
  return value === undefined || typeof value === "number";
}
