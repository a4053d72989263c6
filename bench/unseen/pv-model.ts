import { type Place, sunVector } from "./sun-position.ts";

/** What a station measured in one minute, W/m2 and degrees Celsius. */
export interface StationMinute {
  /** Start of the minute, ms since 1970. */
  readonly wallMs: number;
  readonly globalWm2: number;
  readonly directWm2: number;
  readonly diffuseWm2: number;
  readonly airC: number;
}

const PEAK_W = 10_000;
const TILT = (35 * Math.PI) / 180;
const ALBEDO = 0.2;
const SYSTEM_FACTOR = 0.86;
const NOCT_C = 45;
const LOSS_PER_K = 0.0038;
const HALF_MINUTE_MS = 30_000;

/**
 * AC power of 10 kWp, tilted by 35 degrees to the south, W: isotropic sky, ground albedo 0.2, cell temperature by NOCT
 * 45 degrees, -0.38 %/K, system factor 0.86, AC limit 10 kW. The same model as that of the other sets of days.
 */
export function pvPowerW(place: Place, minute: StationMinute): number {
  const [, north, up] = sunVector(place, minute.wallMs + HALF_MINUTE_MS);
  const facing = Math.max(0, up * Math.cos(TILT) - north * Math.sin(TILT));
  const directWm2 = up > 0 ? Math.max(0, minute.directWm2) * facing : 0;
  const skyWm2 = (Math.max(0, minute.diffuseWm2) * (1 + Math.cos(TILT))) / 2;
  const groundWm2 = (Math.max(0, minute.globalWm2) * ALBEDO * (1 - Math.cos(TILT))) / 2;
  const planeWm2 = directWm2 + skyWm2 + groundWm2;
  const cellC = minute.airC + (planeWm2 * (NOCT_C - 20)) / 800;
  const powerW = ((PEAK_W * planeWm2) / 1_000) * (1 - LOSS_PER_K * (cellC - 25)) * SYSTEM_FACTOR;
  return Math.min(PEAK_W, Math.max(0, powerW));
}
