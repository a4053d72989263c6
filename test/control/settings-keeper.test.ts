import { describe, expect, it } from "vitest";
import { createSettingsKeeper, isThresholdW } from "../../src/control/settings-keeper.ts";
import { silentLog } from "../support/silent-log.ts";
import { createFakeStore } from "./support/fakes.ts";
import { DEFAULT_SETTINGS } from "./support/rig.ts";

function setUp(stored?: unknown) {
  const store = createFakeStore();
  if (stored !== undefined) store.put("settings", stored);
  return { store, settings: createSettingsKeeper(DEFAULT_SETTINGS, { store, log: silentLog }) };
}

const PAIR = { minExportToStartW: 2_000, maxImportBeforeStoppingW: 0 };

describe("settings", () => {
  it("are the defaults on a fresh gateway", () => {
    expect(setUp().settings.current()).toEqual(DEFAULT_SETTINGS);
  });

  it("survive a restart, part by part and with the cap lifted", () => {
    const { store, settings } = setUp();
    settings.change({ mode: "spot", thresholds: PAIR, maxCurrentA: 10 });
    const again = createSettingsKeeper(DEFAULT_SETTINGS, { store, log: silentLog });
    expect(again.current()).toEqual({ mode: "spot", thresholds: PAIR, maxCurrentA: 10 });
    again.change({ maxCurrentA: undefined });
    const third = createSettingsKeeper(DEFAULT_SETTINGS, { store, log: silentLog });
    expect(third.current()).toEqual({ mode: "spot", thresholds: PAIR, maxCurrentA: undefined });
  });

  it("take the partner's mode, and its thresholds where it has any", () => {
    const { settings } = setUp();
    settings.applyRemote({ mode: "hems_and_spot", thresholds: undefined });
    expect(settings.current()).toEqual({ ...DEFAULT_SETTINGS, mode: "hems_and_spot" });
    settings.applyRemote({ mode: "hems", thresholds: PAIR });
    expect(settings.current()).toEqual({ ...DEFAULT_SETTINGS, thresholds: PAIR });
  });

  it("are stored when they change, and only then", () => {
    const { store, settings } = setUp();
    settings.applyRemote({ mode: "hems", thresholds: { ...DEFAULT_SETTINGS.thresholds } });
    expect(store.puts).toEqual([]);
    settings.change({ mode: "none" });
    settings.change({ maxCurrentA: 8 });
    settings.change({ thresholds: { ...PAIR, maxImportBeforeStoppingW: 200 } });
    settings.change({ thresholds: PAIR });
    settings.change({ thresholds: PAIR });
    expect(store.puts).toHaveLength(4);
  });

  it.each<[string, unknown]>([
    ["nothing of a text", "hems"],
    ["nothing of null", null],
    ["no unknown mode", { mode: "turbo" }],
    ["no half pair", { thresholds: { minExportToStartW: 5 } }],
    ["no pair beyond the range", { thresholds: { ...PAIR, minExportToStartW: 50_001 } }],
    ["no pair that is null", { thresholds: null }],
    ["no cap below nothing", { maxCurrentA: -1 }],
    ["no cap in words", { maxCurrentA: "10" }],
  ])("take %s from a broken store", (_case, stored) => {
    expect(setUp(stored).settings.current()).toEqual(DEFAULT_SETTINGS);
  });

  it("take what fits from a store that is broken in part", () => {
    const { settings } = setUp({ mode: "none", thresholds: 7, maxCurrentA: 10 });
    expect(settings.current()).toEqual({ ...DEFAULT_SETTINGS, mode: "none", maxCurrentA: 10 });
  });

  it.each([
    [0, true],
    [50_000, true],
    [-1, false],
    [50_001, false],
    [1.5, false],
    [Number.NaN, false],
    ["5", false],
    [undefined, false],
  ])("%s is a threshold: %s", (value, isThreshold) => {
    expect(isThresholdW(value)).toBe(isThreshold);
  });
});
