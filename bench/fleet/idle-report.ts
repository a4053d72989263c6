import { reasons } from "../../src/core/reasons.ts";
import type { TickReport } from "../../src/core/tick-report.ts";

const THRESHOLDS = { minExportToStartW: 1_500, maxImportBeforeStoppingW: 300 };

/** A house in which nothing happens, so that only the clock makes requests. */
export const idleReport: TickReport = {
  pass: 1,
  monotonicMs: 0,
  wallMs: 0,
  mode: "hems",
  boost: "off",
  state: "idle",
  uxPhase: "idle",
  setpointA: 0,
  phases: 1,
  limitedBy: undefined,
  limits: [],
  userMaxA: undefined,
  gridOperator: undefined,
  reason: reasons.noVehicle(),
  thresholds: { asked: THRESHOLDS, effective: THRESHOLDS, isWidened: false },
  powers: {
    gridPowerW: 300,
    pvPowerW: 0,
    batteryPowerW: undefined,
    batterySocPct: undefined,
    loadPowerW: 300,
    chargePowerW: 0,
    surplusPowerW: -300,
  },
  gridPhaseCurrentsA: undefined,
  ages: { gridAgeMs: 0, pvAgeMs: 0, batteryAgeMs: undefined, chargeAgeMs: 0 },
  meterTrust: "good",
  wallbox: {
    isConnected: true,
    vehicle: "absent",
    isFollowing: true,
    writesToday: 0,
    transaction: undefined,
  },
  healthWarning: undefined,
  loopDelayMs: 10_000,
  solarEnergyTodayWh: 0,
  plan: undefined,
  wallboxes: [],
  leadingWallbox: "wallbox",
};
