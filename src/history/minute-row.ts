import type { HistoryEnergies, HistoryRow } from "../ports/history.ts";
import type { MinuteRecord } from "./history-batch.ts";
import type { EnergyColumn } from "./history-format.ts";

const JOULES_PER_WH = 3_600;

/** A minute as readers of the history see it. */
export function minuteRow(record: MinuteRecord): HistoryRow {
  const { startS, seenS, validS, batterySocPct, state, mode, wallboxes } = record;
  return {
    startMs: startS * 1_000,
    seenS,
    validS,
    ...energiesWh(record.energiesJ),
    batterySocPct,
    state,
    mode,
    minExportToStartW: record.minExportToStartW,
    maxImportBeforeStoppingW: record.maxImportBeforeStoppingW,
    wallboxes: wallboxes.map(({ wallbox, chargeJ, solarJ, setpointMas, phases }) => ({
      name: wallbox,
      chargeWh: chargeJ / JOULES_PER_WH,
      solarWh: solarJ / JOULES_PER_WH,
      setpointA: seenS === 0 ? 0 : setpointMas / 1_000 / seenS,
      phases,
    })),
  };
}

/** Absent joules are absent watt-hours. */
export function energiesWh(
  energies: { readonly [column in EnergyColumn]?: number | undefined },
): HistoryEnergies {
  const wh = (column: EnergyColumn) => {
    const joules = energies[column];
    return joules === undefined ? undefined : joules / JOULES_PER_WH;
  };
  return {
    importWh: wh("import_j"),
    exportWh: wh("export_j"),
    pvWh: wh("pv_j"),
    loadWh: wh("load_j"),
    batteryChargeWh: wh("battery_charge_j"),
    batteryDischargeWh: wh("battery_discharge_j"),
    surplusWh: wh("surplus_j"),
    chargeWh: wh("charge_j"),
    solarWh: wh("solar_j"),
  };
}
