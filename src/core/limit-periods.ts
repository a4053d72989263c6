import type { SiteLimits } from "./limits.ts";
import type { OperatorState } from "./operator-machine.ts";
import type { TickReport } from "./tick-report.ts";

/** Limits whose periods are kept as evidence. */
export const EVIDENT_LIMITS = ["grid_operator", "main_fuse", "unbalance", "site_import"] as const;
export type EvidentLimit = (typeof EVIDENT_LIMITS)[number];

/** A limit that binds now and then is one period, ms. */
const BRIDGED_MS = 60_000;
/** Longest stretch that one pass may account for, ms. */
const LONGEST_PASS_MS = 10_000;

/** Least, mean and largest power of a period, W. */
export interface PowerSummary {
  readonly minW: number;
  readonly meanW: number;
  readonly maxW: number;
}

/** A stretch of time in which a limit was in force (the grid operator's) or bound the car (all others). */
export interface LimitPeriod {
  readonly limit: EvidentLimit;
  /** Of the grid operator: whether it was asked for or stood in for an operator who was not heard. */
  readonly operatorState: OperatorState | undefined;
  /** The limit in its own unit: W, for fuse and unbalance A. */
  readonly value: number;
  readonly unit: "W" | "A";
  readonly startWallMs: number;
  /** Last moment that is known of it. */
  readonly endWallMs: number;
  /** All cars together; undefined while nothing was measured. */
  readonly charge: PowerSummary | undefined;
  readonly grid: PowerSummary | undefined;
}

interface Tally {
  readonly minW: number;
  readonly maxW: number;
  readonly energyWms: number;
  readonly durationMs: number;
}

interface OpenPeriod extends Omit<LimitPeriod, "charge" | "grid"> {
  readonly chargeTally: Tally | undefined;
  readonly gridTally: Tally | undefined;
  readonly lastMs: number;
}

/** What is remembered from pass to pass. */
export interface LimitWatch {
  readonly open: readonly OpenPeriod[];
  readonly lastPassMs: number | undefined;
}

export const NO_LIMITS_SEEN: LimitWatch = { open: [], lastPassMs: undefined };

export interface WatchedLimits {
  readonly watch: LimitWatch;
  readonly began: readonly LimitPeriod[];
  readonly ended: readonly LimitPeriod[];
}

/** What the config says of them. */
export type EvidentFigures = Pick<SiteLimits, "mainFuseA" | "unbalanceLimitA" | "importLimitW">;

type Binding = Pick<LimitPeriod, "limit" | "operatorState" | "value" | "unit">;

/** The periods after a pass: which began, which ended. */
export function watchLimits(watch: LimitWatch, report: TickReport, limits: EvidentFigures): WatchedLimits {
  const bindings = EVIDENT_LIMITS.flatMap((limit) => bindingOf(limit, report, limits) ?? []);
  const powers = powersOf(watch, report);
  const kept = watch.open.flatMap((period) => {
    const binding = bindings.find((candidate) => isSame(candidate, period));
    if (binding !== undefined) return [grown(period, powers)];
    return period.limit !== "grid_operator" && powers.nowMs - period.lastMs < BRIDGED_MS ? [period] : [];
  });
  const ended = watch.open.filter((period) => !kept.some((other) => isSame(other, period)));
  const fresh = bindings
    .filter((binding) => !kept.some((period) => isSame(binding, period)))
    .map((binding) => begun(binding, powers));
  return {
    watch: { open: [...kept, ...fresh], lastPassMs: powers.nowMs },
    began: fresh.map(limitPeriod),
    ended: ended.map(limitPeriod),
  };
}

/** The periods that go on, as far as they have come. */
export function openPeriods({ open }: LimitWatch): readonly LimitPeriod[] {
  return open.map(limitPeriod);
}

function bindingOf(limit: EvidentLimit, report: TickReport, limits: EvidentFigures): Binding | undefined {
  if (limit === "grid_operator") {
    const { state, limitW } = report.gridOperator ?? {};
    if (limitW === undefined) return undefined;
    return { limit, operatorState: state, value: limitW, unit: "W" };
  }
  const value = limitValue(limit, limits);
  if (value === undefined || !report.wallboxes.some(({ limitedBy }) => limitedBy === limit)) return undefined;
  return { limit, operatorState: undefined, value, unit: limit === "site_import" ? "W" : "A" };
}

function limitValue(
  limit: Exclude<EvidentLimit, "grid_operator">,
  limits: EvidentFigures,
): number | undefined {
  switch (limit) {
    case "main_fuse":
      return limits.mainFuseA;
    case "unbalance":
      return limits.unbalanceLimitA;
    case "site_import":
      return limits.importLimitW;
  }
}

/** Another value of the operator's limit is another period. */
function isSame(a: Binding, b: Binding): boolean {
  return a.limit === b.limit && a.operatorState === b.operatorState && a.value === b.value;
}

interface PassPowers {
  readonly nowMs: number;
  readonly wallMs: number;
  readonly durationMs: number;
  readonly chargeW: number | undefined;
  readonly gridW: number | undefined;
}

function powersOf({ lastPassMs }: LimitWatch, report: TickReport): PassPowers {
  const { monotonicMs: nowMs, wallMs } = report;
  const sinceMs = nowMs - (lastPassMs ?? nowMs);
  return {
    nowMs,
    wallMs,
    durationMs: Math.min(Math.max(sinceMs, 0), LONGEST_PASS_MS),
    chargeW: sum(report.wallboxes.map(({ powers }) => powers.chargePowerW)),
    gridW: report.powers.gridPowerW,
  };
}

/** Undefined as soon as one part is not known. */
function sum(parts: readonly (number | undefined)[]): number | undefined {
  return parts.reduce(
    (total, part) => (total === undefined || part === undefined ? undefined : total + part),
    0,
  );
}

function begun(binding: Binding, { nowMs, wallMs, chargeW, gridW }: PassPowers): OpenPeriod {
  return {
    ...binding,
    startWallMs: wallMs,
    endWallMs: wallMs,
    lastMs: nowMs,
    chargeTally: tallied(undefined, chargeW, 0),
    gridTally: tallied(undefined, gridW, 0),
  };
}

function grown(period: OpenPeriod, { nowMs, wallMs, durationMs, chargeW, gridW }: PassPowers): OpenPeriod {
  return {
    ...period,
    endWallMs: wallMs,
    lastMs: nowMs,
    chargeTally: tallied(period.chargeTally, chargeW, durationMs),
    gridTally: tallied(period.gridTally, gridW, durationMs),
  };
}

function tallied(
  tally: Tally | undefined,
  powerW: number | undefined,
  durationMs: number,
): Tally | undefined {
  if (powerW === undefined) return tally;
  return {
    minW: Math.min(tally?.minW ?? powerW, powerW),
    maxW: Math.max(tally?.maxW ?? powerW, powerW),
    energyWms: (tally?.energyWms ?? 0) + powerW * durationMs,
    durationMs: (tally?.durationMs ?? 0) + durationMs,
  };
}

function limitPeriod({ chargeTally, gridTally, lastMs: _lastMs, ...period }: OpenPeriod): LimitPeriod {
  return { ...period, charge: summary(chargeTally), grid: summary(gridTally) };
}

function summary(tally: Tally | undefined): PowerSummary | undefined {
  if (tally === undefined) return undefined;
  const { minW, maxW, energyWms, durationMs } = tally;
  return { minW, maxW, meanW: durationMs === 0 ? minW : energyWms / durationMs };
}
