import { describe, expect, it } from "vitest";
import { meterSamples } from "../../../drivers/ocpp/meter-values.ts";

interface Sampled {
  measurand?: string;
  value?: unknown;
  phase?: string;
  unit?: string;
}

function read(sampledValue: readonly Sampled[], phases: 1 | 3 = 3) {
  const deviations: string[] = [];
  const [sample] = meterSamples(
    { meterValue: [{ timestamp: "2022-03-19T12:00:00Z", sampledValue }] },
    { phases, maxCurrentA: 16, noteDeviation: (kind) => deviations.push(kind) },
  );
  return { ...sample, deviations };
}

const current = (l1: unknown, l2: unknown, l3: unknown): Sampled[] => [
  { measurand: "Current.Import", phase: "L1", value: l1 },
  { measurand: "Current.Import", phase: "L2", value: l2 },
  { measurand: "Current.Import", phase: "L3", value: l3 },
];

describe("the power of a MeterValues message", () => {
  const power = (value: unknown, more: Sampled = {}): Sampled => ({
    measurand: "Power.Active.Import",
    value,
    ...more,
  });

  it.each<[string, readonly Sampled[], number | undefined]>([
    ["a total in W", [power("4140", { unit: "W" })], 4140],
    ["a total in kW", [power("4.14", { unit: "kW" })], 4140],
    ["no unit", [power("4140")], 4140],
    ["an empty unit", [power("4140", { unit: "" })], 4140],
    ["a number as value", [power(4140)], 4140],
    ["spaces around the value", [power(" 4140 ")], 4140],
    ["a decimal comma", [power("4140,5")], 4140.5],
    ["a blank value", [power("  ")], undefined],
    ["text as value", [power("n/a")], undefined],
    ["null as value", [power(null)], undefined],
    ["VA", [power("4140", { unit: "VA" })], 4140],
    ["an unknown unit", [power("4140", { unit: "hp" })], undefined],
    ["quotes and spaces in the measurand", [power("4140", { measurand: ' "Power.Active.Import" ' })], 4140],
    ["lower case", [power("4140", { measurand: "power.active.import" })], 4140],
    [
      "phases instead of a total",
      [power("1000", { phase: "L1" }), power("1100", { phase: "L2" }), power("1200", { phase: "L3" })],
      3300,
    ],
    ["phases written L1-N", [power("1000", { phase: "L1-N" }), power("1100", { phase: "L2-N" })], 2100],
    [
      "phases dotted into the measurand",
      [
        power("1000", { measurand: "Power.Active.Import.L1" }),
        power("1100", { measurand: "Power.Active.Import.L2" }),
      ],
      2100,
    ],
    ["a total beside phases", [power("3300"), power("1000", { phase: "L1" })], 3300],
    ["a phase of the neutral", [power("5", { phase: "N" })], undefined],
    ["currents only", current("10", "10", "10"), 6900],
    [
      "currents and voltages",
      [...current("10", "0", "0"), { measurand: "Voltage", phase: "L1-N", value: "240" }],
      2400,
    ],
    ["a voltage without phase", [...current("10", "10", "0"), { measurand: "Voltage", value: "220" }], 4400],
    [
      "a voltage between phases, which is no phase's",
      [...current("10", "0", "0"), { measurand: "Voltage", phase: "L1-L2", value: "400" }],
      2300,
    ],
    [
      "an implausible voltage",
      [...current("10", "0", "0"), { measurand: "Voltage", phase: "L1", value: "0" }],
      2300,
    ],
    ["kW labelled W, by U x I", [power("6.9", { unit: "W" }), ...current("10", "10", "10")], 6900],
    ["W labelled kW, by U x I", [power("6900", { unit: "kW" }), ...current("10", "10", "10")], 6900],
    ["a power that fits no U x I", [power("77"), ...current("10", "10", "10")], 6900],
    ["a power that is slightly less than U x I", [power("6500"), ...current("10", "10", "10")], 6500],
    ["more than the box can", [power("50000")], undefined],
    ["more than its rating, which it ignores", [power("22080")], 22_080],
    ["a current beyond reason", current("5000", "0", "0"), undefined],
    ["a little below zero", [power("-12")], 0],
    ["far below zero", [power("-4000")], undefined],
    ["mA", [{ measurand: "Current.Import", phase: "L1", value: "10000", unit: "mA" }], 2300],
    ["only other measurands", [{ measurand: "SoC", value: "50" }, { value: "123456" }], undefined],
    ["nothing", [], undefined],
  ])("is read from %s", (_what, sampled, powerW) => {
    const read_ = read(sampled).powerW;
    if (powerW === undefined) expect(read_).toBeUndefined();
    else expect(read_).toBeCloseTo(powerW, 6);
  });
});

