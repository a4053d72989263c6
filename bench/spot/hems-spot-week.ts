import type { DayTrace } from "../../simulator/house/day-trace.ts";
import { marketYear2024 } from "../../simulator/prices/market-year.ts";
import { createLocalTime, type LocalTime } from "../../src/core/planner/local-time.ts";
import { type PriceCurve, priceAt } from "../../src/core/planner/price-curve.ts";
import {
  CHARGE_POWER_W,
  createVirtualPlanner,
  ENERGY_WH,
  HOUR_MS,
  retailCurve,
  STEP_MS,
  TIME_ZONE,
  USUAL_START_PENALTY_CT,
  type VirtualPlanner,
} from "./virtual-planner.ts";

const MINUTE_MS = 60_000;
const WARM_UP_DAYS = 14;
const MEASURED_DAYS = 7;
/** Monday, 18 March 2024, in days since 1970: the week in which most of the shipped days lie. */
const FIRST_DAY = 19_800;
const DEADLINE_HOUR = 20;
/** A German household with a spot tariff: grid fee, levies and margin 15.5 ct/kWh, VAT 19 %; feed-in of a small plant. */
const TARIFF = { markupCtKwh: 15.5, vatPct: 19 };
const FEED_IN_CT_KWH = 8.03;
const LOWEST_POWER_W = 1_380;
/** Tomorrow's prices are known from this local hour on. */
const PUBLICATION_HOUR = 13;

export interface HemsSpotFigures {
  readonly days: number;
  readonly cost_ct_kwh: number;
  /** What perfect foresight of sun and prices could not beat. */
  readonly bound_ct_kwh: number;
  /** The same without any sun expected: spot alone plans all of it. */
  readonly without_expectation_ct_kwh: number;
  readonly solar_share_pct: number;
  readonly delivered_kwh_per_day: number;
  readonly undelivered_days: number;
}

interface DayOutcome {
  readonly costCt: number;
  readonly deliveredWh: number;
  readonly solarWh: number;
}

/**
 * 21 days of `traces` in turn, dated from 4 March 2024 on: two weeks of which the planner learns, then seven that count. The
 * car is there from midnight until 20 h and needs 20 kWh. Solar energy costs what feeding it in would have brought. The
 * surplus is followed ideally; the planner is the daemon's own.
 */
export function hemsSpotWeek(traces: readonly DayTrace[]): HemsSpotFigures {
  const curve = retailCurve(marketYear2024(), TARIFF);
  const local = createLocalTime(TIME_ZONE);
  const days = Array.from({ length: WARM_UP_DAYS + MEASURED_DAYS }, (_, day) => ({
    startMs: local.wallMsAt({ dayNumber: FIRST_DAY - WARM_UP_DAYS + day, minute: 0 }),
    trace: traces[day % traces.length],
  }));
  const outcomes = run(days, curve, local, true).slice(WARM_UP_DAYS);
  const blind = run(days, curve, local, false).slice(WARM_UP_DAYS);
  const bounds = days.slice(WARM_UP_DAYS).map(({ startMs, trace }) => boundCt(startMs, trace, curve));
  const deliveredWh = sum(outcomes.map((day) => day.deliveredWh));
  return {
    days: MEASURED_DAYS,
    cost_ct_kwh: costCtKwh(outcomes),
    bound_ct_kwh: rounded((sum(bounds) / (MEASURED_DAYS * ENERGY_WH)) * 1_000),
    without_expectation_ct_kwh: costCtKwh(blind),
    solar_share_pct: rounded((sum(outcomes.map((day) => day.solarWh)) / deliveredWh) * 100),
    delivered_kwh_per_day: rounded(deliveredWh / MEASURED_DAYS / 1_000),
    undelivered_days: outcomes.filter((day) => day.deliveredWh < ENERGY_WH - 50).length,
  };
}

interface BenchDay {
  readonly startMs: number;
  readonly trace: DayTrace | undefined;
}

