import { type DayTrace, DEFAULT_DAY, loadDay } from "../../../simulator/house/day-trace.ts";
import { WIRE_MODES, type WireMode, type WireThresholds } from "../../../simulator/partner/wire.ts";
import { BATTERY_POLICIES } from "../../core/battery-policy.ts";
import type { OptionSpec } from "../command.ts";
import type { OptionReader } from "./option-reader.ts";

const FASTEST = 1_000;
const MINUTE_MS = 60_000;
const TIME_PATTERN = /^([01]?\d|2[0-3]):([0-5]\d)$/;
const MAX_THRESHOLD_W = 50_000;

type Options = Readonly<Record<string, OptionSpec>>;

/** Of a house with a home battery. */
export const batteryOptions: Options = {
  "battery-kwh": { summary: "Capacity of a home battery; default none.", placeholder: "N" },
  "battery-policy": {
    summary: `Who gets the sun first: ${BATTERY_POLICIES.join(", ")}; default car_first.`,
    placeholder: "POLICY",
  },
};

/** What they ask for; undefined for a house without one. */
export function batteryOf(reader: OptionReader) {
  const capacityKwh = reader.number("battery-kwh", { fallback: 0, min: 0, max: 1_000, isFractional: true });
  const policy = reader.choice("battery-policy", BATTERY_POLICIES, "car_first");
  return capacityKwh === 0 ? undefined : { policy, options: { capacityWh: capacityKwh * 1_000 } };
}

export const speedOptions: Options = {
  "clock-speed": { summary: "All times pass N times faster than real time; default 1.", placeholder: "N" },
};

export const listenOptions: Options = {
  host: { summary: "Address to listen on; default 127.0.0.1.", placeholder: "HOST" },
  port: { summary: "Port to listen on; default a free one.", placeholder: "N" },
  ...speedOptions,
};

export const dayOptions: Options = {
  day: { summary: "Shipped day, or a CSV file time,pv_w,load_w.", placeholder: "NAME" },
  from: {
    summary: "Time since the start of the day at which to begin; default 10:00.",
    placeholder: "HH:MM",
  },
};

export const partnerOptions: Options = {
  mode: { summary: `Mode that the user has chosen: ${WIRE_MODES.join(", ")}.`, placeholder: "MODE" },
  thresholds: {
    summary: "Export to start and import to stop, W; default 3900,300.",
    placeholder: "E,I",
  },
};

export function speedOf(reader: OptionReader): number {
  return reader.number("clock-speed", { fallback: 1, min: 0.01, max: FASTEST, isFractional: true });
}

export function listenAddress(reader: OptionReader) {
  return {
    host: reader.text("host", "127.0.0.1"),
    port: reader.number("port", { fallback: 0, min: 0, max: 65_535 }),
  };
}

/** The day that is replayed, and how much of it is over when the replay begins, ms. */
export function replayOf(reader: OptionReader): { readonly trace: DayTrace; readonly fromMs: number } {
  const loaded = loadDay(reader.text("day", DEFAULT_DAY));
  const match = TIME_PATTERN.exec(reader.text("from", "10:00"));
  if (!loaded.ok) reader.reject(loaded.problem);
  if (match === null) reader.reject("--from takes HH:MM, a time of the day");
  const fromMs = (Number(match?.[1]) * 60 + Number(match?.[2])) * MINUTE_MS;
  return { trace: loaded.ok ? loaded.trace : NO_TRACE, fromMs };
}

/** Stands in for a day that could not be read; the reader's problem ends the command before it is used. */
const NO_TRACE: DayTrace = {
  name: "none",
  stepMs: MINUTE_MS,
  startWallMs: 0,
  pvW: new Float64Array(1),
  loadW: new Float64Array(1),
};

export function partnerChoice(reader: OptionReader): {
  readonly mode: WireMode;
  readonly thresholds: WireThresholds;
} {
  const parts = reader.text("thresholds", "3900,300").split(",");
  const [startW, stopW] = parts.map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
  const isThreshold = (value: number | undefined): value is number =>
    Number.isInteger(value) && value !== undefined && value >= 0 && value <= MAX_THRESHOLD_W;
  const mode = reader.choice("mode", WIRE_MODES, "hems");
  if (parts.length !== 2 || !isThreshold(startW) || !isThreshold(stopW)) {
    reader.reject(`--thresholds takes two whole numbers of watts up to ${MAX_THRESHOLD_W}, as 3900,300`);
    return { mode, thresholds: { hems_min_export_to_start_w: 0, hems_max_import_before_stopping_w: 0 } };
  }
  return {
    mode,
    thresholds: { hems_min_export_to_start_w: startW, hems_max_import_before_stopping_w: stopW },
  };
}
