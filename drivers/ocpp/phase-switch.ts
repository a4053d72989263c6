import type { Logger } from "pino";
import { createLocalDay } from "../../src/core/local-day.ts";
import type { PhaseCount, PhaseCurrentsA } from "../../src/core/units.ts";
import { type Clock, delay } from "../../src/ports/clock.ts";
import type { StateStore } from "../../src/ports/state-store.ts";
import type { CurrentCommand } from "../../src/ports/wallbox.ts";
import type { PhaseTestRecord, SelfTestStart } from "../../src/ports/wallbox-card.ts";
import type { BoxHabits } from "./box-habits.ts";
import { integerOf, recordOf, textOf } from "./lenient-json.ts";
import { waitUntil } from "./wait-until.ts";

/** A phase below this carries nothing, A. */
const NO_CURRENT_A = 1;
/** A phase above this carries a charge, A. */
const FLOWING_A = 3;
/** A car may take this long to stop or start. */
const PATIENCE_MS = 120_000;
/** Contactors and cars want a pause between the two ways of charging. */
const DEAD_TIME_MS = 15_000;
/** Contactors wear, and some cars give up after too many changes in a row. */
const HOLD_MS = 5 * 60_000;
const MAX_SWITCHES_PER_DAY = 12;

export interface PhaseSwitchOptions {
  readonly key: string;
  readonly installed: PhaseCount;
  readonly minCurrentA: number;
  readonly timeZone: string;
}

export interface PhaseSwitchDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly store: StateStore;
  readonly habits: () => BoxHabits;
  /** Makes the box hold this current with the phases of the moment. True once it confirmed. */
  readonly write: (currentA: number) => Promise<boolean>;
  /** Floor and set point hold the old number of phases. */
  readonly forgetProfiles: () => void;
  /** Newest measured currents; undefined when they are not known. */
  readonly phaseCurrentsA: () => PhaseCurrentsA | undefined;
}

/** Changes a box between one phase and three: stop, confirm, switch, dead time, start. */
export interface PhaseSwitch {
  readonly activePhases: PhaseCount;
  /** True where the model can and a test saw the phase currents change. */
  readonly canSwitch: boolean;
  /** While it switches or tests, nothing else may write. */
  readonly isBusy: boolean;
  readonly test: PhaseTestRecord | undefined;
  /** What the profiles say of phases. */
  numberPhases(): PhaseCount | undefined;
  /** The command in the phases of the moment; undefined while a switch goes on, which it may begin. */
  admit(command: CurrentCommand): CurrentCommand | undefined;
  /** New meter values: a box that charges with three phases when told one has not switched. */
  measured(): void;
  startTest(): SelfTestStart;
}

interface Switched {
  readonly active: PhaseCount;
  readonly day: string;
  readonly count: number;
  readonly test: PhaseTestRecord | undefined;
}

