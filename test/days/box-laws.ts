import type { Plant } from "../../src/cli/replay/plant.ts";
import { isPlanCharging } from "../../src/core/planner/plan-advice.ts";
import type { BoxReport } from "../../src/core/tick-report.ts";
import { NOMINAL_VOLTAGE_V } from "../../src/core/units.ts";
import type { LawBook } from "./law-book.ts";
import type { DayBox, Truth } from "./truth.ts";

export const UNREAD: ReadonlySet<string> = new Set(["wallbox_disconnected", "starting_up"]);
/** Without a good read for this long the meter is under suspicion, and for that long it is lost, s (F1, F2). */
const SUSPECT_S = 10;
const LOST_S = 30;
const EPSILON = 1e-9;

/** Laws on what control decides for one wallbox, pass by pass. */
export interface BoxLaws {
  /** `goneS`: for how long the meter has given nothing that can be used. */
  pass(
    now: BoxReport,
    at: { readonly second: number; readonly goneS: number; readonly plant: Plant | undefined },
  ): void;
}

export function createBoxLaws(truth: Truth, index: number, laws: LawBook): BoxLaws {
  const { scenario, config, intervalS, isDisturbed } = truth;
  const { control } = config;
  const given = truth.boxes[index];
  if (given === undefined) throw new Error(`no box ${index}`);
  const box: DayBox = given;
  const caps = scenario.changes
    .flatMap(({ at_min, max_current_a: capA }) => (capA === undefined ? [] : [{ fromS: at_min * 60, capA }]))
    .sort((a, b) => a.fromS - b.fromS);
  const blindA = control.pause_when_meter_lost ? 0 : control.failsafe_current_a;
  let latest: BoxReport | undefined;
  /** Of the set point, whether told or found; and of what the box was told. */
  let changedMs = Number.NEGATIVE_INFINITY;
  let toldMs = Number.NEGATIVE_INFINITY;
  let committedMs: number | undefined;

  function checkRange({ setpointA }: BoxReport, second: number): void {
    const { minA, maxA, stepA } = box.device;
    const steps = setpointA / stepA;
    const isLegal =
      setpointA === 0 ||
      (setpointA >= minA - EPSILON &&
        setpointA <= maxA + EPSILON &&
        Math.abs(steps - Math.round(steps)) < 1e-6);
    laws.check(isLegal, second, `a set point of ${setpointA} A`);
    const mostA = box.config.max_current_a;
    laws.check(setpointA <= mostA + EPSILON, second, "a set point above the configured maximum");
    const capAt = (atS: number) =>
      caps.findLast(({ fromS }) => fromS <= atS)?.capA ?? Number.POSITIVE_INFINITY;
    const capA = Math.max(capAt(second), capAt(second - intervalS - 1));
    laws.check(setpointA <= capA + EPSILON, second, "a set point above the user's cap");
  }

  function checkRaise(before: BoxReport, now: BoxReport, second: number, goneS: number): void {
    const isRaise = now.setpointA > before.setpointA;
    if (!isRaise || UNREAD.has(before.reason.code)) return;
    const { meterTrust } = now;
    laws.check(
      goneS < SUSPECT_S || goneS >= LOST_S - truth.goneEarlierS || truth.wasMeterGoneBefore(second),
      second,
      `a raise ${Math.round(goneS)} s after the meter was seen last`,
    );
    laws.check(meterTrust !== "suspect", second, "a raise while the meter is suspect");
    if (meterTrust === "lost" || goneS > LOST_S + intervalS) {
      const isPlanned = isPlanCharging(now.plan) && now.mode !== "hems";
      const isMeterless = now.mode === "none" || now.boost === "ongoing" || isPlanned;
      laws.check(isMeterless, second, "a surplus mode raised without its meter");
      const isSmall = now.setpointA <= control.failsafe_current_a;
      laws.check(isSmall, second, "a raise above the failsafe current while blind");
    }
    laws.check(now.wallbox.isFollowing, second, "a raise of a box that does not follow");
    laws.check(
      now.wallbox.writesToday <= config.ocpp.max_writes_per_day,
      second,
      "a raise with no writes left for the day",
    );
    const waitS = before.setpointA === 0 ? 60 : 10;
    const sinceS = (now.monotonicMs - changedMs) / 1_000;
    laws.check(sinceS >= waitS - 0.01, second, `a raise ${sinceS} s after the last change`);
    const toldS = (now.monotonicMs - toldMs) / 1_000;
    laws.check(
      meterTrust !== "good" || toldS * 1_000 >= now.loopDelayMs,
      second,
      `a raise ${toldS} s after a change that takes ${now.loopDelayMs / 1_000} s to show`,
    );
  }

  function checkStart(before: BoxReport, now: BoxReport, second: number): void {
    if (now.state === "commitment" && before.state !== "commitment") committedMs = now.monotonicMs;
    const hasStarted = now.state === "active" && before.state === "commitment";
    if (!hasStarted || before.setpointA > 0 || UNREAD.has(before.reason.code)) return;
    const provenS = (now.monotonicMs - (committedMs ?? now.monotonicMs)) / 1_000;
    const leastS = control.start_proof_s / 2 - intervalS;
    laws.check(provenS >= leastS, second, `a start proved in ${provenS} s instead of ${leastS} s`);
  }

  function checkCause(before: BoxReport, now: BoxReport, second: number): void {
    const isSurplusMode = now.mode === "hems" || now.mode === "hems_and_spot";
    const isExplained = now.state === "active" || now.boost === "ongoing" || isPlanCharging(now.plan);
    if (!isSurplusMode || isExplained || now.setpointA === 0 || now.reason.code === "starting_up") return;
    const isBlind = now.meterTrust === "lost" || now.powers.chargePowerW === undefined;
    const allowedA = isBlind ? blindA : before.setpointA;
    const isAdopted = UNREAD.has(before.reason.code) || now.setpointA <= allowedA;
    laws.check(isAdopted, second, `${now.setpointA} A that nothing explains`);
  }

  function checkLoss(now: BoxReport, second: number, goneS: number): void {
    if (UNREAD.has(now.reason.code) || goneS < LOST_S + intervalS + 1) return;
    const isSurplusMode = now.mode === "hems" || (now.mode === "hems_and_spot" && !isPlanCharging(now.plan));
    const mostA = isSurplusMode && now.boost === "off" ? blindA : control.failsafe_current_a;
    laws.check(now.setpointA <= mostA, second, `${now.setpointA} A long after the meter was lost`);
  }

  function checkReport(now: BoxReport, second: number): void {
    const { powers, reason } = now;
    laws.check(reason.text.length > 10 && reason.code.length > 0, second, "an empty reason");
    laws.check(!/undefined|NaN|Infinity/.test(reason.text), second, `a reason with a hole: ${reason.text}`);
    const isSolar = now.mode === "hems" || now.mode === "hems_and_spot";
    laws.check(isSolar === (now.uxPhase !== "off"), second, `phase ${now.uxPhase} in mode ${now.mode}`);
    laws.check(isSolar || now.state === "idle", second, `state ${now.state} in mode ${now.mode}`);
    const isLost = now.meterTrust === "lost";
    laws.check(!isLost || now.state === "idle", second, "an active machine without a meter");
    laws.check(!isLost || powers.gridPowerW === undefined, second, "a lost meter that is shown");
  }

  /** A charge that is found running goes on at what the car draws. */
  function checkAdoption(
    before: BoxReport | undefined,
    now: BoxReport,
    second: number,
    plant: Plant | undefined,
  ): void {
    const found = plant?.boxes[index];
    const wasRead = before !== undefined && !UNREAD.has(before.reason.code);
    if (found === undefined || wasRead || UNREAD.has(now.reason.code)) return;
    const { minA, stepA } = box.device;
    const drawnA = found.charge.powerW / (found.evse.phases * NOMINAL_VOLTAGE_V);
    laws.check(
      now.setpointA <= Math.max(minA, drawnA + stepA / 2 + EPSILON),
      second,
      `${now.setpointA} A adopted of a car that draws ${drawnA.toFixed(1)} A`,
    );
  }

  /** What the box was told is what the report says. */
  function checkCommand(now: BoxReport, second: number, plant: Plant | undefined): void {
    const told = plant?.boxes[index]?.command.currentA;
    if (told === undefined || UNREAD.has(now.reason.code)) return;
    if (isDisturbed(second, ["wallbox_away", "wallbox_stubborn", "gateway_down"], { box: index })) return;
    laws.check(
      told === now.setpointA,
      second,
      `the box was told ${told} A, the report says ${now.setpointA} A`,
    );
  }

  return {
    pass(now, { second, goneS, plant }) {
      // After a start of the gateway nothing before it counts.
      const before = latest !== undefined && now.pass === latest.pass + 1 ? latest : undefined;
      checkReport(now, second);
      checkRange(now, second);
      checkLoss(now, second, goneS);
      checkCommand(now, second, plant);
      checkAdoption(before, now, second, plant);
      if (before !== undefined) {
        laws.check(now.monotonicMs > before.monotonicMs, second, "a pass before the one before it");
        checkRaise(before, now, second, goneS);
        checkStart(before, now, second);
        checkCause(before, now, second);
      }
      if (before === undefined || now.setpointA !== before.setpointA || now.phases !== before.phases) {
        changedMs = now.monotonicMs;
        const isFound = before === undefined || UNREAD.has(before.reason.code);
        toldMs = isFound ? Number.NEGATIVE_INFINITY : now.monotonicMs;
      }
      latest = now;
    },
  };
}
