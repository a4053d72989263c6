import type { Words } from "./words.ts";

export const english: Words = {
  decimalMark: ".",
  limits: {
    main_fuse: "main fuse",
    site_import: "import limit",
    unbalance: "unbalance limit",
    grid_operator: "grid operator",
  },
  meter_lost: {
    title: "grid meter",
    raised: "The grid meter gives no values: charging from the sun stands still.",
    cleared: "The grid meter gives values again.",
  },
  device_offline: {
    title: "{subject}",
    raised: "The device {subject} does not answer.",
    cleared: "The device {subject} answers again.",
  },
  wallbox_lost: {
    title: "{subject}",
    raised: "The wallbox {subject} is not connected: it falls back to its failsafe current by itself.",
    cleared: "The wallbox {subject} is connected again.",
  },
  wallbox_faulted: {
    title: "{subject}",
    raised: "The wallbox {subject} reports a fault.",
    cleared: "The wallbox {subject} reports no fault any more.",
  },
  wallbox_not_following: {
    title: "{subject}",
    raised: "The car at the wallbox {subject} draws more than the wallbox was told.",
    cleared: "The wallbox {subject} follows its limit again.",
  },
  safe_mode: {
    title: "safe mode",
    raised: "The gateway has crashed again and again: it charges with no more than the failsafe current.",
    cleared: "The gateway has left its safe mode.",
  },
  limited_long: {
    title: "{subject}",
    raised: "The {subject} has held the car back for half an hour.",
    cleared: "The {subject} holds the car back no longer.",
  },
  operator_silent: {
    title: "grid operator",
    raised: "The grid operator is not heard: the failsafe limit holds.",
    cleared: "The grid operator is heard again.",
  },
  deadline_at_risk: {
    title: "{subject}",
    raised: "The car at {subject} will lack {kwh} kWh at {deadline}, even if it charges from now on.",
    cleared: "The deadline of the car at {subject} is at risk no longer.",
  },
  config_invalid: {
    title: "config",
    raised: "The changed config was not taken, the old one stays: {problem}",
    cleared: "The config is valid again.",
  },
  partner_login_refused: {
    title: "partner",
    raised: "The partner's server does not take our login: settings of the app do not reach the house.",
    cleared: "The partner's server takes our login again.",
  },
  partner_away: {
    title: "partner",
    raised: "The partner's server has not been reached for an hour: the last settings hold.",
    cleared: "The partner's server is reached again.",
  },
  certificate_expiring: {
    title: "certificate",
    raised: "The certificate {subject} ends in {days} days: put a new one in its place.",
    cleared: "The certificate {subject} has been renewed.",
  },
  record_failing: {
    title: "records",
    raised: "Records cannot be written to the disk: is it full?",
    cleared: "Records are written to the disk again.",
  },
  session_finished: {
    title: "{subject}",
    event: "The car at {subject} got {kwh} kWh, {solar_pct} % of it from the sun.",
  },
  deadline_missed: {
    title: "{subject}",
    event: "The car at {subject} was not ready at {deadline}: it lacks {kwh} kWh.",
  },
  gateway_updated: {
    title: "update",
    event: "The gateway runs version {version} now, before it was {before}.",
  },
  test: { title: "test", test: "This is a test: notifications arrive." },
};
