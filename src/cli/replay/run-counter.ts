/** A pause that holds a phase switch and is no longer than this belongs to the run, ms. */
const LONGEST_SWITCH_PAUSE_MS = 180_000;
/** A run shorter than this is short, ms. */
const SHORT_RUN_MS = 300_000;
const SECOND_MS = 1_000;

/** How often charging began, ended too soon, and changed phases. */
export interface RunCounts {
  readonly starts: number;
  readonly shortRuns: number;
  readonly phaseSwitches: number;
}

/** Counts runs of charging second by second; a pause for switching phases does not end a run. */
export interface RunCounter {
  passSecond(nowMs: number, isCharging: boolean, isSwitching: boolean): void;
  counts(): RunCounts;
}

interface Run {
  readonly startMs: number;
  /** Last second in which current flowed. */
  lastMs: number;
  /** Whether the box has switched phases since then. */
  hasSwitched: boolean;
}

export function createRunCounter(): RunCounter {
  let starts = 0;
  let shortRuns = 0;
  let phaseSwitches = 0;
  let run: Run | undefined;
  let wasSwitching = false;

  function noteSwitching(isSwitching: boolean): void {
    if (isSwitching && !wasSwitching) phaseSwitches += 1;
    wasSwitching = isSwitching;
    if (isSwitching && run !== undefined) run.hasSwitched = true;
  }

  function begin(nowMs: number): Run {
    if (run !== undefined && isShort(run)) shortRuns += 1;
    starts += 1;
    return { startMs: nowMs - SECOND_MS, lastMs: nowMs, hasSwitched: false };
  }

  return {
    passSecond(nowMs, isCharging, isSwitching) {
      noteSwitching(isSwitching);
      if (!isCharging) return;
      if (run === undefined || !goesOn(run, nowMs)) run = begin(nowMs);
      run.lastMs = nowMs;
      run.hasSwitched = isSwitching;
    },
    counts() {
      const isLastShort = run !== undefined && isShort(run);
      return { starts, shortRuns: shortRuns + (isLastShort ? 1 : 0), phaseSwitches };
    },
  };
}

function goesOn({ lastMs, hasSwitched }: Run, nowMs: number): boolean {
  const pauseMs = nowMs - lastMs;
  return pauseMs <= SECOND_MS || (hasSwitched && pauseMs <= LONGEST_SWITCH_PAUSE_MS);
}

function isShort({ startMs, lastMs }: Run): boolean {
  return lastMs - startMs < SHORT_RUN_MS;
}
