import type { DayTrace } from "../../simulator/house/day-trace.ts";
import type { Plant } from "../../src/cli/replay/plant.ts";
import { isPlanCharging } from "../../src/core/planner/plan-advice.ts";
import type { BoxReport } from "../../src/core/tick-report.ts";
import { NOMINAL_VOLTAGE_V } from "../../src/core/units.ts";
import type { LawBook } from "./law-book.ts";
import { BLINDING, type DayBox, type EventKind, TRIFLE_A, type Truth, UNRULY } from "./truth.ts";

/** Laws on what a car gets of the sun, and when it must get something. */
export interface SunLaws {
  see(plant: Plant, reports: readonly (BoxReport | undefined)[], second: number): void;
}

const EVERYTHING: readonly EventKind[] = [
  ...BLINDING,
  ...UNRULY,
  "car_away",
  "operator_limits",
  "operator_silent",
];
/** For so long after anything has happened a car may still have to wait, s. */
const CALM_S = 420;
/** The law's own idea of a small shortfall, W. */
const MARGIN_W = 50;
/** Surplus that is this much above the start proves it in its usual time, W. */
const PLENTY_W = 600;

const IDLE = { powerW: 0, phases: 1, car: { phases: 1 } };
const NOTHING_DRAWN = { cars: 0, nowW: 0, leastW: 0, trifleW: 0 };

