import type { Logger } from "pino";
import type { Reading, VehicleState, WallboxSample } from "../../src/core/site-sample.ts";
import type { PhaseCount } from "../../src/core/units.ts";
import type { Clock } from "../../src/ports/clock.ts";
import type { JsonRecord } from "./box-link.ts";
import { createBoxTime } from "./box-time.ts";
import type { DeviationLog } from "./deviation-log.ts";
import { createFollowCheck } from "./follow-check.ts";
import { createLiveReadings, judgedCurrentA } from "./live-readings.ts";
import { type MeterSample, meterSamples } from "./meter-values.ts";
import { createRivalWatch } from "./rival-watch.ts";
import { createScheduleClock } from "./schedule-clock.ts";
import { isDrawingNothing } from "./vehicle-status.ts";

const DEFAULT_INTERVAL_MS = 10_000;
/** A sample older than this was kept while the box was offline and says nothing about now. */
const REPLAY_AGE_MS = 60_000;
/** Measured although the state says that nothing can flow. */
const CONTRADICTION_A = 2;
/** Measured before the box told its state: then it charges. */
const CHARGING_A = 1;

export interface BoxMeasurementsDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly deviations: DeviationLog;
  /** The box should report its meter now. */
  readonly askForMeter: () => void;
  /** The state and the meter contradict each other. */
  readonly askForStatus: () => void;
  /** The box draws although we do not know its state. */
  readonly onCharging: () => void;
  /** The box draws more than it confirmed. */
  readonly onNotFollowed: (drawnA: number) => void;
  /** Somebody else has put another limit in place of ours: ours is to be written again. */
  readonly onRival: () => void;
  /** The times in the profiles have to be moved. */
  readonly onClockCorrected: () => void;
}

/** What the box measures, how old it is, and whether it keeps below its limit. */
export interface BoxMeasurements {
  readonly isFollowing: boolean;
  /** True while somebody else changes the limit again and again. */
  readonly isContested: boolean;
  /** How far the box's timestamps are ahead of our clock, ms; undefined while unknown. */
  readonly clockErrorMs: number | undefined;
  /** True once the box has shown that it goes by the same time as we do. */
  readonly isClockAgreed: boolean;
  /** By how much times in profiles have to be moved, ms. */
  readonly profileClockErrorMs: number;
  /** The newest energy register, Wh; undefined while unknown. */
  readonly energyRegisterWh: number | undefined;
  vehicleChanged(vehicle: VehicleState): void;
  take(payload: JsonRecord): void;
  /** The box told the time in another message, ms since 1970. */
  timeSeen(boxMs: number): void;
  expectEvery(intervalMs: number): void;
  limitConfirmed(limitA: number): void;
  /** The box was given another time than the one it went by. */
  clockSet(): void;
  linkDown(): void;
  /** True when the box charges and has not said how much for three of its intervals. */
  isStale(): boolean;
  readings(isConnected: boolean): Pick<WallboxSample, "chargePowerW" | "phaseCurrentsA" | "offeredCurrentA">;
}

