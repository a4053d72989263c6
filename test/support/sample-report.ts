import type { NamedBoxReport, TickReport } from "../../src/core/tick-report.ts";

/** A pass in the middle of a sunny charge; `changes` replace whole members. */
export function sampleReport(changes: Partial<TickReport> = {}): TickReport {
  const { wallboxes, leadingWallbox = "wallbox", ...boxChanges } = changes;
  const box: NamedBoxReport = {
    name: "wallbox",
    pass: 1,
    monotonicMs: 1_000,
    wallMs: 1_647_669_600_000,
    mode: "hems",
    boost: "off",
    state: "active",
    uxPhase: "active",
    setpointA: 10,
    phases: 1,
    limitedBy: undefined,
    limits: [
      { name: "wallbox_rating", maxCurrentA: 16 },
      { name: "main_fuse", maxCurrentA: 24.56 },
    ],
    userMaxA: undefined,
    gridOperator: undefined,
    reason: {
      code: "following_surplus",
      text: "Charging with 10 A from the sun.",
      germanText: "Lädt mit 10 A von der Sonne.",
    },
    thresholds: {
      asked: { minExportToStartW: 1_000, maxImportBeforeStoppingW: 200 },
      effective: { minExportToStartW: 1_180, maxImportBeforeStoppingW: 200 },
      isWidened: true,
    },
    powers: {
      gridPowerW: -150.4,
      pvPowerW: 3_000.2,
      batteryPowerW: undefined,
      batterySocPct: undefined,
      loadPowerW: 2_849.8,
      chargePowerW: 2_300,
      surplusPowerW: 2_450.4,
    },
    gridPhaseCurrentsA: undefined,
    ages: { gridAgeMs: 400, pvAgeMs: 400, batteryAgeMs: undefined, chargeAgeMs: 3_000 },
    meterTrust: "good",
    wallbox: {
      isConnected: true,
      vehicle: "charging",
      isFollowing: true,
      writesToday: 7,
      transaction: undefined,
    },
    healthWarning: undefined,
    loopDelayMs: 12_000,
    solarEnergyTodayWh: 4_321.4,
    plan: undefined,
    ...boxChanges,
  };
  const { name: _name, ...top } = box;
  return { ...top, wallboxes: wallboxes ?? [box], leadingWallbox };
}
