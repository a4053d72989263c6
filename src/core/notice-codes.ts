/** States that are told when they begin and when they end. */
export const CONDITION_CODES = [
  "meter_lost",
  "device_offline",
  "wallbox_lost",
  "wallbox_faulted",
  "wallbox_not_following",
  "safe_mode",
  "limited_long",
  "operator_silent",
  "deadline_at_risk",
  "config_invalid",
  "partner_login_refused",
  "partner_away",
  "certificate_expiring",
  "record_failing",
] as const;
export type ConditionCode = (typeof CONDITION_CODES)[number];

/** What happens once. */
export const HAPPENING_CODES = ["session_finished", "deadline_missed", "gateway_updated"] as const;
export type HappeningCode = (typeof HAPPENING_CODES)[number];

export const NOTICE_CODES = [...CONDITION_CODES, ...HAPPENING_CODES] as const;
export type NoticeCode = (typeof NOTICE_CODES)[number];
