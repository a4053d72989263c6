import { describe, expect, it } from "vitest";
import {
  type CollectedSource,
  createSampleCollector,
  type SampleCollector,
} from "../../src/control/sample-collector.ts";
import type { HouseSample } from "../../src/core/site-sample.ts";
import type { SiteChannels } from "../../src/ports/site-source.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { silentLog } from "../support/silent-log.ts";
import { createFakeSource, type FakeSource, SILENT } from "./support/fakes.ts";

function setUp(
  sources: (source: (channels: SiteChannels, name?: string) => FakeSource) => CollectedSource[],
) {
  const clock = createManualClock();
  const collector = createSampleCollector(
    { readBudgetMs: 800, maxGridPowerW: 20_000, maxPvPowerW: 12_000 },
    {
      clock,
      log: silentLog,
      sources: sources((channels, name) => createFakeSource(clock, () => channels, name)),
    },
  );

  /** So many passes, each a second after the one before; the sample of the last. */
  async function passes(count: number) {
    let sample: HouseSample | undefined;
    for (let pass = 0; pass < count; pass++) {
      await clock.advance(1_000);
      sample = await next(collector, clock);
    }
    if (sample === undefined) throw new Error("at least one pass");
    return sample;
  }

  return { clock, collector, passes };
}

async function next(collector: SampleCollector, clock: { advance(ms: number): Promise<void> }) {
  const collecting = collector.collect();
  await clock.advance(0);
  return collecting;
}

function withMeter(channels: SiteChannels = { gridPowerW: -500 }) {
  let meter: FakeSource | undefined;
  const rig = setUp((source) => {
    meter = source(channels);
    return [{ source: meter, pollMs: 1_000, isGridMeter: true }];
  });
  if (meter === undefined) throw new Error("there is a meter");
  return { ...rig, meter };
}

describe("the sample of a pass", () => {
  it("has no value at all while nothing answers, and does not wait for it", async () => {
    const { meter, passes } = withMeter();
    meter.fault = SILENT;
    expect(await passes(1)).toMatchObject({ gridPowerW: undefined, meterTrust: "suspect" });
  });

  it("carries the values with the time at which they came in", async () => {
    const { clock, passes } = withMeter({ gridPowerW: -500, gridPhaseCurrentsA: [1, 2, 3] });
    const sample = await passes(3);
    const atMs = clock.monotonicMs();
    expect(sample).toMatchObject({
      nowMs: atMs,
      gridPowerW: { value: -500, atMs },
      gridPhaseCurrentsA: { value: [1, 2, 3], atMs },
      pvPowerW: undefined,
      meterTrust: "good",
    });
  });

  it("sums the sun of all inverters, as old as the oldest, and averages the batteries", async () => {
    let slow: FakeSource | undefined;
    const { clock, passes } = setUp((source) => {
      slow = source({ pvPowerW: 2_000, batterySocPct: 40 }, "slow");
      return [
        { source: source({ gridPowerW: 0, pvPowerW: 1_000 }), pollMs: 1_000, isGridMeter: true },
        { source: slow, pollMs: 10_000, isGridMeter: false },
        { source: source({ batteryPowerW: -300, batterySocPct: 55 }), pollMs: 1_000, isGridMeter: false },
      ];
    });
    const sample = await passes(3);
    expect(sample.pvPowerW).toEqual({ value: 3_000, atMs: clock.monotonicMs() - 2_000 });
    expect(sample.batteryPowerW?.value).toBe(-300);
    expect(sample.batterySocPct).toEqual({ value: 47.5, atMs: clock.monotonicMs() - 2_000 });
    expect(slow?.reads).toBe(1);
  });

  it("sums batteries and weighs their charge by their capacity", async () => {
    const { passes } = setUp((source) => [
      {
        source: source({ batteryPowerW: -300, batterySocPct: 20 }),
        pollMs: 1_000,
        isGridMeter: false,
        batteryKwh: 5,
      },
      {
        source: source({ batteryPowerW: 1_000, batterySocPct: 80 }),
        pollMs: 1_000,
        isGridMeter: false,
        batteryKwh: 15,
      },
    ]);
    expect(await passes(1)).toMatchObject({ batteryPowerW: { value: 700 }, batterySocPct: { value: 65 } });
  });

  it("forgets a value after a minute, or three reads of a slow device", async () => {
    const sources: FakeSource[] = [];
    const { passes } = setUp((source) => {
      sources.push(source({ gridPowerW: 0 }), source({ pvPowerW: 1_000 }), source({ batteryPowerW: 5 }));
      return sources.map((one, index) => ({
        source: one,
        pollMs: [1_000, 1_000, 30_000][index] ?? 0,
        isGridMeter: index === 0,
      }));
    });
    await passes(1);
    for (const source of sources.slice(1)) source.fault = SILENT;
    expect(await passes(60)).toMatchObject({ pvPowerW: { value: 1_000 }, batteryPowerW: { value: 5 } });
    expect(await passes(1)).toMatchObject({ pvPowerW: undefined, batteryPowerW: { value: 5 } });
    expect(await passes(29)).toMatchObject({ batteryPowerW: { value: 5 } });
    expect(await passes(1)).toMatchObject({ batteryPowerW: undefined });
  });
});

