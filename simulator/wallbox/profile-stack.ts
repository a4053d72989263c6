import { isoUtc } from "../../src/core/iso-time.ts";
import { NOMINAL_VOLTAGE_V, type PhaseCount } from "../../src/core/units.ts";
import {
  type ChargingContext,
  effectiveLimitA,
  type InstalledProfile,
  nextTurnMs,
  toldPhases,
} from "./profile-limit.ts";
import {
  type ChargingProfile,
  type ChargingRateUnit,
  clearChargingProfileSchema,
  getCompositeScheduleSchema,
  setChargingProfileSchema,
} from "./profile-schema.ts";
import { type RpcAnswer, refusal, result } from "./rpc-answer.ts";

export interface ProfileStackOptions {
  /** Reported as ChargeProfileMaxStackLevel; a profile above it is rejected. */
  readonly maxStackLevel: number;
  readonly maxProfiles: number;
  readonly maxPeriods: number;
  readonly units: readonly ChargingRateUnit[];
  /** Connectors are numbered from 1 to this. */
  readonly connectors: number;
}

export const NOMINAL_STACK: ProfileStackOptions = {
  maxStackLevel: 8,
  maxProfiles: 10,
  maxPeriods: 24,
  units: ["A", "W"],
  connectors: 1,
};

/** What can be said about the running transactions while a request is judged. */
export type TransactionOf = (connectorId: number) => { readonly id: number | undefined } | undefined;

/** OCPP 1.6 smart charging (chapter 3.13): what is installed, and which limit follows from it. Pure but for itself. */
export interface ProfileStack {
  readonly profiles: readonly InstalledProfile[];
  /** SetChargingProfile.req as it came from the wire. */
  set(request: unknown, transactionOf: TransactionOf): RpcAnswer;
  /** ClearChargingProfile.req: all filters that are given must match. */
  clear(request: unknown): RpcAnswer;
  /** GetCompositeSchedule.req; where no profile limits, the answer names `ratedCurrentA`. */
  composite(request: unknown, atWallMs: number, context: ChargingContext, ratedCurrentA: number): RpcAnswer;
  /** A per phase; undefined when no profile limits the connector at this time. */
  limitA(atWallMs: number, context: ChargingContext): number | undefined;
  /** Phases that the profiles ask for; undefined when they say nothing of it. */
  phases(atWallMs: number, context: ChargingContext): PhaseCount | undefined;
  /** The next time at which `limitA` differs from now, ms since 1970; undefined when it stays. */
  nextChangeMs(atWallMs: number, context: ChargingContext): number | undefined;
  /** A TxProfile ends with its transaction. */
  endTransaction(connectorId: number): void;
  reset(): void;
  /** For the box's flash: JSON that `restore` takes back. */
  snapshot(): string;
  /** Installs what a snapshot holds, without what is damaged. */
  restore(snapshot: string): void;
}

/** Turns of a recurring profile that are looked at before its limit counts as constant. */
const MAX_TURNS = 400;
const MAX_COMPOSITE_PERIODS = 100;

