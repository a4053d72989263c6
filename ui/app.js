import * as text from "./view.js";

/** Twice the pace of the slowest pass worth watching: beyond it the numbers are history. */
const SILENCE_MS = 15_000;

const element = (id) => document.getElementById(id);
const modeButtons = [...document.querySelectorAll("[data-mode]")];
const boostButton = element("boost");
const planForm = element("plan");
let heardAtMs;
let boost = "off";
let goal;

function put(id, value) {
  const target = element(id);
  if (target.textContent !== value) target.textContent = value;
}

function showLink(isLive) {
  document.body.classList.toggle("offline", !isLive);
  element("link").classList.toggle("live", isLive);
  put("link", isLive ? "live" : "offline");
  if (!isLive) showAlert("No connection to the gateway. The values below are old; trying again.");
  for (const control of [...modeButtons, boostButton, ...planForm.elements]) control.disabled = !isLive;
}

function showAlert(sentence) {
  put("alert", sentence);
  element("alert").hidden = sentence === "";
}

function show(view) {
  const { state, telemetry } = view;
  showLink(true);
  showAlert(text.warningText(view.health_warning));
  put("site", view.site);
  put("version", `hems-edge ${view.version}`);
  put("phase", text.phaseText(state));
  put("why", state.reason_text);
  showFlow(view);
  showDetails(view);
  boost = state.boost;
  boostButton.setAttribute("aria-pressed", String(boost !== "off"));
  put("plan-text", text.planText(state.plan));
  put("boost", boost === "off" ? "Charge now" : "Cancel charge now");
  for (const button of modeButtons) {
    const { mode } = button.dataset;
    const entry = view.available_modes.find((candidate) => candidate.mode === mode);
    button.setAttribute("aria-pressed", String(mode === state.mode));
    button.disabled = entry !== undefined && !entry.available && mode !== state.mode;
    button.title = button.disabled ? "not available on this site" : "";
  }
  document.title = `${text.power(telemetry.charge_w)} – ${view.site} – hems-edge`;
}

function showFlow(view) {
  const { telemetry } = view;
  const flow = text.gridFlow(telemetry.grid_w);
  put("pv", text.power(telemetry.pv_w));
  put("pv-word", telemetry.pv_w === null ? "unknown" : telemetry.pv_w > 0 ? "producing" : "no sun");
  put("house", text.power(text.houseW(telemetry)));
  put("grid", text.power(telemetry.grid_w));
  put("grid-word", flow);
  element("grid-tile").classList.toggle("exporting", flow === "exporting");
  element("grid-tile").classList.toggle("importing", flow === "importing");
  put("car", text.power(telemetry.charge_w));
  put("car-word", text.vehicleText(view));
  element("battery-tile").hidden = telemetry.battery_w === null && telemetry.battery_soc_pct === null;
  put("battery", text.power(telemetry.battery_w));
  put("battery-word", text.batteryWord(telemetry.battery_w, telemetry.battery_soc_pct));
}

function showDetails(view) {
  const { state, telemetry } = view;
  const { effective, ...asked } = state.thresholds;
  put("setpoint", text.setpointText(state));
  put("limit", text.limitText(state));
  put("start", text.thresholdText(asked.hems_min_export_to_start_w, effective.hems_min_export_to_start_w));
  put(
    "stop",
    text.thresholdText(asked.hems_max_import_before_stopping_w, effective.hems_max_import_before_stopping_w),
  );
  put("surplus", telemetry.surplus_w === null ? "–" : text.power(Math.max(0, telemetry.surplus_w)));
  put("today", `${view.status.solar_kwh_today.toFixed(1)} kWh`);
  put("meter", text.meterText(view));
  put("wallbox", text.wallboxText(view));
  put("partner", text.partnerText(view.partner));
  put("mqtt", text.mqttText(view.mqtt));
}

async function ask(method, path, body) {
  const request =
    body === undefined ? {} : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  try {
    const response = await fetch(path, { method, ...request });
    const answer = response.ok ? undefined : await response.json();
    put("answer", answer === undefined ? "" : sentence(answer.detail));
  } catch {
    put("answer", "The gateway did not answer: try again.");
  }
}

/** Fills what is not being edited with what holds. */
async function showGoal() {
  try {
    const response = await fetch("/api/charge-plan");
    if (!response.ok) return;
    goal = text.goalInputs((await response.json()).goal);
    planForm.title = goal.title;
    if (document.activeElement?.form === planForm) return;
    element("plan-deadline").value = goal.deadline;
    element("plan-energy").value = goal.energy;
  } catch {
    // The page says by itself that the gateway is away.
  }
}

async function setGoal() {
  const deadline = element("plan-deadline").value;
  const energy = element("plan-energy").value;
  // Only what was changed: an energy would take the place of a state of charge that is aimed at.
  const change = {
    ...(deadline === "" || deadline === goal?.deadline ? {} : { deadline }),
    ...(energy === "" || energy === goal?.energy ? {} : { energy_kwh: Number(energy) }),
  };
  if (Object.keys(change).length > 0) await ask("PUT", "/api/charge-plan", change);
  await showGoal();
}

async function clearGoal() {
  await ask("DELETE", "/api/charge-plan");
  await showGoal();
}

function sentence(detail) {
  return Array.isArray(detail) ? detail.map((problem) => problem.msg).join(", ") : String(detail);
}

function watch() {
  const events = new EventSource("/api/events");
  events.addEventListener("open", () => void showGoal());
  events.addEventListener("state", (event) => {
    heardAtMs = performance.now();
    show(JSON.parse(event.data));
  });
  events.addEventListener("error", () => {
    showLink(false);
    // A browser gives up after an answer such as 503; a lost connection it restores by itself.
    if (events.readyState === EventSource.CLOSED) setTimeout(watch, 5_000);
  });
}

for (const button of modeButtons) {
  button.addEventListener("click", () => void ask("PUT", "/api/mode", { mode: button.dataset.mode }));
}
boostButton.addEventListener("click", () => void ask(boost === "off" ? "POST" : "DELETE", "/api/boost"));
planForm.addEventListener("submit", (event) => {
  event.preventDefault();
  document.activeElement?.blur();
  void setGoal();
});
element("plan-clear").addEventListener("click", () => void clearGoal());
setInterval(() => {
  if (heardAtMs !== undefined && performance.now() - heardAtMs > SILENCE_MS) showLink(false);
}, 1_000);
showLink(false);
put("link", "connecting …");
showAlert("");
watch();