/** Days in a row with one planner, so that its history grows; a fresh one each day knows nothing of the sun. */
function run(
  days: readonly BenchDay[],
  curve: PriceCurve,
  local: LocalTime,
  isLearning: boolean,
): readonly DayOutcome[] {
  const create = () =>
    createVirtualPlanner({
      mode: "hems_and_spot",
      deadline: `${DEADLINE_HOUR}:00`,
      startPenaltyCt: USUAL_START_PENALTY_CT,
    });
  const lasting = create();
  return days.map((day) => runDay(day, curve, local, isLearning ? lasting : create()));
}

function runDay(
  { startMs, trace }: BenchDay,
  curve: PriceCurve,
  local: LocalTime,
  virtual: VirtualPlanner,
): DayOutcome {
  let powerW = 0;
  let deliveredWh = 0;
  let solarWh = 0;
  let costCt = 0;
  const { dayNumber } = local.momentAt(startMs);
  const publishedMs = local.wallMsAt({ dayNumber, minute: PUBLICATION_HOUR * 60 });
  const dayEndMs = startMs + 24 * HOUR_MS;
  const today = curve.filter((price) => price.startMs >= startMs && price.startMs < dayEndMs);
  const tomorrow = curve.filter(
    (price) => price.startMs >= startMs && price.startMs < dayEndMs + 24 * HOUR_MS,
  );
  for (let wallMs = startMs; wallMs < dayEndMs; wallMs += STEP_MS) {
    const houseW = houseAt(trace, wallMs - startMs);
    const surplusW = Math.max(0, -houseW);
    virtual.setCurve(wallMs < publishedMs ? today : tomorrow);
    const isPlugged = wallMs < startMs + DEADLINE_HOUR * HOUR_MS;
    const isBought = virtual.isCharging(wallMs, { chargePowerW: powerW, houseW, isPlugged });
    const sunW = surplusW >= LOWEST_POWER_W ? Math.min(surplusW, CHARGE_POWER_W) : 0;
    const isWanted = isPlugged && deliveredWh < ENERGY_WH;
    powerW = isWanted ? (isBought ? CHARGE_POWER_W : sunW) : 0;
    const solarW = Math.min(surplusW, powerW);
    const priceCtKwh = priceAt(today, wallMs) ?? 0;
    deliveredWh += (powerW * STEP_MS) / HOUR_MS;
    solarWh += (solarW * STEP_MS) / HOUR_MS;
    costCt += ((solarW * FEED_IN_CT_KWH + (powerW - solarW) * priceCtKwh) * STEP_MS) / HOUR_MS / 1_000;
  }
  return { costCt, deliveredWh, solarWh };
}

/** The cheapest 20 kWh if each minute's sun and grid power could be bought apart, ct: no real charge is cheaper. */
function boundCt(startMs: number, trace: DayTrace | undefined, curve: PriceCurve): number {
  const offers = Array.from({ length: DEADLINE_HOUR * 60 }, (_, minute) => {
    const surplusW = Math.min(CHARGE_POWER_W, Math.max(0, -houseAt(trace, minute * MINUTE_MS)));
    return [
      { wh: surplusW / 60, ctKwh: FEED_IN_CT_KWH },
      { wh: (CHARGE_POWER_W - surplusW) / 60, ctKwh: priceAt(curve, startMs + minute * MINUTE_MS) ?? 0 },
    ];
  }).flat();
  let missingWh = ENERGY_WH;
  let costCt = 0;
  for (const { wh, ctKwh } of offers.sort((a, b) => a.ctKwh - b.ctKwh)) {
    const usedWh = Math.min(wh, missingWh);
    missingWh -= usedWh;
    costCt += (usedWh * ctKwh) / 1_000;
  }
  return costCt;
}

/** Load minus PV, W. */
function houseAt(trace: DayTrace | undefined, sinceMidnightMs: number): number {
  if (trace === undefined) return 0;
  const index = Math.min(trace.pvW.length - 1, Math.floor(sinceMidnightMs / trace.stepMs));
  return (trace.loadW[index] ?? 0) - (trace.pvW[index] ?? 0);
}

function costCtKwh(outcomes: readonly DayOutcome[]): number {
  return rounded(
    (sum(outcomes.map((day) => day.costCt)) / sum(outcomes.map((day) => day.deliveredWh))) * 1_000,
  );
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function rounded(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
