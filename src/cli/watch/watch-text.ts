import { parseIsoMs } from "../../core/iso-time.ts";
import { partnerText } from "../daemon-state.ts";
import type { WatchedState } from "./watched-state.ts";

export interface ScreenLook {
  readonly columns: number;
  readonly rows: number;
  readonly isColoured: boolean;
  /** False once the daemon is not heard any more: the values are old. */
  readonly isLive: boolean;
}

const NARROWEST_COLUMNS = 20;
const LABEL = 11;
/** In front of the bar: label, power and unit. */
const BEFORE_BAR = LABEL + 10;
const LONGEST_BAR = 40;
/** A bar is full at this power, unless something is larger, W. */
const LEAST_FULL_W = 3_000;
const CODES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const;
type Style = keyof typeof CODES;

/** A line of the screen before it is cut to its width. */
interface Line {
  readonly text: string;
  readonly style?: Style | undefined;
}

/** The whole screen: no line is wider than it, and there are no more than it has rows. */
export function screenLines(state: WatchedState, look: ScreenLook): readonly string[] {
  const columns = Math.max(look.columns, NARROWEST_COLUMNS);
  const lines: readonly Line[] = [
    headLine(state, columns, look.isLive),
    { text: "─".repeat(columns), style: "dim" },
    ...wrapped(state.state.reason_text, columns).map((text): Line => ({ text, style: "bold" })),
    { text: "" },
    ...powerLines(state, columns),
    { text: "" },
    ...factLines(state),
  ];
  const last: Line = { text: "q ends", style: "dim" };
  const shown = [...lines.slice(0, Math.max(1, look.rows - 1)), ...(look.rows > 1 ? [last] : [])];
  return shown.map(({ text, style }) => styled(clipped(text, columns), style, look.isColoured));
}

/** One line for a log: when, what is decided, the powers, and why. */
export function changeLine({ state, telemetry }: WatchedState): string {
  const powers = [
    `sun ${kilowatts(telemetry.pv_w)}`,
    `grid ${kilowatts(telemetry.grid_w)}`,
    `car ${kilowatts(telemetry.charge_w)} kW`,
  ];
  const { ts, mode, phase, setpoint_a: setpointA, reason_text: why } = state;
  return `${ts} ${mode} ${phase} ${setpointA} A, ${powers.join(", ")}: ${why}`;
}

function headLine({ site, version, state }: WatchedState, columns: number, isLive: boolean): Line {
  const left = `hems-edge ${version}  ${site}`;
  const right = isLive ? timeText(state.ts) : "NOT CONNECTED, trying again";
  const gap = Math.max(1, columns - left.length - right.length);
  return { text: `${left}${" ".repeat(gap)}${right}`, style: isLive ? undefined : "red" };
}

function powerLines({ telemetry }: WatchedState, columns: number): readonly Line[] {
  const { pv_w: pvW, load_w: loadW, charge_w: chargeW, grid_w: gridW, battery_w: batteryW } = telemetry;
  const houseW = loadW === null ? null : Math.max(0, loadW - (chargeW ?? 0));
  const soc = telemetry.battery_soc_pct === null ? "" : `${Math.round(telemetry.battery_soc_pct)} %`;
  const rows: readonly (readonly [string, number | null, Style, string])[] = [
    ["sun", pvW, "yellow", ""],
    ["house", houseW, "cyan", ""],
    ["car", chargeW, "green", ""],
    ["grid", gridW, (gridW ?? 0) > 0 ? "red" : "green", direction(gridW, "import", "export")],
    ...(batteryW === null && soc === ""
      ? []
      : ([
          ["battery", batteryW, "cyan", `${soc} ${direction(batteryW, "discharging", "charging")}`.trim()],
        ] as const)),
  ];
  const fullW = Math.max(LEAST_FULL_W, ...rows.map(([, powerW]) => Math.abs(powerW ?? 0)));
  const cells = Math.min(LONGEST_BAR, Math.max(0, columns - BEFORE_BAR - 16));
  return rows.map(([label, powerW, style, note]) => {
    const value = powerW === null ? "unknown" : `${kilowatts(Math.abs(powerW))} kW`;
    const bar = "█".repeat(Math.round((Math.abs(powerW ?? 0) / fullW) * cells));
    return {
      text: `${label.padEnd(LABEL)}${value.padStart(8)}  ${[bar, note].filter((part) => part !== "").join(" ")}`,
      style,
    };
  });
}

function factLines(watched: WatchedState): readonly Line[] {
  const { state, wallboxes, meter, partner, mqtt, health_warning: warning } = watched;
  const { effective, is_widened: isWidened } = state.thresholds;
  const phases = state.phases === 1 ? "one phase" : `${state.phases} phases`;
  const limited = state.limited_by === null ? "" : `, limited by ${words(state.limited_by)}`;
  const widened = isWidened ? " (raised)" : "";
  return [
    fact("mode", `${state.mode}${state.boost === "off" ? "" : `, boost ${state.boost}`}`),
    fact(
      "allowed",
      `${state.setpoint_a} A on ${phases}${limited}`,
      state.limited_by === null ? undefined : "yellow",
    ),
    fact(
      "band",
      `starts at ${effective.hems_min_export_to_start_w} W export${widened}, stops at ${effective.hems_max_import_before_stopping_w} W import`,
    ),
    fact("meter", meter, meter === "good" ? undefined : "red"),
    ...wallboxes.map(
      ({ name, is_connected: isConnected, vehicle, charge_w: chargeW, setpoint_a: setpointA }) => {
        const drawn = chargeW === null ? "" : `, ${kilowatts(chargeW)} kW`;
        const says = isConnected ? `${words(vehicle)}, ${setpointA} A${drawn}` : "not connected";
        return fact(name, says, isConnected ? undefined : "red");
      },
    ),
    ...(partner === null || partner === undefined ? [] : [fact("partner", partnerText(partner))]),
    ...(mqtt === null ? [] : [fact("mqtt", mqtt.is_connected ? "connected" : "not connected")]),
    ...(warning === null ? [] : [fact("warning", words(warning.code), "red")]),
  ];
}

function fact(label: string, text: string, style?: Style): Line {
  return { text: `${label.padEnd(LABEL - 1)} ${text}`, style };
}

function words(code: string): string {
  return code.replaceAll("_", " ");
}

function direction(powerW: number | null, positive: string, negative: string): string {
  if (powerW === null || powerW === 0) return "";
  return powerW > 0 ? positive : negative;
}

function kilowatts(powerW: number | null): string {
  return powerW === null ? "--" : (powerW / 1_000).toFixed(2);
}

/** The time of the terminal's own place. */
function timeText(ts: string): string {
  const wallMs = parseIsoMs(ts);
  return wallMs === undefined ? ts : new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" }).format(wallMs);
}

/** At spaces, where there are any. */
function wrapped(text: string, columns: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > columns) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

function clipped(text: string, columns: number): string {
  return text.length <= columns ? text : `${text.slice(0, columns - 1)}…`;
}

function styled(text: string, style: Style | undefined, isColoured: boolean): string {
  return style === undefined || !isColoured ? text : `\u001b[${CODES[style]}m${text}\u001b[0m`;
}
