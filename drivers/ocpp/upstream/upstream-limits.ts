import { parseIsoMs } from "../../../src/core/iso-time.ts";
import { currentA as currentOfPowerA, type PhaseCount } from "../../../src/core/units.ts";
import type { StateStore } from "../../../src/ports/state-store.ts";
import type { JsonRecord } from "../box-link.ts";
import { integerOf, listOf, numberOf, recordOf, textOf } from "../lenient-json.ts";

const MAX_PROFILES = 20;
const MAX_PERIODS = 100;
const DAY_MS = 86_400_000;
const PURPOSES = ["ChargePointMaxProfile", "TxDefaultProfile", "TxProfile"] as const;

interface StoredProfile {
  readonly connectorId: number;
  readonly profile: JsonRecord;
  /** Where a relative schedule counts from when no transaction runs. */
  readonly setWallMs: number;
}

export interface LimitContext {
  readonly nowWallMs: number;
  readonly phases: PhaseCount;
  readonly startedWallMs: number | undefined;
}

/**
 * Charging profiles of another central system (OCPP 1.6 section 3.13). They never reach the box: the smallest limit over
 * all of them is one limit among the others. What cannot be understood is refused.
 */
export interface UpstreamLimits {
  set(payload: JsonRecord, nowWallMs: number): JsonRecord;
  clear(payload: JsonRecord): JsonRecord;
  /** A per phase; undefined when nothing limits. */
  limitA(context: LimitContext): number | undefined;
  /** A profile of a transaction ends with it. */
  endTransaction(): void;
}

export function createUpstreamLimits(key: string, store: StateStore): UpstreamLimits {
  let stored = listOf(store.get(key), MAX_PROFILES).flatMap((item) => {
    const { connectorId, profile, setWallMs } = recordOf(item);
    return [
      {
        connectorId: integerOf(connectorId) ?? 0,
        profile: recordOf(profile),
        setWallMs: numberOf(setWallMs) ?? 0,
      },
    ];
  });

  function save(next: StoredProfile[]): void {
    stored = next;
    store.put(key, stored);
    store.flush();
  }

  return {
    set(payload, nowWallMs) {
      const profile = recordOf(payload.csChargingProfiles);
      const connectorId = integerOf(payload.connectorId) ?? 0;
      if (!isUnderstood(profile)) return { status: "Rejected" };
      const kept = stored.filter((other) => !isReplaced(other, { connectorId, profile }));
      if (kept.length >= MAX_PROFILES) return { status: "Rejected" };
      save([...kept, { connectorId, profile, setWallMs: nowWallMs }]);
      return { status: "Accepted" };
    },
    clear(filter) {
      const kept = stored.filter(({ connectorId, profile }) => {
        const differs = (asked: unknown, present: unknown) => asked !== undefined && asked !== present;
        return (
          differs(filter.id, profile.chargingProfileId) ||
          differs(filter.connectorId, connectorId) ||
          differs(filter.stackLevel, profile.stackLevel) ||
          differs(filter.chargingProfilePurpose, profile.chargingProfilePurpose)
        );
      });
      const hasCleared = kept.length < stored.length;
      if (hasCleared) save(kept);
      return { status: hasCleared ? "Accepted" : "Unknown" };
    },
    limitA(context) {
      const limits = PURPOSES.map((purpose) => purposeLimitA(stored, purpose, context));
      const known = limits.filter((limit) => limit !== undefined);
      return known.length === 0 ? undefined : Math.min(...known);
    },
    endTransaction() {
      const kept = stored.filter(({ profile }) => profile.chargingProfilePurpose !== "TxProfile");
      if (kept.length < stored.length) save(kept);
    },
  };
}

function isUnderstood(profile: JsonRecord): boolean {
  const { chargingRateUnit, chargingSchedulePeriod } = recordOf(profile.chargingSchedule);
  const periods = listOf(chargingSchedulePeriod, MAX_PERIODS).map(recordOf);
  return (
    PURPOSES.some((purpose) => purpose === profile.chargingProfilePurpose) &&
    ["Absolute", "Relative", "Recurring"].includes(textOf(profile.chargingProfileKind) ?? "") &&
    integerOf(profile.stackLevel) !== undefined &&
    (chargingRateUnit === "A" || chargingRateUnit === "W") &&
    periods.length > 0 &&
    periods.every(
      ({ startPeriod, limit }) => numberOf(startPeriod) !== undefined && (numberOf(limit) ?? -1) >= 0,
    )
  );
}

/** The same id, or the same purpose and level on the same connector. */
function isReplaced(
  old: StoredProfile,
  next: { readonly connectorId: number; readonly profile: JsonRecord },
): boolean {
  const [a, b] = [old.profile, next.profile];
  if (a.chargingProfileId === b.chargingProfileId) return true;
  return (
    old.connectorId === next.connectorId &&
    a.chargingProfilePurpose === b.chargingProfilePurpose &&
    a.stackLevel === b.stackLevel
  );
}

function purposeLimitA(
  stored: readonly StoredProfile[],
  purpose: (typeof PURPOSES)[number],
  context: LimitContext,
): number | undefined {
  const byLevel = stored
    .filter(({ profile }) => profile.chargingProfilePurpose === purpose)
    .toSorted((a, b) => (integerOf(b.profile.stackLevel) ?? 0) - (integerOf(a.profile.stackLevel) ?? 0));
  for (const entry of byLevel) {
    const limit = profileLimitA(entry, context);
    if (limit !== undefined) return limit;
  }
  return undefined;
}

function profileLimitA(entry: StoredProfile, context: LimitContext): number | undefined {
  const { profile } = entry;
  const { nowWallMs, phases } = context;
  const fromMs = timeOf(profile.validFrom);
  const toMs = timeOf(profile.validTo);
  if ((fromMs !== undefined && nowWallMs < fromMs) || (toMs !== undefined && nowWallMs >= toMs))
    return undefined;
  const schedule = recordOf(profile.chargingSchedule);
  const elapsedS = (nowWallMs - anchorMs(entry, context)) / 1_000;
  const durationS = numberOf(schedule.duration);
  if (elapsedS < 0 || (durationS !== undefined && elapsedS >= durationS)) return undefined;
  const period = listOf(schedule.chargingSchedulePeriod, MAX_PERIODS)
    .map(recordOf)
    .findLast(({ startPeriod }) => (numberOf(startPeriod) ?? 0) <= elapsedS);
  const limit = numberOf(period?.limit);
  if (limit === undefined) return undefined;
  return schedule.chargingRateUnit === "A" ? limit : currentOfPowerA(limit, phases);
}

/** When the schedule of this moment began. */
function anchorMs({ profile, setWallMs }: StoredProfile, { nowWallMs, startedWallMs }: LimitContext): number {
  if (profile.chargingProfileKind === "Relative") return startedWallMs ?? setWallMs;
  const startMs = timeOf(recordOf(profile.chargingSchedule).startSchedule) ?? setWallMs;
  if (profile.chargingProfileKind === "Absolute" || nowWallMs < startMs) return startMs;
  const cycleMs = profile.recurrencyKind === "Weekly" ? 7 * DAY_MS : DAY_MS;
  return startMs + Math.floor((nowWallMs - startMs) / cycleMs) * cycleMs;
}

function timeOf(value: unknown): number | undefined {
  const text = textOf(value);
  return text === undefined ? undefined : parseIsoMs(text);
}