export function createSunLaws(truth: Truth, { pvW, loadW, stepMs }: DayTrace, laws: LawBook): SunLaws {
  const { scenario, config, boxes, seenAfterS } = truth;
  const { control } = config;
  const { house } = scenario;
  const noiseW = "load_noise_w" in house ? house.load_noise_w : 0;
  const [first] = boxes;
  const changesS = scenario.changes.map(({ at_min }) => at_min * 60);
  const isAlone = boxes.length === 1;
  const isPlain = !["battery", "inverter_ac_w", "feed_in_limit_w"].some((part) => part in house);
  let darkS = 0;
  let sunnyS = 0;
  let roomyS = 0;

  /** What the house would export without cars, if modules and battery gave all that they can, W. */
  function surplusW(second: number): number {
    const index = Math.min(pvW.length - 1, Math.floor((second * 1_000) / stepMs));
    return (pvW[index] ?? 0) - (loadW[index] ?? 0);
  }

  const isSurplusDriven = (report: BoxReport | undefined) =>
    report?.state === "active" && report.boost === "off" && !isPlanCharging(report.plan);

  /** What the cars draw, and what of it is left when all are at their least; nothing where one draws for another reason. */
  function drawnBySun(plant: Plant, reports: readonly (BoxReport | undefined)[]) {
    const drawn = { ...NOTHING_DRAWN };
    for (const [index, { device, leastW, trifleW }] of boxes.entries()) {
      const { powerW: nowW, phases, car } = plant.boxes[index]?.evse ?? IDLE;
      if (nowW === 0) continue;
      if (!isSurplusDriven(reports[index])) return undefined;
      drawn.cars += 1;
      drawn.nowW += nowW;
      drawn.leastW += Math.min(nowW, leastW, device.minA * Math.min(phases, car.phases) * NOMINAL_VOLTAGE_V);
      drawn.trifleW += trifleW;
    }
    return drawn;
  }

  /** In the machine's hands the stop proof bounds how long the cars may draw more than the pair allows. */
  function checkDark(plant: Plant, reports: readonly (BoxReport | undefined)[], second: number): void {
    const { cars, nowW, leastW, trifleW } = drawnBySun(plant, reports) ?? NOTHING_DRAWN;
    const { maxImportBeforeStoppingW } = reports[0]?.thresholds.asked ?? { maxImportBeforeStoppingW: 0 };
    const paidW = surplusW(second) + maxImportBeforeStoppingW + MARGIN_W + noiseW;
    const isDark = leastW > paidW || nowW > paidW + trifleW;
    const isJudged =
      cars > 0 && isDark && !hasChanged(second) && !truth.isDisturbed(second, [...BLINDING, ...UNRULY]);
    darkS = isJudged ? darkS + 1 : 0;
    if (darkS === 0) return;
    const allowedS = proofS(reports) * cars;
    laws.check(darkS <= allowedS, second, `importing above the pair for more than ${Math.round(allowedS)} s`);
  }

  /** The longest that a stop may take, s. */
  function proofS(reports: readonly (BoxReport | undefined)[]): number {
    const loopS = Math.max(...reports.map((report) => (report?.loopDelayMs ?? 0) / 1_000));
    const powerS = Math.max(...boxes.map(({ device }) => device.powerS));
    return (control.stop_proof_s * 5) / 3 + 4 * (loopS + powerS + seenAfterS);
  }

  function hasChanged(second: number): boolean {
    return changesS.some((atS) => second >= atS && second - atS <= CALM_S);
  }

  /** Whether the first car could charge, and nothing has happened that it would have to wait for. */
  function isCalm({ boxes: [box] }: Plant, { wallbox }: BoxReport, second: number): boolean {
    const isReady = box?.evse.car.isPluggedIn === true && box.evse.state !== "suspended_ev";
    return (
      isReady &&
      second > CALM_S &&
      wallbox.writesToday < config.ocpp.max_writes_per_day &&
      !hasChanged(second) &&
      !truth.isDisturbed(second, EVERYTHING, { aftermathS: CALM_S })
    );
  }

  /** Where nothing stands in its way a car gets what its mode promises. */
  function checkGiven(plant: Plant, reports: readonly (BoxReport | undefined)[], second: number): void {
    const [report] = reports;
    if (report === undefined || first === undefined) return;
    const isUndisturbed = isCalm(plant, report, second);
    if (isAlone) checkFull(first, report, second, isUndisturbed);
    checkSunny(first, reports, second, isUndisturbed && report.mode === "hems");
  }

  function checkFull(
    { device, config: own }: DayBox,
    report: BoxReport,
    second: number,
    isUndisturbed: boolean,
  ): void {
    const mostA = Math.min(device.maxA, own.max_current_a);
    const isFull = report.mode === "none" || report.boost === "ongoing";
    roomyS = isUndisturbed && isFull && hasRoom(second, mostA) ? roomyS + 1 : 0;
    laws.check(
      roomyS < CALM_S || report.setpointA >= mostA - Math.max(device.stepA, TRIFLE_A),
      second,
      `only ${report.setpointA} A in mode ${report.mode} where nothing limits`,
    );
  }

  function checkSunny(
    { device }: DayBox,
    reports: readonly (BoxReport | undefined)[],
    second: number,
    isUndisturbed: boolean,
  ): void {
    const startW = reports[0]?.thresholds.effective.minExportToStartW ?? Number.POSITIVE_INFINITY;
    const isSunny =
      isUndisturbed &&
      isPlain &&
      hasRoom(second, device.minA) &&
      surplusW(second) > startW + PLENTY_W + noiseW;
    const isGiven = reports.some((report) => (report?.setpointA ?? 0) > 0);
    // Of several boxes one may stop for another, which starts then.
    sunnyS = isSunny && (isAlone || !isGiven) ? sunnyS + 1 : 0;
    laws.check(
      sunnyS < control.start_proof_s + CALM_S || isGiven,
      second,
      "no charge with sun beyond the start",
    );
  }

  /** Whether no limit of the house binds a car at this current. */
  function hasRoom(second: number, currentA: number): boolean {
    const houseW = -surplusW(second) + 2 * noiseW;
    // The fullest phase has almost half of the load.
    const index = Math.min(loadW.length - 1, Math.floor((second * 1_000) / stepMs));
    const houseA = ((loadW[index] ?? 0) + noiseW) / 2 / NOMINAL_VOLTAGE_V;
    const importW = houseW + currentA * 3 * NOMINAL_VOLTAGE_V;
    // A car on one phase of a box that does not tell looks like a third of it there: the rest is taken for the house's.
    const mistakenA = boxes.every(({ knowsPhases }) => knowsPhases) ? 0 : (currentA * 2) / 3;
    return (
      houseA + currentA + mistakenA < config.site.main_fuse_a - 1 &&
      importW < (config.site.import_limit_w ?? Number.POSITIVE_INFINITY) - 300 &&
      config.site.unbalance_limit_va === "off" &&
      scenario.changes.every(({ max_current_a }) => max_current_a === undefined)
    );
  }

  return {
    see(plant, reports, second) {
      if (!config.home_battery.allow_discharge_into_car) checkDark(plant, reports, second);
      if (config.grid_operator === undefined) checkGiven(plant, reports, second);
    },
  };
}
