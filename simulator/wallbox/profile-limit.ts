import { LOWEST_CHARGE_CURRENT_A, NOMINAL_VOLTAGE_V, type PhaseCount, powerW } from "../../src/core/units.ts";
import type { ChargingProfile, ChargingPurpose } from "./profile-schema.ts";

/** A profile and the connector it was set on; connector 0 is the charge point as a whole. */
export interface InstalledProfile {
  readonly connectorId: number;
  readonly profile: ChargingProfile;
}

/** What a connector is doing while its limit is asked for. */
export interface ChargingContext {
  readonly connectorId: number;
  /** Phases of the connector: a limit in watts is spread over no more. */
  readonly phases: PhaseCount;
  readonly transaction: { readonly id: number | undefined; readonly startedWallMs: number } | undefined;
}

type Period = ChargingProfile["chargingSchedule"]["chargingSchedulePeriod"][number];

const DAY_MS = 86_400_000;

/** Smallest limit over the purposes at this time, A per phase; undefined when no profile limits (OCPP 1.6, 3.13). */
export function effectiveLimitA(
  installed: readonly InstalledProfile[],
  atWallMs: number,
  context: ChargingContext,
): number | undefined {
  const siteA = purposeLimitA(installed, "ChargePointMaxProfile", atWallMs, context);
  const sessionA =
    purposeLimitA(installed, "TxProfile", atWallMs, context) ??
    purposeLimitA(installed, "TxDefaultProfile", atWallMs, context);
  if (siteA === undefined || sessionA === undefined) return siteA ?? sessionA;
  return Math.min(siteA, sessionA);
}

/**
 * Phases with which the connector is told to charge: the number in its period, or one where its watts do not reach for
 * three; undefined when no profile says anything.
 */
export function toldPhases(
  installed: readonly InstalledProfile[],
  atWallMs: number,
  context: ChargingContext,
): PhaseCount | undefined {
  const best =
    bestPeriod(installed, "TxProfile", atWallMs, context) ??
    bestPeriod(installed, "TxDefaultProfile", atWallMs, context);
  if (best === undefined || best.period.limit === 0) return undefined;
  const { numberPhases, limit } = best.period;
  if (numberPhases !== undefined) return numberPhases === 1 ? 1 : 3;
  if (best.entry.profile.chargingSchedule.chargingRateUnit === "A") return undefined;
  return limit < powerW(LOWEST_CHARGE_CURRENT_A, 3) ? 1 : 3;
}

/** The first instant after `atWallMs` at which one of the profiles may begin, step or end. */
export function nextTurnMs(
  installed: readonly InstalledProfile[],
  atWallMs: number,
  context: ChargingContext,
): number | undefined {
  let earliestMs: number | undefined;
  for (const entry of installed) {
    if (!appliesTo(entry, context)) continue;
    for (const turnMs of turnsMs(entry.profile, atWallMs, context)) {
      if (turnMs > atWallMs && (earliestMs === undefined || turnMs < earliestMs)) earliestMs = turnMs;
    }
  }
  return earliestMs;
}

function turnsMs(profile: ChargingProfile, atWallMs: number, context: ChargingContext): number[] {
  const { duration, chargingSchedulePeriod } = profile.chargingSchedule;
  const turns = [profile.validFrom, profile.validTo].filter((turnMs) => turnMs !== undefined);
  for (const startMs of anchorsAroundMs(profile, atWallMs, context)) {
    for (const { startPeriod } of chargingSchedulePeriod) turns.push(startMs + startPeriod * 1000);
    if (duration !== undefined) turns.push(startMs + duration * 1000);
  }
  return turns;
}

function purposeLimitA(
  installed: readonly InstalledProfile[],
  purpose: ChargingPurpose,
  atWallMs: number,
  context: ChargingContext,
): number | undefined {
  const best = bestPeriod(installed, purpose, atWallMs, context);
  if (best === undefined) return undefined;
  return perPhaseA(best.period, best.entry.profile.chargingSchedule.chargingRateUnit, context.phases);
}

function bestPeriod(
  installed: readonly InstalledProfile[],
  purpose: ChargingPurpose,
  atWallMs: number,
  context: ChargingContext,
): { readonly entry: InstalledProfile; readonly period: Period } | undefined {
  let best: { entry: InstalledProfile; period: Period } | undefined;
  for (const entry of installed) {
    if (entry.profile.chargingProfilePurpose !== purpose || !appliesTo(entry, context)) continue;
    if (best !== undefined && !overrules(entry, best.entry)) continue;
    const period = activePeriod(entry.profile, atWallMs, context);
    if (period !== undefined) best = { entry, period };
  }
  return best;
}

/** The higher level wins; at one level the profile of the connector itself comes before that of connector 0. */
function overrules(entry: InstalledProfile, other: InstalledProfile): boolean {
  const levels = entry.profile.stackLevel - other.profile.stackLevel;
  return levels > 0 || (levels === 0 && entry.connectorId > other.connectorId);
}

function appliesTo({ connectorId, profile }: InstalledProfile, context: ChargingContext): boolean {
  switch (profile.chargingProfilePurpose) {
    case "ChargePointMaxProfile":
      return true;
    case "TxDefaultProfile":
      return connectorId === 0 || connectorId === context.connectorId;
    case "TxProfile":
      return (
        connectorId === context.connectorId &&
        context.transaction !== undefined &&
        context.transaction.id === profile.transactionId
      );
  }
}

function activePeriod(
  profile: ChargingProfile,
  atWallMs: number,
  context: ChargingContext,
): Period | undefined {
  if (profile.validFrom !== undefined && atWallMs < profile.validFrom) return undefined;
  if (profile.validTo !== undefined && atWallMs >= profile.validTo) return undefined;
  const { duration, chargingSchedulePeriod } = profile.chargingSchedule;
  const elapsedMs = atWallMs - anchorMs(profile, atWallMs, context);
  if (elapsedMs < 0 || (duration !== undefined && elapsedMs >= duration * 1000)) return undefined;
  return chargingSchedulePeriod.findLast(({ startPeriod }) => startPeriod * 1000 <= elapsedMs);
}

/** When the schedule in force at `atWallMs` began, or will begin. Relative ones begin with the transaction. */
function anchorMs(profile: ChargingProfile, atWallMs: number, context: ChargingContext): number {
  if (profile.chargingProfileKind === "Relative") return context.transaction?.startedWallMs ?? atWallMs;
  const startMs = profile.chargingSchedule.startSchedule ?? atWallMs;
  if (profile.chargingProfileKind === "Absolute" || atWallMs < startMs) return startMs;
  const cycleMs = recurrenceMs(profile);
  return startMs + Math.floor((atWallMs - startMs) / cycleMs) * cycleMs;
}

function anchorsAroundMs(profile: ChargingProfile, atWallMs: number, context: ChargingContext): number[] {
  const currentMs = anchorMs(profile, atWallMs, context);
  return profile.chargingProfileKind === "Recurring"
    ? [currentMs, currentMs + recurrenceMs(profile)]
    : [currentMs];
}

function recurrenceMs(profile: ChargingProfile): number {
  return profile.recurrencyKind === "Weekly" ? 7 * DAY_MS : DAY_MS;
}

/** Watts are for all phases together at nominal voltage; a period that names no phases means three. */
function perPhaseA(period: Period, unit: "A" | "W", phases: PhaseCount): number {
  if (unit === "A") return period.limit;
  return period.limit / (Math.min(period.numberPhases ?? 3, phases) * NOMINAL_VOLTAGE_V);
}