describe("reading", () => {
  it("goes on at each device's own pace, though timers fire a little early", async () => {
    const { clock, collector, meter } = withMeter();
    for (let pass = 0; pass < 20; pass++) {
      await next(collector, clock);
      await clock.advance(pass % 2 === 0 ? 999.4 : 1_000.3);
    }
    expect(meter.reads).toBe(20);
  });

  it("does not hold up a pass beyond its budget, nor starts a second read meanwhile", async () => {
    const { clock, collector, meter } = withMeter();
    meter.answerMs = 5_000;
    const startMs = clock.monotonicMs();
    const first = collector.collect();
    await clock.advance(800);
    expect((await first).nowMs).toBe(startMs + 800);
    for (let pass = 0; pass < 4; pass++) {
      await clock.advance(1_000);
      expect((await next(collector, clock)).gridPowerW).toBeUndefined();
    }
    expect(meter.reads).toBe(1);
    await clock.advance(1_000);
    const late = collector.collect();
    await clock.advance(800);
    expect((await late).gridPowerW).toEqual({ value: -500, atMs: startMs + 5_000 });
    expect(meter.mostAtOnce).toBe(1);
  });
});

describe("trust in the meter (F1, F2)", () => {
  it("comes with three good reads", async () => {
    const { passes } = withMeter();
    expect((await passes(2)).meterTrust).toBe("suspect");
    expect((await passes(1)).meterTrust).toBe("good");
  });

  it("is shaken by three failed reads; the last value stays with its age", async () => {
    const { clock, meter, passes } = withMeter();
    await passes(5);
    const goodMs = clock.monotonicMs();
    meter.fault = SILENT;
    expect((await passes(2)).meterTrust).toBe("good");
    const sample = await passes(1);
    expect(sample.meterTrust).toBe("suspect");
    expect(sample.gridPowerW).toEqual({ value: -500, atMs: goodMs });
  });

  it("is shaken by ten seconds of silence and lost after thirty", async () => {
    const { clock, collector, meter, passes } = withMeter();
    await passes(5);
    meter.answerMs = 1e9;
    await clock.advance(1_000);
    const silent = collector.collect();
    await clock.advance(800);
    await silent;
    expect((await passes(8)).meterTrust).toBe("good");
    expect((await passes(1)).meterTrust).toBe("suspect");
    expect(await passes(19)).toMatchObject({ meterTrust: "suspect", gridPowerW: { value: -500 } });
    expect(collector.meterLostForMs()).toBeUndefined();
    expect(await passes(1)).toMatchObject({ meterTrust: "lost", gridPowerW: undefined });
    await passes(1);
    expect(collector.meterLostForMs()).toBe(1_000);
  });

  it("comes back when a lost meter has been good for sixty seconds", async () => {
    const { meter, passes } = withMeter();
    meter.fault = SILENT;
    expect((await passes(30)).meterTrust).toBe("lost");
    meter.fault = undefined;
    const sample = await passes(60);
    expect([sample.meterTrust, sample.gridPowerW]).toEqual(["lost", undefined]);
    expect(await passes(1)).toMatchObject({ meterTrust: "good", gridPowerW: { value: -500 } });
  });

  it("is as old as its values while they stand still, and at most as the slowest meter measures", async () => {
    const { meter, passes } = withMeter();
    await passes(5);
    meter.isFrozen = true;
    const ageMs = ({ nowMs, gridPowerW }: HouseSample) => nowMs - (gridPowerW?.atMs ?? 0);
    const ages = [];
    for (let pass = 0; pass < 12; pass++) ages.push(ageMs(await passes(1)) / 1_000);
    expect(ages).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 10, 10]);
  });

  it("is lost when every register stands still for two minutes, and not before", async () => {
    const { meter, passes } = withMeter();
    meter.isFrozen = true;
    // The first pass sees the values; 120 s later they are old, and the third bad read tells.
    expect((await passes(1 + 119 + 2)).meterTrust).toBe("good");
    expect((await passes(1)).meterTrust).toBe("suspect");
    expect((await passes(27)).meterTrust).toBe("lost");
    meter.isFrozen = false;
    expect((await passes(61)).meterTrust).toBe("good");
  });

  it.each<[string, SiteChannels]>([
    ["no grid power", { pvPowerW: 100 }],
    ["more import than the connection bears", { gridPowerW: 20_001 }],
    ["more export than the plant can give", { gridPowerW: -20_001 }],
    ["no number", { gridPowerW: Number.NaN }],
    ["an endless number", { gridPowerW: 0, batteryPowerW: Number.POSITIVE_INFINITY }],
    ["no number on one phase", { gridPowerW: 0, gridPhaseCurrentsA: [0, Number.NaN, 0] }],
    ["more sun than there is", { gridPowerW: 0, pvPowerW: 12_001 }],
    ["sun below nothing", { gridPowerW: 0, pvPowerW: -1 }],
    ["a battery larger than the connection", { gridPowerW: 0, batteryPowerW: -20_001 }],
  ])("does not grow with %s", async (_case, channels) => {
    const { passes } = withMeter(channels);
    const sample = await passes(5);
    expect([sample.meterTrust, sample.gridPowerW, sample.pvPowerW]).toEqual([
      "suspect",
      undefined,
      undefined,
    ]);
  });

  it("takes values at the edge of what is plausible", async () => {
    const { passes } = withMeter({ gridPowerW: -20_000, pvPowerW: 12_000 });
    expect(await passes(3)).toMatchObject({ meterTrust: "good", pvPowerW: { value: 12_000 } });
    const night = withMeter({ gridPowerW: 20_000, pvPowerW: 0 });
    expect((await night.passes(3)).meterTrust).toBe("good");
  });

  it("does not depend on other devices", async () => {
    const { passes } = setUp((source) => [
      { source: source({ gridPowerW: 0 }), pollMs: 1_000, isGridMeter: true },
      { source: source({ pvPowerW: Number.NaN }), pollMs: 1_000, isGridMeter: false },
    ]);
    expect(await passes(5)).toMatchObject({ meterTrust: "good", pvPowerW: undefined });
  });

  it("is lost without any meter", async () => {
    const { passes } = setUp(() => []);
    expect((await passes(29)).meterTrust).toBe("suspect");
    expect((await passes(1)).meterTrust).toBe("lost");
  });
});
