import { isPluggedIn } from "./boost.ts";
import type { BoostState } from "./settings.ts";
import { worstWarning } from "./status.ts";
import {
  type BoxReport,
  type ChargeState,
  type NamedBoxReport,
  type SampleAges,
  type SitePowers,
  type TickReport,
  UX_PHASES,
} from "./tick-report.ts";

/** What a pass tells of one box. */
export interface ReportedBox {
  readonly name: string;
  readonly report: BoxReport;
}

/** What the house tells of several boxes is the first of these that one of them says. */
const STATES: readonly ChargeState[] = ["active", "commitment", "idle"];
const BOOSTS: readonly BoostState[] = ["ongoing", "armed", "off"];

/**
 * The report of a pass with the reports of its boxes, at least one, in the order of the config. Current, phases, limit,
 * reason and plan at the top are those of the leading box: the first that charges, else the first that is about to, else
 * the first with a car. State, boost and phase are the furthest of all boxes; power and energy are sums.
 */
export function siteReport(reported: readonly ReportedBox[], surplusPowerW: number | undefined): TickReport {
  const leader = reported.reduce((best, box) => (standing(box.report) > standing(best.report) ? box : best));
  const { name, report: leading } = leader;
  const boxes = reported.map((box) => ({ ...box.report, name: box.name }));
  if (boxes.length === 1) return { ...leading, wallboxes: boxes, leadingWallbox: name };
  return {
    ...leading,
    state: furthest(
      STATES,
      boxes.map(({ state }) => state),
    ),
    boost: furthest(
      BOOSTS,
      boxes.map(({ boost }) => boost),
    ),
    uxPhase: furthest(
      UX_PHASES,
      boxes.map(({ uxPhase }) => uxPhase),
    ),
    powers: { ...sitePowers(boxes, leading.powers), surplusPowerW },
    ages: siteAges(boxes, leading.ages),
    wallbox: {
      ...leading.wallbox,
      isConnected: boxes.some(({ wallbox }) => wallbox.isConnected),
      isFollowing: boxes.every(({ wallbox }) => wallbox.isFollowing),
      writesToday: sum(boxes.map(({ wallbox }) => wallbox.writesToday)),
    },
    healthWarning: worstWarning(boxes.flatMap(({ healthWarning }) => healthWarning ?? [])),
    solarEnergyTodayWh: sum(boxes.map(({ solarEnergyTodayWh }) => solarEnergyTodayWh)),
    wallboxes: boxes,
    leadingWallbox: name,
  };
}

function standing({ state, setpointA, wallbox }: BoxReport): number {
  if (setpointA > 0) return 4;
  if (state === "active") return 3;
  if (state === "commitment") return 2;
  return isPluggedIn(wallbox.vehicle) ? 1 : 0;
}

function furthest<T>(order: readonly T[], values: readonly T[]): T {
  return values.reduce((best, value) => (order.indexOf(value) < order.indexOf(best) ? value : best));
}

function sitePowers(boxes: readonly NamedBoxReport[], powers: SitePowers): SitePowers {
  const known = boxes.flatMap(({ powers: { chargePowerW } }) => chargePowerW ?? []);
  return { ...powers, chargePowerW: known.length === 0 ? undefined : sum(known) };
}

/** As old as the oldest. */
function siteAges(boxes: readonly NamedBoxReport[], ages: SampleAges): SampleAges {
  const known = boxes.flatMap(({ ages: { chargeAgeMs } }) => chargeAgeMs ?? []);
  return { ...ages, chargeAgeMs: known.length === 0 ? undefined : Math.max(...known) };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
