import { describe } from "vitest";
import type { Distortion } from "../../../simulator/house/modbus-devices.ts";
import { SUNNY, startCharging } from "../support/bench.ts";
import { constantTrace } from "../support/constant-trace.ts";
import { failsafe, offerSince, secondsUntil } from "../support/failsafe.ts";

/** SunSpec's "not implemented" of a 16-bit signed point. */
const NOT_IMPLEMENTED = 0x8000;
/** A power beyond every plant, whatever the scale factor. */
const NONSENSE = 0x7fff;

const WAYS_TO_FAIL: readonly Distortion[] = [
  () => "silent",
  () => ({ exception: 4 }),
  (registers) => registers.map(() => NOT_IMPLEMENTED),
  (registers) => registers.map(() => NONSENSE),
];
const FIRST_RISE_MINUTE = 6;
const RISE_EVERY_MINUTES = 5;
/** A meter fails this long before the sun is up; it is noticed by then, s. */
const BEFORE_RISE_S = 10;
/** And goes on failing for so long: not long enough to be lost, s. */
const AFTER_RISE_S = 18;

/** 11 A worth of sun; from the sixth minute on every five minutes two with 14 A worth of it, as often as a meter fails. */
function risingSun() {
  const sun = constantTrace({ pvW: 8_000, loadW: 500 });
  for (const [rise] of WAYS_TO_FAIL.entries()) {
    const minute = FIRST_RISE_MINUTE + rise * RISE_EVERY_MINUTES;
    sun.pvW.fill(10_000, minute, minute + 2);
  }
  return sun;
}

/** Answers each request as it did the first time. */
function frozen(): Distortion {
  const answers = new Map<string, readonly number[]>();
  return (registers, { address, count }) => {
    const key = `${address} ${count}`;
    const answer = answers.get(key) ?? registers;
    answers.set(key, answer);
    return answer;
  };
}

describe("the failsafe table: meter", () => {
  failsafe("F1", { trace: risingSun() }, async (bench, measured) => {
    const { site, history } = bench;
    await startCharging(bench);
    const failing = { raisedA: 0, loweredA: 0 };
    let slowestS = 0;
    for (const [rise, distortion] of WAYS_TO_FAIL.entries()) {
      const riseMs = site.house.startMonotonicMs + (FIRST_RISE_MINUTE + rise * RISE_EVERY_MINUTES) * 60_000;
      await bench.pass((riseMs - bench.clock.monotonicMs()) / 1_000 - BEFORE_RISE_S);
      site.meter.distort(distortion);
      await bench.pass(BEFORE_RISE_S);
      const heldA = site.house.evse.offeredCurrentA;
      const mark = history.mark();
      await bench.pass(AFTER_RISE_S);
      const { raisedA, loweredA } = offerSince(bench, mark, heldA);
      failing.raisedA = Math.max(failing.raisedA, raisedA);
      failing.loweredA = Math.max(failing.loweredA, loweredA);
      site.meter.distort(undefined);
      const recoveredS = await secondsUntil(bench, 90, () => site.house.evse.offeredCurrentA > heldA);
      slowestS = Math.max(slowestS, recoveredS);
    }
    measured("raisedA", failing.raisedA);
    measured("loweredA", failing.loweredA);
    measured("recoveredS", slowestS);

    await bench.steady(400, ({ offeredA }) => offeredA === 11);
    const mark = history.mark();
    site.meter.distort(frozen());
    measured("frozenS", await secondsUntil(bench, 300, () => site.house.evse.offeredCurrentA === 0));
    measured("frozenRaisedA", offerSince(bench, mark, 11).raisedA);
  });

  failsafe("F2", { trace: SUNNY }, async (bench, measured) => {
    const { site } = bench;
    await startCharging(bench);
    await site.pull("meter");
    const pulledMs = bench.clock.monotonicMs();
    const sincePulledS = () => (bench.clock.monotonicMs() - pulledMs) / 1_000;
    await bench.within(90, () => site.house.evse.offeredCurrentA === 0);
    measured("pausedS", sincePulledS());
    await bench.warns("inverter_data_stale", 60);
    measured("staleS", sincePulledS());
    await bench.within(60, () => site.partner.lastStatus()?.ux_phase === "unavailable");
    measured("unavailableS", sincePulledS());
    await bench.warns("inverter_disconnected", 300);
    measured("disconnectedS", sincePulledS());
    await site.plug("meter");
    measured("recoveredS", await secondsUntil(bench, 400, () => site.house.evse.offeredCurrentA > 0));
    await bench.offers(11, 200);
  });
});
