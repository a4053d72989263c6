import { pino } from "pino";
import { chargePlanSchema } from "../../src/config/price-schema.ts";
import { type ChargePlanner, createChargePlanner } from "../../src/control/charge-planner.ts";
import { goalDays } from "../../src/core/planner/charge-goal.ts";
import { WEEKDAYS } from "../../src/core/planner/local-time.ts";
import { isPlanCharging } from "../../src/core/planner/plan-advice.ts";
import { type PriceCurve, priceCurve } from "../../src/core/planner/price-curve.ts";
import type { ChargingMode } from "../../src/core/settings.ts";
import type { SiteSample } from "../../src/core/site-sample.ts";
import { createMemoryStateStore } from "../../src/history/memory-state-store.ts";

export const TIME_ZONE = "Europe/Berlin";
export const HOUR_MS = 3_600_000;
/** What the car draws, W. */
export const CHARGE_POWER_W = 11_000;
export const USUAL_START_PENALTY_CT = chargePlanSchema.parse({}).start_penalty_ct;
export const ENERGY_WH = 20_000;
/** Time from pass to pass, ms. */
export const STEP_MS = 30_000;

export interface VirtualPlanner {
  readonly planner: ChargePlanner;
  setCurve(curve: PriceCurve): void;
  /** Whether the plan charges when the car draws `chargePowerW` and the house without it `houseW`. */
  isCharging(
    wallMs: number,
    seen: { readonly chargePowerW: number; readonly houseW: number; readonly isPlugged: boolean },
  ): boolean;
}

/** The daemon's own planner without loop and devices: three phases, 6 to 16 A. */
export function createVirtualPlanner(options: {
  readonly mode: ChargingMode;
  readonly deadline: string;
  readonly startPenaltyCt: number;
}): VirtualPlanner {
  let curve: PriceCurve = [];
  const log = pino({ level: "silent" });
  const clock = { monotonicMs: () => 0, wallMs: () => 0, setTimeout: () => ({ id: 0 }), clearTimeout() {} };
  const day = { charge_deadline: options.deadline };
  const planner = createChargePlanner(
    {
      goal: {
        days: goalDays(Object.fromEntries(WEEKDAYS.map((weekday) => [weekday, day]))),
        energyWh: ENERGY_WH,
        battery: undefined,
      },
      timeZone: TIME_ZONE,
      startPenaltyCt: options.startPenaltyCt,
      marginMs: 300_000,
      maxCurrentA: 16,
      failsafeCurrentA: 6,
    },
    { clock, log, store: createMemoryStateStore(), prices: { curve: () => curve } },
  );
  const settings = {
    mode: options.mode,
    thresholds: { minExportToStartW: 0, maxImportBeforeStoppingW: 0 },
    maxCurrentA: undefined,
  };
  return {
    planner,
    setCurve(next) {
      curve = next;
    },
    isCharging: (wallMs, seen) =>
      isPlanCharging(planner.advise({ sample: sampleOf(wallMs, seen), settings, wallMs })),
  };
}

/** Hours, or shorter periods where they say so, as a retail curve, ct/kWh. */
export function retailCurve(
  periods: readonly { readonly startMs: number; readonly endMs?: number; readonly priceEurMwh: number }[],
  tariff: { readonly markupCtKwh: number; readonly vatPct: number } = { markupCtKwh: 0, vatPct: 0 },
): PriceCurve {
  return priceCurve(
    periods.map(({ startMs, endMs = startMs + HOUR_MS, priceEurMwh }) => ({
      startMs,
      endMs,
      priceCtKwh: (priceEurMwh / 10 + tariff.markupCtKwh) * (1 + tariff.vatPct / 100),
    })),
  );
}

function sampleOf(
  nowMs: number,
  seen: { readonly chargePowerW: number; readonly houseW: number; readonly isPlugged: boolean },
): SiteSample {
  const vehicle = seen.chargePowerW > 0 ? "charging" : "connected";
  return {
    nowMs,
    gridPowerW: { value: seen.houseW + seen.chargePowerW, atMs: nowMs },
    gridPhaseCurrentsA: undefined,
    pvPowerW: undefined,
    batteryPowerW: undefined,
    batterySocPct: undefined,
    meterTrust: "good",
    wallbox: {
      isConnected: true,
      vehicle: seen.isPlugged ? vehicle : "absent",
      chargePowerW: { value: seen.chargePowerW, atMs: nowMs },
      phaseCurrentsA: undefined,
      offeredCurrentA: undefined,
      isFollowing: true,
      capability: {
        minCurrentA: 6,
        maxCurrentA: 16,
        stepA: 1,
        phases: 3,
        isModulating: true,
        canSwitchPhases: true,
        fallsBackTo: "failsafe",
      },
    },
  };
}
