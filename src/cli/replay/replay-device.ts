/** The wallbox, meter and car that a replay assumes. */
export interface ReplayDevice {
  /** From a command until the control pilot shows it, s. */
  readonly deadS: number;
  /** The meter measures this often; its registers show it a second later, s. */
  readonly meterS: number;
  /** The box reports its power this often, s. */
  readonly powerS: number;
  /** From current on the pilot until the car draws, s. */
  readonly startS: number;
  /** The box rounds down to a multiple of this, A. */
  readonly stepA: number;
  readonly minA: number;
  readonly maxA: number;
  /** The car draws this much less than it may, A per phase. */
  readonly offsetA: number;
}

/** After HTW Berlin's wbsim: a slow but common box, meter and car. */
export const NOMINAL_DEVICE: ReplayDevice = {
  deadS: 5,
  meterS: 5,
  powerS: 10,
  startS: 15,
  stepA: 1,
  minA: 6,
  maxA: 16,
  offsetA: 0.2,
};

/** Time for which nothing flows while the box changes between one phase and three, s. */
export const PHASE_SWITCH_S = 30;
/** Rated power of the plant that the traces were measured at or scaled to, W; recorded houses may have more. */
export const PLANT_PEAK_W = 10_000;

/** What the replayed house takes for its rated PV power, W. */
export function plantPeakW(pvW: Float64Array): number {
  return pvW.reduce((peakW, valueW) => Math.max(peakW, valueW), PLANT_PEAK_W);
}

/** How the car is connected: `auto` lets the controller switch. */
export type PhaseChoice = "auto" | 1 | 3;

interface DeviceKey {
  readonly member: keyof ReplayDevice;
  readonly min: number;
  readonly max: number;
  readonly isWhole: boolean;
}

const KEYS: Readonly<Record<string, DeviceKey>> = {
  dead_s: { member: "deadS", min: 0, max: 120, isWhole: false },
  meter_s: { member: "meterS", min: 1, max: 60, isWhole: true },
  power_s: { member: "powerS", min: 1, max: 300, isWhole: true },
  start_s: { member: "startS", min: 0, max: 300, isWhole: false },
  step_a: { member: "stepA", min: 0.1, max: 5, isWhole: false },
  min_a: { member: "minA", min: 6, max: 80, isWhole: false },
  max_a: { member: "maxA", min: 6, max: 80, isWhole: false },
  offset_a: { member: "offsetA", min: 0, max: 5, isWhole: false },
};

/** The nominal device with the parts that were given, by the names of the command line. */
export function deviceOf(parts: Readonly<Record<string, number | undefined>>): ReplayDevice {
  let device = NOMINAL_DEVICE;
  for (const [name, { member }] of Object.entries(KEYS)) {
    const value = parts[name];
    if (value !== undefined) device = { ...device, [member]: value };
  }
  return device;
}

export type DeviceResult =
  | { readonly ok: true; readonly device: ReplayDevice }
  | { readonly ok: false; readonly problem: string };

/** The usual device with the parts of `dead_s=10,power_s=60` in place; a mistake is a sentence. */
export function parseDevice(text: string, usual = NOMINAL_DEVICE): DeviceResult {
  let device = usual;
  for (const part of text.split(",")) {
    const parsed = parsedPart(part);
    if (typeof parsed === "string") return { ok: false, problem: parsed };
    device = { ...device, ...parsed };
  }
  if (device.minA > device.maxA) return { ok: false, problem: "--device min_a is above max_a" };
  return { ok: true, device };
}

function parsedPart(part: string): Partial<ReplayDevice> | string {
  const [name = "", value = "", ...rest] = part.split("=").map((side) => side.trim());
  const key = Object.hasOwn(KEYS, name) ? KEYS[name] : undefined;
  if (key === undefined || rest.length > 0) {
    return `--device takes KEY=VALUE with ${Object.keys(KEYS).join(", ")}`;
  }
  const number = value === "" ? Number.NaN : Number(value);
  const isFine = number >= key.min && number <= key.max && (!key.isWhole || Number.isInteger(number));
  if (isFine) return { [key.member]: number };
  return `--device ${name} takes ${key.isWhole ? "a whole number" : "a number"} from ${key.min} to ${key.max}`;
}
