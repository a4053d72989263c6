/** Pure texts of the page: numbers and codes in, words out. */

const PHASES = {
  off: "solar charging is off",
  unavailable: "solar charging is not possible now",
  idle: "waiting for sun",
  starting: "about to start",
  active: "charging from the sun",
  paused: "paused: not enough sun",
};

const LIMITS = {
  wallbox_rating: "rating of the wallbox",
  cable: "charging cable",
  main_fuse: "main fuse",
  site_import: "import limit of the house",
  unbalance: "unbalance between the phases",
  grid_operator: "grid operator",
  configured_maximum: "configured maximum",
  user_maximum: "your own maximum",
  failsafe: "failsafe",
};

const VEHICLES = {
  absent: "no car",
  connected: "car plugged in",
  charging: "car charging",
  suspended_by_vehicle: "car takes nothing",
  suspended_by_wallbox: "charging paused",
  finishing: "session ending",
  faulted: "fault",
  unknown: "car unknown",
};

const METERS = { good: "good", suspect: "suspect", lost: "lost" };

const WARNINGS = {
  inverter_disconnected: "No connection to the inverter: solar charging stands still.",
  inverter_data_stale: "The meter's data is old: solar charging stands still.",
  wallbox_disconnected: "No connection to the wallbox.",
  config_divergence:
    "The thresholds are too close together for this wallbox: charging starts later than asked.",
};

export function power(watts) {
  if (watts === null) return "–";
  const size = Math.abs(watts);
  return size < 1000 ? `${Math.round(size)}\u00a0W` : `${(size / 1000).toFixed(size < 9950 ? 2 : 1)}\u00a0kW`;
}

/** Below this nobody calls it export or import: meters wobble. */
const BALANCED_W = 20;

export function gridFlow(watts) {
  if (watts === null) return "unknown";
  if (watts > BALANCED_W) return "importing";
  return watts < -BALANCED_W ? "exporting" : "balanced";
}

export function batteryWord(watts, socPct) {
  const direction = Math.abs(watts ?? 0) <= BALANCED_W ? "resting" : watts > 0 ? "discharging" : "charging";
  return socPct === null ? direction : `${direction}, ${Math.round(socPct)} %`;
}

export function phaseText(state) {
  if (state.boost === "ongoing") return "charge now";
  if (state.boost === "armed") return "charge now, at the next plug-in";
  return PHASES[state.ux_phase] ?? state.ux_phase;
}

/** House without the car, from the same pass. */
export function houseW({ load_w: load, charge_w: charge }) {
  return load === null ? null : Math.max(0, load - (charge ?? 0));
}

export function setpointText(state) {
  if (state.setpoint_a === 0) return "0 A (paused)";
  return `${state.setpoint_a} A on ${state.phases === 1 ? "1 phase" : `${state.phases} phases`}`;
}

export function limitText(state) {
  return state.limited_by === null ? "nothing" : (LIMITS[state.limited_by] ?? state.limited_by);
}

export function thresholdText(asked, effective) {
  return asked === effective ? power(asked) : `${power(effective)} (asked ${power(asked)})`;
}

export function ageText(ms) {
  if (ms === null || ms === undefined) return "no reading";
  if (ms < 1500) return "now";
  const seconds = Math.round(ms / 1000);
  return seconds < 120 ? `${seconds} s ago` : `${Math.round(seconds / 60)} min ago`;
}

export function meterText(view) {
  return `${METERS[view.meter] ?? view.meter}, ${ageText(view.telemetry.ages_ms.grid)}`;
}

export function wallboxText({ wallbox, telemetry }) {
  if (!wallbox.is_connected) return "not connected";
  const following = wallbox.is_following ? "" : ", does not follow";
  return `${VEHICLES[wallbox.vehicle] ?? wallbox.vehicle}${following}, ${ageText(telemetry.ages_ms.charge)}`;
}

export function vehicleText({ wallbox }) {
  return wallbox.is_connected ? (VEHICLES[wallbox.vehicle] ?? wallbox.vehicle) : "wallbox not connected";
}

export function mqttText(mqtt) {
  if (mqtt === null) return "not configured";
  return mqtt.is_connected ? "connected" : "no broker";
}

export function partnerText(partner) {
  if (partner === null) return "not configured";
  if (partner.rejected !== null) return `refused a change: ${partner.rejected}`;
  if (partner.token === "refused") return "does not take our login";
  if (partner.age_ms === null) return partner.error === null ? "not asked yet" : "not reachable";
  const state = partner.is_online ? "in step" : "not reachable";
  return [`${state}, ${ageText(partner.age_ms)}`, ...partnerNotes(partner)].join("; ");
}

const PARTNER_WARNINGS = {
  inverter_disconnected: "the app has lost the inverter",
  inverter_data_stale: "the app has old data of the inverter",
  wallbox_disconnected: "the app has lost the wallbox",
  config_divergence: "the devices differ in the app",
};

function partnerNotes(partner) {
  const { health_warning: warning, last_decision: decision } = partner;
  return [
    ...(partner.mode_conflict ? ["the devices have different modes in the app"] : []),
    ...(warning === null ? [] : [PARTNER_WARNINGS[warning.code] ?? warning.code]),
    ...(decision?.winner === "remote"
      ? [`${decision.part} is ${decision.remote}, as the app said later than the house (${decision.local})`]
      : []),
  ];
}

/** What is due and when it will be charged; nothing where no plan is wanted. */
export function planText(plan) {
  if (plan === null) return "";
  const due = `${plan.energy_needed_kwh.toFixed(1)} kWh due by ${plan.deadline_text}`;
  const price = plan.next_price_ct_kwh === null ? "" : ` at ${plan.next_price_ct_kwh.toFixed(1)} ct/kWh`;
  const slot =
    plan.next_start === null ? "" : `, planned ${plan.next_start_text} to ${plan.next_end_text}${price}`;
  const sun = plan.expected_sun_kwh > 0 ? `, about ${plan.expected_sun_kwh.toFixed(1)} kWh from the sun` : "";
  const cost = plan.expected_cost_ct > 0 ? `, about ${(plan.expected_cost_ct / 100).toFixed(2)}\u00a0€` : "";
  return `${due}${slot}${sun}${cost}`;
}

const SOURCES = {
  local: "set here",
  policy: "from your partner's app",
  config: "from the configuration",
};

/** Deadline of most days and energy as the inputs take them, and who chose them. */
export function goalInputs({ days, energy_kwh: energyKwh, sources }) {
  const times = Object.values(days).map((day) => day?.charge_deadline);
  const count = (time) => times.filter((other) => other === time).length;
  const usual = times.reduce((best, time) => (count(time) > count(best) ? time : best), times[0]);
  const source = (name) => SOURCES[name] ?? name;
  return {
    deadline: usual ?? "",
    energy: String(energyKwh),
    title: `Deadline ${source(sources.deadline)}, amount ${source(sources.amount)}`,
  };
}

export function warningText(warning) {
  return warning === null ? "" : (WARNINGS[warning.code] ?? warning.code);
}
