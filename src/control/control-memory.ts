import {
  type ControlSnapshot,
  type ControlState,
  controlSnapshot,
  initialControlState,
} from "../core/decide.ts";
import { areEchoes } from "../core/loop-delay.ts";
import type { Clock } from "../ports/clock.ts";
import type { StateStore } from "../ports/state-store.ts";

const STORE_KEY = "control";
/** A machine state older than this says nothing about now, ms. */
const MACHINE_LIFE_MS = 600_000;
/** Shortest time between two writes of an unchanged state, ms: flash wears. */
const SAVE_INTERVAL_MS = 60_000;

/** Keeps what a restart needs: machine, boost, the day's solar energy and the learned loop delay. */
export interface ControlMemory {
  restore(day: string): ControlState;
  /** Saves on a change of state, else once a minute. */
  remember(state: ControlState): void;
  /** Saves now, at shutdown. */
  save(state: ControlState): void;
}

export function createControlMemory(deps: {
  readonly store: StateStore;
  readonly clock: Clock;
}): ControlMemory {
  const { store, clock } = deps;
  let savedMs = Number.NEGATIVE_INFINITY;
  let savedChange = "";

  function save(state: ControlState): void {
    savedMs = clock.monotonicMs();
    store.put(STORE_KEY, { ...controlSnapshot(state), wallMs: clock.wallMs() });
  }

  return {
    restore(day) {
      const snapshot = storedSnapshot(store.get(STORE_KEY));
      if (snapshot === undefined) return initialControlState(day);
      const isRecent = Math.abs(clock.wallMs() - snapshot.wallMs) <= MACHINE_LIFE_MS;
      if (isRecent) return initialControlState(day, snapshot);
      const fresh = initialControlState(day);
      const { solar, echoesMs } = snapshot;
      return { ...fresh, solar, loopDelay: { ...fresh.loopDelay, echoesMs } };
    },
    remember(state) {
      // Commitment comes and goes with each cloud and is worth a minute: not the flash's wear.
      const change = `${state.machine.value === "active"} ${state.boost.state}`;
      const isChanged = change !== savedChange;
      if (!isChanged && clock.monotonicMs() - savedMs < SAVE_INTERVAL_MS) return;
      savedChange = change;
      save(state);
      if (isChanged) store.flush();
    },
    save,
  };
}

function storedSnapshot(value: unknown): (ControlSnapshot & { readonly wallMs: number }) | undefined {
  if (!isSnapshot(value)) return undefined;
  return { ...value, echoesMs: areEchoes(value.echoesMs) ? value.echoesMs : [] };
}

function isSnapshot(value: unknown): value is ControlSnapshot & { readonly wallMs: number } {
  if (typeof value !== "object" || value === null) return false;
  const { machine, boost, hasChargedSincePlugIn, solar, wallMs } = value as Record<string, unknown>;
  return (
    typeof wallMs === "number" &&
    typeof hasChargedSincePlugIn === "boolean" &&
    hasParts(machine, { state: ["idle", "commitment", "active"], proofWh: "number" }) &&
    hasParts(boost, { state: ["off", "armed", "ongoing"], hasDrawn: "boolean" }) &&
    hasParts(solar, { day: "string", energyWh: "number" })
  );
}

/** True when every part is one of the listed texts or of the named type. */
function hasParts(value: unknown, parts: Readonly<Record<string, string | readonly string[]>>): boolean {
  if (typeof value !== "object" || value === null) return false;
  const record = value as Record<string, unknown>;
  return Object.entries(parts).every(([key, expected]) =>
    typeof expected === "string"
      ? typeof record[key] === expected
      : expected.some((text) => text === record[key]),
  );
}
