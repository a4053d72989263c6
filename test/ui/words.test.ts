import { describe, expect, it } from "vitest";
import type { LimitName } from "../../src/core/limits.ts";
import type { VehicleState } from "../../src/core/site-sample.ts";
import type { HealthWarningCode, UxPhase } from "../../src/core/tick-report.ts";
import { german } from "../../ui/src/words-de.ts";
import { english } from "../../ui/src/words-en.ts";

/** Every value of a union: a new one that nobody put here does not compile. */
function all<T extends string>(names: Record<T, true>): readonly string[] {
  return Object.keys(names);
}

const LIMITS = all<LimitName>({
  wallbox_rating: true,
  cable: true,
  main_fuse: true,
  unbalance: true,
  site_import: true,
  grid_operator: true,
  configured_maximum: true,
  user_maximum: true,
  no_fallback: true,
  failsafe: true,
  safe_mode: true,
  other_wallboxes: true,
});
const PHASES = all<UxPhase>({
  off: true,
  unavailable: true,
  idle: true,
  starting: true,
  active: true,
  paused: true,
});
const VEHICLES = all<VehicleState>({
  absent: true,
  connected: true,
  charging: true,
  suspended_by_vehicle: true,
  suspended_by_wallbox: true,
  finishing: true,
  faulted: true,
  unknown: true,
});
const WARNINGS = all<HealthWarningCode>({
  inverter_disconnected: true,
  inverter_data_stale: true,
  wallbox_disconnected: true,
  config_divergence: true,
});
const keysOf = (words: Readonly<Record<string, string>>) => Object.keys(words).toSorted();

describe("the words of the page", () => {
  it("are there in both languages", () => {
    expect(keysOf(german)).toEqual(keysOf(english));
  });

  it.each([english, german])("name every limit, phase, state of a car and warning", (words) => {
    const keys = [
      ...LIMITS.map((name) => `limit.${name}`),
      ...PHASES.map((name) => `phase.${name}`),
      ...VEHICLES.map((name) => `vehicle.${name}`),
      ...WARNINGS.map((name) => `alert.${name}`),
    ];
    expect(keys.filter((key) => words[key] === undefined)).toEqual([]);
  });

  it("fill in the same figures in both languages", () => {
    const figures = (text: string | undefined) =>
      [...(text ?? "").matchAll(/\{(\w+)\}/g)].map(([, name]) => name).toSorted();
    for (const key of keysOf(english)) expect(figures(german[key]), key).toEqual(figures(english[key]));
  });
});