describe("the currents of a MeterValues message", () => {
  it.each<[string, readonly Sampled[], 1 | 3, unknown]>([
    ["three phases", current("9.8", "9.9", "10"), 3, [9.8, 9.9, 10]],
    ["one of three phases", [{ measurand: "Current.Import", phase: "L2", value: "7" }], 3, [0, 7, 0]],
    ["dotted phases", [{ measurand: "Current.Import.L3", value: "7" }], 3, [0, 0, 7]],
    ["no phase on a one-phase box", [{ measurand: "Current.Import", value: "7" }], 1, [7, 0, 0]],
    ["no phase and no power", [{ measurand: "Current.Import", value: "7" }], 3, [7, 7, 7]],
    [
      "no phase, with a power of three",
      [
        { measurand: "Current.Import", value: "10" },
        { measurand: "Power.Active.Import", value: "6900" },
      ],
      3,
      [10, 10, 10],
    ],
    [
      "no phase, with a power of one: not known which",
      [
        { measurand: "Current.Import", value: "10" },
        { measurand: "Power.Active.Import", value: "2300" },
      ],
      3,
      undefined,
    ],
    ["a wrong sign", current("-9", "0", "0"), 3, [9, 0, 0]],
    ["none", [], 3, undefined],
  ])("are read from %s", (_what, sampled, phases, expected) => {
    expect(read(sampled, phases).phaseCurrentsA).toEqual(expected);
  });
});

describe("the offered current", () => {
  it.each<[string, readonly Sampled[], number | undefined]>([
    ["Current.Offered", [{ measurand: "Current.Offered", value: "13" }], 13],
    ["Current.Offered of phases", [{ measurand: "Current.Offered", phase: "L1", value: "13" }], 13],
    ["Power.Offered", [{ measurand: "Power.Offered", value: "6.9", unit: "kW" }], 10],
    ["nothing", [], undefined],
  ])("is read from %s", (_what, sampled, expected) => {
    expect(read(sampled).offeredCurrentA).toBe(expected);
  });
});

describe("a MeterValues message", () => {
  it("is ordered by its timestamps", () => {
    const entry = (timestamp: string, value: string) => ({
      timestamp,
      sampledValue: [{ measurand: "Power.Active.Import", value }],
    });
    const samples = meterSamples(
      { meterValue: [entry("2022-03-19T12:00:10Z", "2"), entry("2022-03-19T12:00:00Z", "1")] },
      { phases: 3, maxCurrentA: 16, noteDeviation() {} },
    );
    expect(samples.map((sample) => sample.powerW)).toEqual([1, 2]);
  });

  it.each([
    {},
    { meterValue: null },
    { meterValue: {} },
    { meterValue: [null, 1, "x", []] },
    { meterValue: [{ sampledValue: [null, 3, "x"] }] },
  ])("of the shape %j is read without harm", (payload) => {
    const samples = meterSamples(payload, { phases: 3, maxCurrentA: 16, noteDeviation() {} });
    expect(samples.every((sample) => sample.powerW === undefined)).toBe(true);
  });

  it("notes what is odd about it", () => {
    expect(read([{ measurand: "Power.Active.Import", value: 5 }]).deviations).toEqual([
      "meter_value_is_number",
    ]);
  });
});
