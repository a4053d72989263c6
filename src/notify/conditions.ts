import type { ConditionCode } from "../core/notice-codes.ts";
import type { NamedBoxReport, TickReport } from "../core/tick-report.ts";

/** What a notice says beside its sentence. */
export type Figures = Readonly<Record<string, string | number>>;

/** Something that is as it should not be. */
export interface Condition {
  readonly code: ConditionCode;
  /** Which of several it is about; undefined where there is one. */
  readonly subject: string | undefined;
  readonly figures: Figures;
}

/** All that conditions are judged by. */
export interface SiteFacts {
  readonly report: TickReport;
  readonly offlineDevices: readonly string[];
  /** Undefined without a partner. */
  readonly partner:
    | { readonly isLoginRefused: boolean /** The last pull failed. */; readonly isAway: boolean }
    | undefined;
  /** Certificates of ours by which others know us. */
  readonly certificates: readonly { readonly subject: string; readonly endsWallMs: number }[];
  readonly isRecordFailing: boolean;
  readonly isSafeMode: boolean;
  readonly configProblems: readonly string[];
}

/** How long each has to hold before it is told, and to be over before that is told, ms. */
export const HOLD_MS: Readonly<Record<ConditionCode, { readonly raise: number; readonly clear: number }>> = {
  meter_lost: { raise: 120_000, clear: 60_000 },
  device_offline: { raise: 300_000, clear: 60_000 },
  wallbox_lost: { raise: 300_000, clear: 60_000 },
  wallbox_faulted: { raise: 60_000, clear: 60_000 },
  // It has been written to three times by then.
  wallbox_not_following: { raise: 0, clear: 60_000 },
  safe_mode: { raise: 0, clear: 60_000 },
  // Limits come and go with each cloud; half an hour of one is worth a word.
  limited_long: { raise: 1_800_000, clear: 600_000 },
  // A start without the operator is no silence yet: 120 s of it are allowed.
  operator_silent: { raise: 180_000, clear: 0 },
  deadline_at_risk: { raise: 300_000, clear: 300_000 },
  config_invalid: { raise: 0, clear: 0 },
  partner_login_refused: { raise: 120_000, clear: 0 },
  partner_away: { raise: 3_600_000, clear: 0 },
  certificate_expiring: { raise: 0, clear: 0 },
  record_failing: { raise: 120_000, clear: 60_000 },
};

/** Limits that come from outside the wallbox and its settings. */
const TOLD_LIMITS = ["main_fuse", "site_import", "unbalance", "grid_operator"];
/** A car that lacks less is ready all the same, Wh. */
export const LEAST_SHORTFALL_WH = 500;
const CERTIFICATE_LEFT_MS = 21 * 86_400_000;
const DAY_MS = 86_400_000;

/** What is not as it should be in one pass, without regard to how long. */
export function activeConditions(facts: SiteFacts): readonly Condition[] {
  const { report, partner } = facts;
  return [
    ...when(report.meterTrust === "lost", "meter_lost"),
    ...facts.offlineDevices.flatMap((name) => when(true, "device_offline", name)),
    ...report.wallboxes.flatMap(boxConditions),
    ...when(facts.isSafeMode, "safe_mode"),
    ...limitConditions(report),
    ...when(report.gridOperator?.state === "failsafe", "operator_silent"),
    ...when(facts.configProblems.length > 0, "config_invalid", undefined, {
      problem: facts.configProblems[0] ?? "",
    }),
    ...when(partner?.isLoginRefused === true, "partner_login_refused"),
    ...when(partner?.isAway === true, "partner_away"),
    ...facts.certificates.flatMap((certificate) => expiryConditions(certificate, report.wallMs)),
    ...when(facts.isRecordFailing, "record_failing"),
  ];
}

function boxConditions(box: NamedBoxReport): readonly Condition[] {
  const { name, wallbox, plan } = box;
  const isPluggedIn = wallbox.isConnected && wallbox.vehicle !== "absent";
  const shortfallWh = isPluggedIn ? (plan?.shortfallWh ?? 0) : 0;
  return [
    ...when(!wallbox.isConnected, "wallbox_lost", name),
    ...when(wallbox.vehicle === "faulted", "wallbox_faulted", name),
    ...when(!wallbox.isFollowing, "wallbox_not_following", name),
    ...when(shortfallWh >= LEAST_SHORTFALL_WH, "deadline_at_risk", name, {
      deadline: plan?.deadline.text ?? "",
      kwh: tenths(shortfallWh / 1_000),
    }),
  ];
}

/** A limit that holds a car back which wants to charge. */
function limitConditions({ wallboxes }: TickReport): readonly Condition[] {
  const names = wallboxes.flatMap(({ limitedBy, wallbox }) =>
    limitedBy !== undefined && wallbox.vehicle !== "absent" && TOLD_LIMITS.includes(limitedBy)
      ? [limitedBy]
      : [],
  );
  return [...new Set(names)].flatMap((name) => when(true, "limited_long", name));
}

function expiryConditions(
  { subject, endsWallMs }: SiteFacts["certificates"][number],
  wallMs: number,
): readonly Condition[] {
  const leftMs = endsWallMs - wallMs;
  const figures = { days: Math.max(0, Math.floor(leftMs / DAY_MS)) };
  return when(leftMs < CERTIFICATE_LEFT_MS, "certificate_expiring", subject, figures);
}

function when(isActive: boolean, code: ConditionCode, subject?: string, figures: Figures = {}): Condition[] {
  return isActive ? [{ code, subject, figures }] : [];
}

export function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}
