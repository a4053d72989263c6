import { parseIsoMs } from "../../src/core/iso-time.ts";
import { NOMINAL_VOLTAGE_V, type PhaseCount, type PhaseCurrentsA } from "../../src/core/units.ts";
import type { JsonRecord } from "./box-link.ts";
import { listOf, numberOf, recordOf, textOf } from "./lenient-json.ts";

/** What one entry of a MeterValues message says about the present; absent where it says nothing. */
export interface MeterSample {
  readonly timestamp: string | undefined;
  readonly powerW: number | undefined;
  readonly phaseCurrentsA: PhaseCurrentsA | undefined;
  readonly offeredCurrentA: number | undefined;
  /** Of the lifetime or of the session, as the box has it. */
  readonly energyRegisterWh: number | undefined;
}

export interface MeterContext {
  readonly phases: PhaseCount;
  readonly maxCurrentA: number;
  readonly noteDeviation: (kind: string) => void;
}

const MAX_ENTRIES = 100;
const MAX_VALUES = 200;
/** Below this the comparison of power and U x I says nothing. */
const COMPARABLE_W = 100;
const HIGHEST_VOLTAGE_V = 253;
/** More than any AC wallbox can carry; a box that ignores its rating must still be seen. */
const HIGHEST_CURRENT_A = 200;
const LOWEST_CEILING_A = 40;

const scaleByUnit = new Map([
  ["w", 1],
  ["kw", 1_000],
  ["va", 1],
  ["kva", 1_000],
  ["a", 1],
  ["ma", 0.001],
  ["v", 1],
  ["kv", 1_000],
  ["wh", 1],
  ["kwh", 1_000],
]);

type Quantity =
  | "power.active.import"
  | "current.import"
  | "voltage"
  | "current.offered"
  | "power.offered"
  | "energy.active.import.register";
const quantities: ReadonlySet<string> = new Set<Quantity>([
  "power.active.import",
  "current.import",
  "voltage",
  "current.offered",
  "power.offered",
  "energy.active.import.register",
]);

/** Values of one quantity: `total` came without a phase. */
interface PhaseValues {
  total: number | undefined;
  readonly phases: [number | undefined, number | undefined, number | undefined];
}
type Readings = Record<Quantity, PhaseValues>;

/** The samples of a MeterValues payload, oldest first. Measurands as in OCPP 1.6 section 7.31, and as boxes spell them. */
export function meterSamples(payload: JsonRecord, context: MeterContext): readonly MeterSample[] {
  return listOf(payload.meterValue, MAX_ENTRIES)
    .map((entry) => sampleOf(recordOf(entry), context))
    .map((sample) => ({ sample, boxMs: parseIsoMs(sample.timestamp ?? "") ?? 0 }))
    .sort((a, b) => a.boxMs - b.boxMs)
    .map(({ sample }) => sample);
}

function sampleOf(entry: JsonRecord, context: MeterContext): MeterSample {
  const readings = emptyReadings();
  for (const value of listOf(entry.sampledValue, MAX_VALUES)) collect(readings, recordOf(value), context);
  const reportedW = sumOrTotal(readings["power.active.import"]);
  const phaseCurrentsA = phaseCurrents(readings, context, reportedW);
  const apparentVa = apparentPowerVa(readings, phaseCurrentsA);
  return {
    timestamp: textOf(entry.timestamp),
    powerW: plausiblePowerW({ reportedW, apparentVa }, context),
    phaseCurrentsA,
    offeredCurrentA: offeredCurrent(readings, context),
    energyRegisterWh: sumOrTotal(readings["energy.active.import.register"]),
  };
}

function collect(readings: Readings, sampled: JsonRecord, { noteDeviation }: MeterContext): void {
  const name = measurandName(sampled.measurand);
  const { quantity, phaseText } = splitDotted(name, textOf(sampled.phase));
  if (!quantities.has(quantity)) return;
  if (typeof sampled.value === "number") noteDeviation("meter_value_is_number");
  const raw = numberOf(sampled.value);
  const scale = scaleByUnit.get(textOf(sampled.unit)?.toLowerCase() || defaultUnit(quantity));
  if (raw === undefined) noteDeviation("meter_value_unreadable");
  if (scale === undefined) noteDeviation("meter_unit_unknown");
  if (raw === undefined || scale === undefined) return;
  const values = readings[quantity as Quantity];
  const phase = phaseText === undefined ? undefined : phaseIndex(phaseText);
  if (phaseText === undefined) values.total = raw * scale;
  else if (phase !== undefined) values.phases[phase] = raw * scale;
}

