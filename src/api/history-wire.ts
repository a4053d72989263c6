import { isoUtc } from "../core/iso-time.ts";
import type { HistoryRow, RecordedEvent, RecordedSession, WallboxRow } from "../ports/history.ts";

/** Energies in Wh, `null` is "not known"; `seen_s` of the stretch was watched, `valid_s` of it with a sound meter. */
export function historyRowWire(row: HistoryRow) {
  return {
    start: isoUtc(row.startMs),
    seen_s: row.seenS,
    valid_s: row.validS,
    import_wh: tenths(row.importWh),
    export_wh: tenths(row.exportWh),
    pv_wh: tenths(row.pvWh),
    load_wh: tenths(row.loadWh),
    battery_charge_wh: tenths(row.batteryChargeWh),
    battery_discharge_wh: tenths(row.batteryDischargeWh),
    battery_soc_pct: row.batterySocPct ?? null,
    surplus_wh: tenths(row.surplusWh),
    charge_wh: tenths(row.chargeWh),
    solar_wh: tenths(row.solarWh),
    state: row.state,
    mode: row.mode,
    hems_min_export_to_start_w: row.minExportToStartW,
    hems_max_import_before_stopping_w: row.maxImportBeforeStoppingW,
    wallboxes: row.wallboxes.map(wallboxWire),
  };
}

function wallboxWire(box: WallboxRow) {
  return {
    name: box.name,
    charge_wh: tenths(box.chargeWh),
    solar_wh: tenths(box.solarWh),
    setpoint_a: tenths(box.setpointA),
    phases: box.phases,
  };
}

/** `end` is null while the car is plugged in; the cost is that of the grid's part, the register the wallbox's own. */
export function sessionWire(session: RecordedSession) {
  const { startMs, endMs, energyWh, solarWh, registerWh } = session;
  return {
    wallbox: session.wallbox,
    start: isoUtc(startMs),
    end: endMs === undefined ? null : isoUtc(endMs),
    duration_s: endMs === undefined ? null : Math.round((endMs - startMs) / 1_000),
    charging_s: Math.round(session.chargingS),
    energy_wh: Math.round(energyWh),
    solar_wh: Math.round(solarWh),
    grid_wh: Math.round(session.gridWh),
    solar_share_pct: energyWh > 0 ? tenths((100 * solarWh) / energyWh) : null,
    max_power_w: Math.round(session.maxPowerW),
    cost_ct: tenths(session.costCt),
    id_tag: session.idTag ?? null,
    register_wh: registerWh === undefined ? null : Math.round(registerWh),
  };
}

export function eventWire({ atMs, event, detail }: RecordedEvent) {
  return { ts: isoUtc(atMs), event, ...detail };
}

function tenths(value: number): number;
function tenths(value: number | undefined): number | null;
function tenths(value: number | undefined): number | null {
  return value === undefined ? null : Math.round(value * 10) / 10;
}