export function createProfileStack(options: Partial<ProfileStackOptions> = {}): ProfileStack {
  const rules: ProfileStackOptions = { ...NOMINAL_STACK, ...options };
  let installed: readonly InstalledProfile[] = [];

  function install(entry: InstalledProfile): boolean {
    const kept = installed.filter((other) => !isReplacedBy(other, entry));
    if (kept.length >= rules.maxProfiles) return false;
    installed = [...kept, entry];
    return true;
  }

  const limitA = (atWallMs: number, context: ChargingContext) =>
    effectiveLimitA(installed, atWallMs, context);

  function nextChangeMs(atWallMs: number, context: ChargingContext): number | undefined {
    const nowA = limitA(atWallMs, context);
    let turnMs = nextTurnMs(installed, atWallMs, context);
    for (let turn = 0; turnMs !== undefined && turn < MAX_TURNS; turn++) {
      if (limitA(turnMs, context) !== nowA) return turnMs;
      turnMs = nextTurnMs(installed, turnMs, context);
    }
    return undefined;
  }

  return {
    get profiles() {
      return installed;
    },
    limitA,
    phases: (atWallMs, context) => toldPhases(installed, atWallMs, context),
    nextChangeMs,
    set(request, transactionOf) {
      const parsed = setChargingProfileSchema.safeParse(request);
      if (!parsed.success) return refusal(parsed.error);
      const { connectorId, csChargingProfiles: profile } = parsed.data;
      const isAccepted =
        isWellFormed(profile) &&
        isWithinRules(profile, connectorId, rules) &&
        isForItsConnector(profile, connectorId, transactionOf) &&
        install({ connectorId, profile });
      return result({ status: isAccepted ? "Accepted" : "Rejected" });
    },
    clear(request) {
      const parsed = clearChargingProfileSchema.safeParse(request ?? {});
      if (!parsed.success) return refusal(parsed.error);
      const filter = parsed.data;
      const kept = installed.filter(({ connectorId, profile }) => {
        const differs =
          (filter.id !== undefined && filter.id !== profile.chargingProfileId) ||
          (filter.connectorId !== undefined && filter.connectorId !== connectorId) ||
          (filter.stackLevel !== undefined && filter.stackLevel !== profile.stackLevel) ||
          (filter.chargingProfilePurpose !== undefined &&
            filter.chargingProfilePurpose !== profile.chargingProfilePurpose);
        return differs;
      });
      const hasCleared = kept.length < installed.length;
      installed = kept;
      return result({ status: hasCleared ? "Accepted" : "Unknown" });
    },
    composite(request, atWallMs, context, ratedCurrentA) {
      const parsed = getCompositeScheduleSchema.safeParse(request);
      if (!parsed.success) return refusal(parsed.error);
      const { connectorId, duration, chargingRateUnit = rules.units[0] ?? "A" } = parsed.data;
      if (connectorId > rules.connectors || !rules.units.includes(chargingRateUnit)) {
        return result({ status: "Rejected" });
      }
      const perAmpere = chargingRateUnit === "A" ? 1 : context.phases * NOMINAL_VOLTAGE_V;
      const limit = (wallMs: number) =>
        Math.round(Math.min(limitA(wallMs, context) ?? ratedCurrentA, ratedCurrentA) * perAmpere * 10) / 10;
      const chargingSchedulePeriod = [{ startPeriod: 0, limit: limit(atWallMs) }];
      let nextMs = nextChangeMs(atWallMs, context);
      while (nextMs !== undefined && nextMs < atWallMs + duration * 1000) {
        if (chargingSchedulePeriod.length >= MAX_COMPOSITE_PERIODS) break;
        chargingSchedulePeriod.push({
          startPeriod: Math.round((nextMs - atWallMs) / 1000),
          limit: limit(nextMs),
        });
        nextMs = nextChangeMs(nextMs, context);
      }
      return result({
        status: "Accepted",
        connectorId,
        scheduleStart: isoUtc(atWallMs),
        chargingSchedule: {
          duration,
          startSchedule: isoUtc(atWallMs),
          chargingRateUnit,
          chargingSchedulePeriod,
        },
      });
    },
    endTransaction(connectorId) {
      installed = installed.filter(
        (entry) => entry.connectorId !== connectorId || entry.profile.chargingProfilePurpose !== "TxProfile",
      );
    },
    reset() {
      installed = [];
    },
    snapshot: () => JSON.stringify(installed.map(wireRequest)),
    restore(snapshot) {
      installed = [];
      for (const request of parsedList(snapshot)) {
        const parsed = setChargingProfileSchema.safeParse(request);
        if (!parsed.success || !isWellFormed(parsed.data.csChargingProfiles)) continue;
        install({ connectorId: parsed.data.connectorId, profile: parsed.data.csChargingProfiles });
      }
    },
  };
}

/** The same id anywhere, or the same purpose and level on the same connector. */
function isReplacedBy(old: InstalledProfile, entry: InstalledProfile): boolean {
  if (old.profile.chargingProfileId === entry.profile.chargingProfileId) return true;
  return (
    old.connectorId === entry.connectorId &&
    old.profile.chargingProfilePurpose === entry.profile.chargingProfilePurpose &&
    old.profile.stackLevel === entry.profile.stackLevel
  );
}

function isWellFormed(profile: ChargingProfile): boolean {
  const { startSchedule, chargingSchedulePeriod } = profile.chargingSchedule;
  const isAnchored = profile.chargingProfileKind === "Relative" || startSchedule !== undefined;
  const isRecurring = profile.chargingProfileKind === "Recurring";
  const isAscending = chargingSchedulePeriod.every(
    ({ startPeriod }, index) =>
      index === 0 || startPeriod > (chargingSchedulePeriod[index - 1]?.startPeriod ?? 0),
  );
  return (
    isAnchored &&
    isAscending &&
    chargingSchedulePeriod[0]?.startPeriod === 0 &&
    (!isRecurring || profile.recurrencyKind !== undefined)
  );
}

function isWithinRules(profile: ChargingProfile, connectorId: number, rules: ProfileStackOptions): boolean {
  return (
    connectorId <= rules.connectors &&
    profile.stackLevel <= rules.maxStackLevel &&
    profile.chargingSchedule.chargingSchedulePeriod.length <= rules.maxPeriods &&
    rules.units.includes(profile.chargingSchedule.chargingRateUnit)
  );
}

function isForItsConnector(
  profile: ChargingProfile,
  connectorId: number,
  transactionOf: TransactionOf,
): boolean {
  switch (profile.chargingProfilePurpose) {
    case "ChargePointMaxProfile":
      // A charge point as a whole has no transaction that a relative schedule could start with.
      return connectorId === 0 && profile.chargingProfileKind !== "Relative";
    case "TxDefaultProfile":
      return true;
    case "TxProfile": {
      const transaction = connectorId > 0 ? transactionOf(connectorId) : undefined;
      return transaction?.id !== undefined && transaction.id === profile.transactionId;
    }
  }
}

function wireRequest({ connectorId, profile }: InstalledProfile): unknown {
  const { chargingSchedule, validFrom, validTo, ...rest } = profile;
  const { startSchedule, ...schedule } = chargingSchedule;
  return {
    connectorId,
    csChargingProfiles: {
      ...rest,
      ...(validFrom !== undefined && { validFrom: isoUtc(validFrom) }),
      ...(validTo !== undefined && { validTo: isoUtc(validTo) }),
      chargingSchedule: {
        ...schedule,
        ...(startSchedule !== undefined && { startSchedule: isoUtc(startSchedule) }),
      },
    },
  };
}

function parsedList(text: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}
