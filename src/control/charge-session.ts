import type { SiteSample } from "../core/site-sample.ts";
import { energyWh } from "../core/units.ts";
import type { StateStore } from "../ports/state-store.ts";

const STORE_KEY = "charge_session";
const SAVE_INTERVAL_MS = 60_000;
/** What happened in a longer gap between passes is not known, ms. */
const LONGEST_PASS_MS = 60_000;
/** A car reaches its power this long after it may, ms. */
const SETTLING_MS = 120_000;
/** Time over which its power is smoothed, ms. */
const SMOOTHING_MS = 60_000;
/** A car that draws less is asleep or full: that says nothing of its power, W. */
const LOWEST_POWER_W = 500;

/** What a car has got since it was plugged in, and how fast it charges. */
export interface ChargeSession {
  readonly plugInWallMs: number;
  readonly deliveredWh: number;
  /** What it draws at full current, W; undefined until it was seen. */
  readonly fullPowerW: number | undefined;
}

export interface ChargeSessionTrack {
  /** Takes one pass; undefined while no car is plugged in. `isFullCurrent`: the plan lets the car charge as it can. */
  follow(
    sample: SiteSample,
    pass: { readonly wallMs: number; readonly isFullCurrent: boolean },
  ): ChargeSession | undefined;
}

interface Stored {
  readonly plugInWallMs: number;
  readonly deliveredWh: number;
  /** The most that this car, or the one before it, drew over a while, W. */
  readonly usualPowerW: number | undefined;
}

export function createChargeSession(deps: { readonly store: StateStore }): ChargeSessionTrack {
  const { store } = deps;
  const restored = storedSession(store.get(STORE_KEY));
  let session: ChargeSession | undefined =
    restored === undefined ? undefined : { ...restored, fullPowerW: restored.usualPowerW };
  let usualPowerW = restored?.usualPowerW;
  let peakW = 0;
  let isFresh = false;
  let lastMs: number | undefined;
  let fullSinceMs: number | undefined;
  let savedMs = Number.NEGATIVE_INFINITY;

  function powerOf(chargePowerW: number, durationMs: number, known: number | undefined): number {
    if (!isFresh || known === undefined) {
      isFresh = true;
      return chargePowerW;
    }
    return known + (chargePowerW - known) * Math.min(1, durationMs / SMOOTHING_MS);
  }

  function grown(before: ChargeSession, sample: SiteSample, durationMs: number): ChargeSession {
    const chargePowerW = sample.wallbox.chargePowerW?.value ?? 0;
    const deliveredWh = before.deliveredWh + energyWh(chargePowerW, durationMs);
    const isSettled = fullSinceMs !== undefined && sample.nowMs - fullSinceMs >= SETTLING_MS;
    if (!isSettled || chargePowerW < LOWEST_POWER_W) return { ...before, deliveredWh };
    const fullPowerW = powerOf(chargePowerW, durationMs, before.fullPowerW);
    // The end of a charge is slower: the next one begins at the best of this one.
    peakW = Math.max(peakW, fullPowerW);
    usualPowerW = peakW;
    return { ...before, deliveredWh, fullPowerW };
  }

  function begun(wallMs: number): ChargeSession {
    peakW = 0;
    savedMs = Number.NEGATIVE_INFINITY;
    return { plugInWallMs: wallMs, deliveredWh: 0, fullPowerW: usualPowerW };
  }

  function save(nowMs: number): void {
    if (session === undefined || nowMs - savedMs < SAVE_INTERVAL_MS) return;
    savedMs = nowMs;
    const { plugInWallMs, deliveredWh } = session;
    store.put(STORE_KEY, { plugInWallMs, deliveredWh, usualPowerW: usualPowerW ?? null });
  }

  return {
    follow(sample, { wallMs, isFullCurrent }) {
      const { nowMs, wallbox } = sample;
      const durationMs = Math.min(Math.max(0, nowMs - (lastMs ?? nowMs)), LONGEST_PASS_MS);
      lastMs = nowMs;
      if (!isFullCurrent) fullSinceMs = undefined;
      else fullSinceMs ??= nowMs;
      if (wallbox.vehicle === "unknown") return session;
      if (wallbox.vehicle === "absent") {
        session = undefined;
        isFresh = false;
        return undefined;
      }
      session ??= begun(wallMs);
      session = grown(session, sample, durationMs);
      save(nowMs);
      return session;
    },
  };
}

function storedSession(stored: unknown): Stored | undefined {
  if (typeof stored !== "object" || stored === null) return undefined;
  const { plugInWallMs, deliveredWh, usualPowerW } = stored as Record<string, unknown>;
  if (typeof plugInWallMs !== "number" || typeof deliveredWh !== "number") return undefined;
  const isPower = typeof usualPowerW === "number" && usualPowerW >= LOWEST_POWER_W;
  return { plugInWallMs, deliveredWh, usualPowerW: isPower ? usualPowerW : undefined };
}
