import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { createDisturbances } from "./disturbance.ts";
import { FAULT_KINDS, faultSchedule, type PlannedFault } from "./fault-schedule.ts";
import { LINK_NAMES } from "./link-names.ts";
import { PRESSED_HOUR_MS, withPressedHour } from "./pressed-hour.ts";
import { runChaos } from "./run-chaos.ts";

const HOUR_MS = 3_600_000;

describe("a fault schedule", () => {
  const options = { seed: 7, durationMs: 48 * HOUR_MS, perDay: 40, calmStartMs: 1_000, calmEndMs: HOUR_MS };

  it("is the same for a seed, and another one for another", () => {
    expect(faultSchedule(options)).toEqual(faultSchedule(options));
    expect(faultSchedule({ ...options, seed: 8 })).not.toEqual(faultSchedule(options));
  });

  it("has every fault for every peer, in order, one at a time on a line, and is calm at both ends", () => {
    const schedule = faultSchedule(options);
    const disturbances = createDisturbances(schedule);
    for (const peer of LINK_NAMES) {
      const own = schedule.filter((planned) => planned.peer === peer);
      expect(new Set(own.map(({ fault }) => fault.kind))).toEqual(new Set(FAULT_KINDS));
      for (const planned of own) {
        expect(disturbances.faultAt(peer, planned.fromMs)).toBe(planned);
        expect(disturbances.faultAt(peer, planned.untilMs)).toBeUndefined();
      }
    }
    expect(schedule.map(({ fromMs }) => fromMs)).toEqual(
      schedule.map(({ fromMs }) => fromMs).sort((a, b) => a - b),
    );
    expect(schedule[0]?.fromMs).toBeGreaterThanOrEqual(options.calmStartMs);
    expect(Math.max(...schedule.map(({ untilMs }) => untilMs))).toBeLessThanOrEqual(47 * HOUR_MS);
  });
});

describe("the hour that presses on each limit", () => {
  const chance = faultSchedule({
    seed: 7,
    durationMs: 24 * HOUR_MS,
    perDay: 200,
    calmStartMs: 1_000,
    calmEndMs: HOUR_MS,
  });
  const schedule = withPressedHour(chance, 23 * HOUR_MS);

  it("has no bad line by chance to the meter and the wallbox, and one fault at a time on each of the others", () => {
    const first = schedule.filter(({ fromMs }) => fromMs < PRESSED_HOUR_MS);
    const needed = first.filter(({ peer }) => peer === "meter" || peer === "wallbox");
    expect(needed.filter((planned) => chance.includes(planned))).toEqual([]);
    expect(needed.map(({ peer }) => peer)).toEqual(["meter", "meter"]);
    for (const peer of LINK_NAMES) {
      const own = schedule.filter((planned) => planned.peer === peer);
      for (const [index, { untilMs }] of own.entries())
        expect(own[index + 1]?.fromMs ?? Number.POSITIVE_INFINITY).toBeGreaterThan(untilMs);
    }
  });

  it("leaves the rest of the run to chance", () => {
    const isLater = ({ fromMs }: PlannedFault) => fromMs > 2 * PRESSED_HOUR_MS;
    expect(schedule.filter(isLater)).toEqual(chance.filter(isLater));
  });
});

describe("hours of bad lines to all peers", () => {
  it("break no limit, raise nothing blind, and lose nothing that was kept for somebody", async () => {
    const stateDir = mkdtempSync(join(tmpdir(), "hems-edge-chaos-"));
    onTestFinished(() => rmSync(stateDir, { recursive: true, force: true }));
    const { broken, figures } = await runChaos({
      ...{ seed: 45, durationMs: 3 * HOUR_MS, startOfDayMs: 10 * HOUR_MS, perDay: 120, stateDir },
    });
    expect(broken).toEqual([]);
    for (const peer of LINK_NAMES) expect(figures.faults[peer]).toBeGreaterThan(2);
    expect(figures.outages_judged).toBeGreaterThan(10);
    expect(figures.chunks_harmed).toBeGreaterThan(500);
    expect(figures.charged_kwh).toBeGreaterThan(0);
    expect(figures.minutes).toBe(180);
  }, 120_000);
});
