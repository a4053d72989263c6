import type { LocalTime } from "../core/planner/local-time.ts";
import {
  REMEMBERED_DAYS,
  SLOT_MINUTES,
  SLOTS_PER_DAY,
  type SunDay,
} from "../core/planner/sun-expectation.ts";
import type { SiteSample } from "../core/site-sample.ts";
import { surplusPowerW } from "../core/surplus.ts";
import { powerW } from "../core/units.ts";
import type { StateStore } from "../ports/state-store.ts";

const SLOT_MS = SLOT_MINUTES * 60_000;
/** One more than are used, so that today has a place of its own. */
const PLACES = REMEMBERED_DAYS + 1;
/** Less of a slot than this says nothing about it, ms. */
const LEAST_SEEN_MS = SLOT_MS / 3;
const LONGEST_PASS_MS = 60_000;

/** Remembers, across restarts, the surplus of the last days that a car could have used: some 400 numbers a week. */
export interface SunRecord {
  note(sample: SiteSample, wallMs: number): void;
  /** Days in no order, today included. */
  days(): readonly SunDay[];
}

export function createSunRecord(deps: { readonly store: StateStore; readonly local: LocalTime }): SunRecord {
  const { store, local } = deps;
  const days = new Map<number, SunDay>();
  for (let place = 0; place < PLACES; place++) {
    const day = storedDay(store.get(storeKey(place)));
    if (day !== undefined) days.set(place, day);
  }
  let slot: number | undefined;
  let seenMs = 0;
  let energyWms = 0;
  let lastMs: number | undefined;

  function close(slotNumber: number): void {
    if (seenMs >= LEAST_SEEN_MS) keep(slotNumber, Math.round(energyWms / seenMs));
    seenMs = 0;
    energyWms = 0;
  }

  function keep(slotNumber: number, meanW: number): void {
    const { dayNumber, minute } = local.momentAt(slotNumber * SLOT_MS);
    const place = dayNumber % PLACES;
    const before = days.get(place);
    const known = before?.dayNumber === dayNumber ? before.powersW : [];
    const index = Math.floor(minute / SLOT_MINUTES);
    const powersW = Array.from({ length: SLOTS_PER_DAY }, (_, other) =>
      other === index ? meanW : known[other],
    );
    days.set(place, { dayNumber, powersW });
    store.put(storeKey(place), { dayNumber, powersW: powersW.map((value) => value ?? null) });
  }

  return {
    note(sample, wallMs) {
      const current = Math.floor(wallMs / SLOT_MS);
      if (slot !== undefined && current !== slot) close(slot);
      slot = current;
      const durationMs = Math.min(Math.max(0, sample.nowMs - (lastMs ?? sample.nowMs)), LONGEST_PASS_MS);
      lastMs = sample.nowMs;
      const usableW = usableSurplusW(sample);
      if (usableW === undefined) return;
      seenMs += durationMs;
      energyWms += usableW * durationMs;
    },
    days: () => [...days.values()],
  };
}

/** The surplus as far as the car can take it, W; undefined while the meter cannot be believed. */
function usableSurplusW(sample: SiteSample): number | undefined {
  const { meterTrust, wallbox } = sample;
  const { minCurrentA, maxCurrentA, phases, canSwitchPhases } = wallbox.capability;
  const surplusW = surplusPowerW(sample);
  if (surplusW === undefined || meterTrust !== "good") return undefined;
  if (surplusW < powerW(minCurrentA, canSwitchPhases ? 1 : phases)) return 0;
  return Math.min(surplusW, powerW(maxCurrentA, canSwitchPhases ? 3 : phases));
}

function storeKey(place: number): string {
  return `sun/${place}`;
}

function storedDay(stored: unknown): SunDay | undefined {
  if (typeof stored !== "object" || stored === null) return undefined;
  const { dayNumber, powersW } = stored as Record<string, unknown>;
  if (typeof dayNumber !== "number" || !Array.isArray(powersW)) return undefined;
  const isPower = (value: unknown) => typeof value === "number" && value >= 0;
  return {
    dayNumber,
    powersW: Array.from({ length: SLOTS_PER_DAY }, (_, slot) =>
      isPower(powersW[slot]) ? powersW[slot] : undefined,
    ),
  };
}
