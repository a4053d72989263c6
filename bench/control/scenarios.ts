import type { DayTrace } from "../../simulator/house/day-trace.ts";
import { type ControllerName, type ReplayOptions, replayDay } from "../../src/cli/replay/replay-day.ts";
import { NOMINAL_DEVICE, type ReplayDevice } from "../../src/cli/replay/replay-device.ts";
import { powerW } from "../../src/core/units.ts";

/** A trace in steps of one second, so that edges stay edges. */
function secondsTrace(name: string, surplusW: readonly number[]): DayTrace {
  return {
    name,
    stepMs: 1_000,
    startWallMs: Date.UTC(2026, 5, 21, 9),
    pvW: Float64Array.from(surplusW),
    loadW: new Float64Array(surplusW.length),
  };
}

export interface StepResponse {
  readonly controller: string;
  /** As on the command line; `nominal` for the device of the other figures. */
  readonly device: string;
  /** Time to settle that nine of ten steps keep, s; undefined where a tenth never settles. */
  readonly up_p90_s: number | undefined;
  readonly down_p90_s: number | undefined;
}

const STEP_AT_S = 1_200;
const WATCHED_S = 300;
const LOW_A = 8;
const HIGH_A = 13;
/** Within this of the surplus the charging current has settled: one step of the nominal box. */
const BAND_A = 1;
/** One step for each second of the slowest cycle of any controller. */
const STEP_OFFSETS_S = Array.from({ length: 30 }, (_, second) => second);

/** The nominal device, and one whose meter does not hide the step for seconds. */
const STEP_DEVICES: readonly (readonly [name: string, device: ReplayDevice])[] = [
  ["nominal", NOMINAL_DEVICE],
  ["meter_s=1", { ...NOMINAL_DEVICE, meterS: 1 }],
];

/** Surplus that jumps by 5 A on three phases, at every moment of the controller's cycle. */
export async function stepResponses(controller: ControllerName): Promise<readonly StepResponse[]> {
  const responses: StepResponse[] = [];
  for (const [name, device] of STEP_DEVICES) {
    const options = nominal(controller, { phases: 3, device });
    responses.push({
      controller,
      device: name,
      up_p90_s: await settlingP90S(options, LOW_A, HIGH_A),
      down_p90_s: await settlingP90S(options, HIGH_A, LOW_A),
    });
  }
  return responses;
}

async function settlingP90S(options: ReplayOptions, fromA: number, toA: number): Promise<number | undefined> {
  const times: number[] = [];
  for (const offsetS of STEP_OFFSETS_S) times.push(await settlingS(options, { fromA, toA, offsetS }));
  times.sort((a, b) => a - b);
  const p90S = times[Math.ceil(times.length * 0.9) - 1] ?? WATCHED_S;
  return p90S >= WATCHED_S - 1 ? undefined : p90S;
}

async function settlingS(
  options: ReplayOptions,
  step: { readonly fromA: number; readonly toA: number; readonly offsetS: number },
): Promise<number> {
  const stepS = STEP_AT_S + step.offsetS;
  const surplusW = Array.from({ length: stepS + WATCHED_S }, (_, second) =>
    powerW(second < stepS ? step.fromA : step.toA, 3),
  );
  const targetW = powerW(step.toA, 3);
  let lastOutsideS = 0;
  const watch = ({ nowMs, chargePowerW }: PlantSecond) => {
    const isOutside = Math.abs(chargePowerW - targetW) > powerW(BAND_A, 3);
    if (isOutside && nowMs >= stepS * 1_000) lastOutsideS = nowMs / 1_000 - stepS;
  };
  await replayDay(secondsTrace("step", surplusW), { ...options, onSecond: watch });
  return lastOutsideS;
}

type PlantSecond = Parameters<NonNullable<ReplayOptions["onSecond"]>>[0];

export interface KettleOutcome {
  readonly controller: string;
  /** Starts beside the first of the day. */
  readonly extra_starts: number;
  readonly writes: number;
}

const KETTLES = 12;
const KETTLE_EVERY_S = 1_200;
const KETTLE_ON_S = 150;
const KETTLE_W = 2_000;

/** Steady sun for one phase, and a kettle that takes most of it away twelve times in four hours. */
export async function kettle(controller: ControllerName): Promise<KettleOutcome> {
  const beforeS = 1_200;
  const surplusW = Array.from({ length: beforeS + KETTLES * KETTLE_EVERY_S }, (_, second) => {
    const sinceS = (second - beforeS) % KETTLE_EVERY_S;
    const isOn = second >= beforeS && sinceS < KETTLE_ON_S;
    return 2_500 - (isOn ? KETTLE_W : 0);
  });
  const { starts, writes } = await replayDay(secondsTrace("kettle", surplusW), nominal(controller));
  return { controller, extra_starts: starts - 1, writes };
}

function nominal(controller: ControllerName, more: Partial<ReplayOptions> = {}): ReplayOptions {
  return { controller, device: NOMINAL_DEVICE, phases: "auto", thresholds: {}, ...more };
}