export function createBoxMeasurements(
  box: { readonly phases: () => PhaseCount; readonly maxCurrentA: number; readonly floorCurrentA: number },
  deps: BoxMeasurementsDeps,
): BoxMeasurements {
  const { clock, log, deviations } = deps;
  const boxTime = createBoxTime(clock);
  const live = createLiveReadings();
  const follow = createFollowCheck();
  const rival = createRivalWatch();
  const scheduleClock = createScheduleClock(box.floorCurrentA, { log, onCorrected: deps.onClockCorrected });
  let vehicle: VehicleState = "unknown";
  let intervalMs = DEFAULT_INTERVAL_MS;
  let drawsSinceMs = clock.monotonicMs();
  let energyRegisterWh: number | undefined;

  function takeSample(sample: MeterSample): void {
    const ageMs = boxTime.ageMs(sample.timestamp);
    if (ageMs > REPLAY_AGE_MS) return;
    const atMs = clock.monotonicMs() - ageMs;
    energyRegisterWh = sample.energyRegisterWh ?? energyRegisterWh;
    const currentA = judgedCurrentA(sample, box.phases());
    judgeClock(sample.offeredCurrentA ?? currentA, atMs);
    judgeRival(sample.offeredCurrentA, atMs);
    if (isDrawingNothing(vehicle)) {
      // Boxes send a last value after the end, and some never a zero: the state is believed.
      if (currentA !== undefined && currentA > CONTRADICTION_A) deps.askForStatus();
      return;
    }
    live.take(sample, atMs);
    if (currentA === undefined) return;
    if (vehicle === "unknown" && currentA > CHARGING_A) deps.onCharging();
    judge(currentA, atMs);
  }

  function judgeClock(currentA: number | undefined, atMs: number): void {
    if (currentA !== undefined) scheduleClock.seen(currentA, atMs, boxTime.errorMs() ?? 0);
  }

  function judgeRival(offeredA: number | undefined, atMs: number): void {
    if (offeredA === undefined || isDrawingNothing(vehicle)) return;
    const verdict = rival.offered(offeredA, atMs);
    if (verdict === "assert") deps.onRival();
    if (verdict === "contested") {
      deviations.note("limit_contested");
      log.warn("another controller changes the limit of the wallbox: ours is asserted less and less often");
    }
    if (verdict === "settled") log.info("wallbox keeps our limit again");
  }

  function judge(currentA: number, atMs: number): void {
    const verdict = follow.measured(currentA, atMs);
    if (verdict === "suspect") deps.askForMeter();
    if (verdict === "retry") deps.onNotFollowed(currentA);
    if (verdict === "lost") log.warn({ currentA }, "wallbox does not follow its limit");
    if (verdict === "recovered") log.info({ currentA }, "wallbox follows its limit again");
  }

  /** Gone when older than six intervals: then it is not known any more. */
  function fresh<T>(reading: Reading<T> | undefined, nowMs: number): Reading<T> | undefined {
    return reading === undefined || nowMs - reading.atMs > 6 * intervalMs ? undefined : reading;
  }

  return {
    get isContested() {
      return rival.isContested;
    },
    get isFollowing() {
      return follow.isFollowing;
    },
    get energyRegisterWh() {
      return energyRegisterWh;
    },
    get clockErrorMs() {
      return boxTime.errorMs();
    },
    get isClockAgreed() {
      return boxTime.isAgreed();
    },
    get profileClockErrorMs() {
      return scheduleClock.correctionMs;
    },
    vehicleChanged(now) {
      const nowMs = clock.monotonicMs();
      const isNothingDrawn = isDrawingNothing(now);
      if (isNothingDrawn || isDrawingNothing(vehicle)) live.zero(nowMs);
      vehicle = now;
      drawsSinceMs = nowMs;
      if (isNothingDrawn) judge(0, nowMs);
    },
    take(payload) {
      const { maxCurrentA } = box;
      const context = { phases: box.phases(), maxCurrentA, noteDeviation: deviations.note };
      for (const sample of meterSamples(payload, context)) takeSample(sample);
    },
    timeSeen: boxTime.told,
    expectEvery(expectedMs) {
      intervalMs = Math.max(DEFAULT_INTERVAL_MS, expectedMs);
    },
    limitConfirmed(limitA) {
      follow.limitSet(limitA, clock.monotonicMs());
      rival.limitConfirmed(limitA, clock.monotonicMs());
      scheduleClock.limitConfirmed(limitA, clock.monotonicMs());
    },
    clockSet: () => boxTime.restart(),
    linkDown() {
      boxTime.interrupted();
      follow.forgetLimits();
      rival.forgetLimits();
      scheduleClock.forgetLimits();
      if (isDrawingNothing(vehicle)) live.zero(clock.monotonicMs());
    },
    isStale() {
      if (isDrawingNothing(vehicle)) return false;
      const newestMs = Math.max(drawsSinceMs, live.powerW?.atMs ?? 0);
      return clock.monotonicMs() - newestMs > 3 * intervalMs;
    },
    readings(isConnected) {
      const nowMs = clock.monotonicMs();
      if (isConnected && isDrawingNothing(vehicle)) live.zero(nowMs);
      return {
        chargePowerW: fresh(live.powerW, nowMs),
        phaseCurrentsA: fresh(live.phaseCurrentsA, nowMs),
        offeredCurrentA: fresh(live.offeredCurrentA, nowMs),
      };
    },
  };
}