/** Some boxes quote and space the measurand; absent it is the energy register. */
function measurandName(measurand: unknown): string {
  return (textOf(measurand) ?? "Energy.Active.Import.Register").replaceAll(/["'\s]/g, "").toLowerCase();
}

/** `Voltage.L1` and `Voltage.L1-N` mean `Voltage` with that phase. */
function splitDotted(name: string, phase: string | undefined) {
  const match = /^(.+)\.(l[123](?:-?n)?|n)$/.exec(name);
  return { quantity: match?.[1] ?? name, phaseText: match?.[2] ?? (phase === "" ? undefined : phase) };
}

/** 0..2 for L1..L3; undefined for the neutral and for voltages between two phases. */
function phaseIndex(phase: string): 0 | 1 | 2 | undefined {
  switch (/^l([123])(?:-?n)?$/i.exec(phase)?.[1]) {
    case "1":
      return 0;
    case "2":
      return 1;
    case "3":
      return 2;
    default:
      return undefined;
  }
}

function defaultUnit(quantity: string): string {
  if (quantity === "voltage") return "v";
  if (quantity.startsWith("energy")) return "wh";
  return quantity.startsWith("power") ? "w" : "a";
}

function emptyReadings(): Readings {
  const empty = (): PhaseValues => ({ total: undefined, phases: [undefined, undefined, undefined] });
  return {
    "power.active.import": empty(),
    "current.import": empty(),
    voltage: empty(),
    "current.offered": empty(),
    "power.offered": empty(),
    "energy.active.import.register": empty(),
  };
}

function hasPhases(values: PhaseValues): boolean {
  return values.phases.some((value) => value !== undefined);
}

function sumOrTotal(values: PhaseValues): number | undefined {
  if (values.total !== undefined || !hasPhases(values)) return values.total;
  return values.phases.reduce<number>((sum, value) => sum + (value ?? 0), 0);
}

function voltage(readings: Readings, phase: 0 | 1 | 2): number {
  const { phases, total } = readings.voltage;
  const measuredV = phases[phase] ?? total;
  return measuredV !== undefined && measuredV > 150 && measuredV < 280 ? measuredV : NOMINAL_VOLTAGE_V;
}

function phaseCurrents(
  readings: Readings,
  context: MeterContext,
  reportedW: number | undefined,
): PhaseCurrentsA | undefined {
  const current = readings["current.import"];
  const currentsA = hasPhases(current)
    ? currentsOf(current.phases)
    : currentsWithoutPhase(readings, context, reportedW);
  if (currentsA === undefined || Math.max(...currentsA) <= HIGHEST_CURRENT_A) return currentsA;
  context.noteDeviation("meter_current_implausible");
  return undefined;
}

function currentsOf(values: PhaseValues["phases"]): PhaseCurrentsA {
  const [l1, l2, l3] = values;
  return [Math.abs(l1 ?? 0), Math.abs(l2 ?? 0), Math.abs(l3 ?? 0)];
}

/** A current that came without a phase flows in each phase, unless the power says otherwise. */
function currentsWithoutPhase(
  readings: Readings,
  { phases, noteDeviation }: MeterContext,
  reportedW: number | undefined,
): PhaseCurrentsA | undefined {
  const { total } = readings["current.import"];
  if (total === undefined) return undefined;
  const eachA = Math.abs(total);
  if (phases === 1) return [eachA, 0, 0];
  noteDeviation("meter_current_without_phase");
  const oneW = eachA * voltage(readings, 0);
  const isEachPhase = reportedW === undefined || Math.abs(reportedW - 3 * oneW) <= Math.abs(reportedW - oneW);
  return isEachPhase ? [eachA, eachA, eachA] : undefined;
}

function apparentPowerVa(readings: Readings, currentsA: PhaseCurrentsA | undefined): number | undefined {
  if (currentsA === undefined) return undefined;
  const [l1, l2, l3] = currentsA;
  return l1 * voltage(readings, 0) + l2 * voltage(readings, 1) + l3 * voltage(readings, 2);
}

/** The reported power where it fits U x I, also after a forgotten or invented k; else U x I itself. */
function plausiblePowerW(
  {
    reportedW,
    apparentVa,
  }: { readonly reportedW: number | undefined; readonly apparentVa: number | undefined },
  { phases, maxCurrentA, noteDeviation }: MeterContext,
): number | undefined {
  const ceilingW = phases * HIGHEST_VOLTAGE_V * Math.max(LOWEST_CEILING_A, 1.5 * maxCurrentA);
  const factor = plausibleFactor(reportedW, apparentVa);
  const watts = reportedW === undefined || factor === undefined ? apparentVa : reportedW * factor;
  if (reportedW !== undefined && factor !== 1) noteDeviation("meter_power_implausible");
  if (watts === undefined) return undefined;
  if (watts <= ceilingW && watts >= -COMPARABLE_W) return Math.max(0, watts);
  noteDeviation("meter_power_implausible");
  return undefined;
}

/** What the reported power must be multiplied by to fit U x I; undefined when nothing fits. */
function plausibleFactor(reportedW: number | undefined, apparentVa: number | undefined): number | undefined {
  if (reportedW === undefined || apparentVa === undefined || apparentVa <= COMPARABLE_W) return 1;
  return [1, 1_000, 0.001].find((scale) => isWithinFactorTwo(reportedW * scale, apparentVa));
}

function isWithinFactorTwo(watts: number, apparentVa: number): boolean {
  return watts >= apparentVa / 2 && watts <= apparentVa * 2;
}

function offeredCurrent(readings: Readings, { phases }: MeterContext): number | undefined {
  const current = readings["current.offered"];
  const largestA = Math.max(...current.phases.map((value) => value ?? Number.NEGATIVE_INFINITY));
  if (current.total !== undefined) return current.total;
  if (Number.isFinite(largestA)) return largestA;
  const offeredW = sumOrTotal(readings["power.offered"]);
  return offeredW === undefined ? undefined : offeredW / (NOMINAL_VOLTAGE_V * phases);
}
