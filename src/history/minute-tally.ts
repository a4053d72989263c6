import type { PowerFlows } from "../core/power-flows.ts";
import type { MinuteRecord, WallboxMinute } from "./history-batch.ts";
import type { EnergyColumn } from "./history-format.ts";
import type { BoxPass, SitePass } from "./site-pass.ts";

const MINUTE_MS = 60_000;

const FLOW_OF: Readonly<Record<EnergyColumn, keyof PowerFlows>> = {
  import_j: "importW",
  export_j: "exportW",
  pv_j: "pvW",
  load_j: "loadW",
  battery_charge_j: "batteryChargeW",
  battery_discharge_j: "batteryDischargeW",
  surplus_j: "surplusW",
  charge_j: "chargeW",
  solar_j: "solarW",
};
const FLOWS = Object.entries(FLOW_OF) as readonly (readonly [EnergyColumn, keyof PowerFlows])[];

/** Sums passes up to minutes of the wall clock. */
export interface MinuteTally {
  /** The pass stands for the `durationMs` that end at `wallMs`; what of it lies in the minute before goes there. */
  add(pass: SitePass, stretch: { readonly durationMs: number; readonly wallMs: number }): void;
  /** Minutes that are over since the last call. */
  takeFinished(): readonly MinuteRecord[];
  /** Ends the minute under way, at shutdown. */
  finish(): void;
}

interface OpenMinute {
  readonly startMs: number;
  seenMs: number;
  validMs: number;
  readonly energiesWms: Map<EnergyColumn, number>;
  readonly boxes: Map<string, OpenBox>;
  last: SitePass;
}

interface OpenBox {
  chargeWms: number;
  solarWms: number;
  setpointAms: number;
  phases: number;
}

export function createMinuteTally(): MinuteTally {
  let open: OpenMinute | undefined;
  let finished: MinuteRecord[] = [];

  function finish(): void {
    if (open !== undefined && open.seenMs > 0) finished.push(minuteRecord(open));
    open = undefined;
  }

  function addTo(startMs: number, pass: SitePass, durationMs: number): void {
    if (durationMs <= 0) return;
    if (open?.startMs !== startMs) finish();
    open ??= newMinute(startMs, pass);
    addPass(open, pass, durationMs);
  }

  return {
    add(pass, { durationMs, wallMs }) {
      const startMs = Math.floor(wallMs / MINUTE_MS) * MINUTE_MS;
      const insideMs = Math.min(durationMs, wallMs - startMs);
      addTo(startMs - MINUTE_MS, pass, Math.min(durationMs - insideMs, MINUTE_MS));
      addTo(startMs, pass, insideMs);
    },
    takeFinished() {
      const taken = finished;
      finished = [];
      return taken;
    },
    finish,
  };
}

function newMinute(startMs: number, pass: SitePass): OpenMinute {
  return { startMs, seenMs: 0, validMs: 0, energiesWms: new Map(), boxes: new Map(), last: pass };
}

function addPass(minute: OpenMinute, pass: SitePass, durationMs: number): void {
  minute.last = pass;
  minute.seenMs += durationMs;
  if (pass.report.meterTrust === "good") minute.validMs += durationMs;
  for (const [column, flow] of FLOWS) {
    const powerW = pass.flows[flow];
    if (powerW === undefined) continue;
    minute.energiesWms.set(column, (minute.energiesWms.get(column) ?? 0) + powerW * durationMs);
  }
  for (const box of pass.boxes) addBox(minute, box, durationMs);
}

function addBox(minute: OpenMinute, box: BoxPass, durationMs: number): void {
  const known = minute.boxes.get(box.name) ?? {
    chargeWms: 0,
    solarWms: 0,
    setpointAms: 0,
    phases: box.phases,
  };
  minute.boxes.set(box.name, {
    chargeWms: known.chargeWms + (box.chargeW ?? 0) * durationMs,
    solarWms: known.solarWms + (box.solarW ?? 0) * durationMs,
    setpointAms: known.setpointAms + box.setpointA * durationMs,
    phases: box.phases,
  });
}

function minuteRecord({ startMs, seenMs, validMs, energiesWms, boxes, last }: OpenMinute): MinuteRecord {
  const { report } = last;
  const energiesJ: { [column in EnergyColumn]?: number } = {};
  for (const [column, valueWms] of energiesWms) energiesJ[column] = Math.round(valueWms / 1_000);
  return {
    startS: startMs / 1_000,
    seenS: Math.round(seenMs / 1_000),
    validS: Math.round(validMs / 1_000),
    energiesJ,
    batterySocPct: report.powers.batterySocPct,
    state: report.state,
    mode: report.mode,
    minExportToStartW: report.thresholds.asked.minExportToStartW,
    maxImportBeforeStoppingW: report.thresholds.asked.maxImportBeforeStoppingW,
    wallboxes: [...boxes].flatMap(([name, box]) => wallboxMinute(name, box)),
  };
}

/** Nothing for a box that neither charged nor was allowed to. */
function wallboxMinute(wallbox: string, box: OpenBox): readonly WallboxMinute[] {
  const chargeJ = Math.round(box.chargeWms / 1_000);
  const setpointMas = Math.round(box.setpointAms);
  if (chargeJ === 0 && setpointMas === 0) return [];
  return [{ wallbox, chargeJ, solarJ: Math.round(box.solarWms / 1_000), setpointMas, phases: box.phases }];
}