export function createPhaseSwitch(options: PhaseSwitchOptions, deps: PhaseSwitchDeps): PhaseSwitch {
  const { clock, log, store } = deps;
  const localDay = createLocalDay(options.timeZone);
  let state = switchedOf(store.get(options.key), options.installed);
  let isBusy = false;
  let switchedAtMs = Number.NEGATIVE_INFINITY;

  function save(change: Partial<Switched>): void {
    state = { ...state, ...change };
    store.put(options.key, state);
  }

  function canSwitch(): boolean {
    const isAble = options.installed === 3 && deps.habits().phaseSwitching !== "none";
    return isAble && state.test?.canSwitch === true;
  }

  function maySwitch(): boolean {
    const used = state.day === localDay(clock.wallMs()) ? state.count : 0;
    return used < MAX_SWITCHES_PER_DAY && clock.monotonicMs() - switchedAtMs >= HOLD_MS;
  }

  function isFlowing(phase: 0 | 1 | 2, aboveA: number): boolean {
    return (deps.phaseCurrentsA()?.[phase] ?? 0) > aboveA;
  }

  /** True once the box holds the new number of phases, with nothing flowing. */
  async function change(to: PhaseCount): Promise<boolean> {
    if (!(await deps.write(0))) return false;
    const isIdle = () => Math.max(...(deps.phaseCurrentsA() ?? [99])) < NO_CURRENT_A;
    if (!(await waitUntil(clock, PATIENCE_MS, isIdle))) return false;
    const day = localDay(clock.wallMs());
    save({ active: to, day, count: state.day === day ? state.count + 1 : 1 });
    switchedAtMs = clock.monotonicMs();
    deps.forgetProfiles();
    if (!(await deps.write(0))) return false;
    await delay(clock, DEAD_TIME_MS);
    return true;
  }

  async function switchTo(to: PhaseCount): Promise<void> {
    isBusy = true;
    const from = state.active;
    const isDone = await change(to);
    isBusy = false;
    if (isDone) log.info({ from, to }, "wallbox phases switched");
    else {
      switchedAtMs = clock.monotonicMs();
      log.warn({ from, to }, "wallbox phases cannot be switched now");
    }
  }

  /**
   * The command for the phases of the moment. Its current was allowed for each phase that it names: fewer phases may
   * not take more, more phases share it.
   */
  function inActivePhases(command: CurrentCommand): CurrentCommand {
    if (command.phases >= state.active) return { ...command, phases: state.active };
    const sharedA = (command.currentA * command.phases) / state.active;
    const currentA = sharedA < options.minCurrentA ? 0 : sharedA;
    return { ...command, currentA, phases: state.active };
  }

  async function runTest(): Promise<void> {
    isBusy = true;
    const hasFallen = (await change(1)) && (await deps.write(options.minCurrentA)) && (await flowsOn(1));
    const detail = hasFallen ? undefined : "the phase currents did not change from three phases to one";
    const isBack = (await change(3)) && (await deps.write(options.minCurrentA)) && (await flowsOn(3));
    const canNow = hasFallen && isBack;
    const text = detail ?? (isBack ? "one phase and three were measured" : "three phases did not come back");
    if (!isBack) save({ active: 3 });
    save({ test: { atWallMs: clock.wallMs(), canSwitch: canNow, detail: text } });
    store.flush();
    log.info({ canSwitch: canNow, detail: text }, "phase test ended");
    isBusy = false;
  }

  function flowsOn(phases: PhaseCount): Promise<boolean> {
    return waitUntil(clock, PATIENCE_MS, () => {
      if (!isFlowing(0, FLOWING_A)) return false;
      return phases === 1
        ? !isFlowing(1, NO_CURRENT_A) && !isFlowing(2, NO_CURRENT_A)
        : isFlowing(1, FLOWING_A) && isFlowing(2, FLOWING_A);
    });
  }

  return {
    get activePhases() {
      return state.active;
    },
    get canSwitch() {
      return canSwitch();
    },
    get isBusy() {
      return isBusy;
    },
    get test() {
      return state.test;
    },
    numberPhases() {
      const isTold = deps.habits().phaseSwitching === "number_phases";
      return isTold && (canSwitch() || isBusy) ? state.active : undefined;
    },
    admit(command) {
      if (isBusy) return undefined;
      const isChange = command.phases !== state.active && canSwitch() && command.currentA > 0;
      if (!isChange || !maySwitch()) return inActivePhases(command);
      void switchTo(command.phases);
      return undefined;
    },
    measured() {
      const isWrong = state.active === 1 && options.installed === 3 && isFlowing(1, FLOWING_A);
      if (!isWrong || isBusy || clock.monotonicMs() - switchedAtMs < DEAD_TIME_MS * 2) return;
      log.error("wallbox charges with three phases although it was told one: it is not switched any more");
      const test = {
        atWallMs: clock.wallMs(),
        canSwitch: false,
        detail: "charged with three phases when told one",
      };
      save({ active: 3, test });
      deps.forgetProfiles();
    },
    startTest() {
      if (isBusy) return { ok: false, detail: "the phases are being switched: try again in a few minutes" };
      if (options.installed !== 3) return { ok: false, detail: "the box is installed with one phase" };
      if (deps.habits().phaseSwitching === "none") {
        return {
          ok: false,
          detail: "this model is not known to switch: set quirks.phase_switching to try it",
        };
      }
      const isCharging = isFlowing(0, FLOWING_A) && isFlowing(1, FLOWING_A) && isFlowing(2, FLOWING_A);
      if (!isCharging) return { ok: false, detail: "charge a three-phase car with three phases first" };
      void runTest();
      return { ok: true, lastsS: Math.ceil((4 * PATIENCE_MS + 2 * DEAD_TIME_MS) / 1_000) };
    },
  };
}

function switchedOf(stored: unknown, installed: PhaseCount): Switched {
  const { active, day, count, test } = recordOf(stored);
  return {
    active: installed === 3 && active === 1 ? 1 : installed,
    day: textOf(day) ?? "",
    count: integerOf(count) ?? 0,
    test: testOf(test),
  };
}

function testOf(stored: unknown): PhaseTestRecord | undefined {
  const { atWallMs, canSwitch, detail } = recordOf(stored);
  const wallMs = integerOf(atWallMs);
  if (wallMs === undefined) return undefined;
  return { atWallMs: wallMs, canSwitch: canSwitch === true, detail: textOf(detail) ?? "" };
}
