import { describe, expect, it } from "vitest";
import { planReads } from "../../../drivers/profiles/read-plan.ts";
import { registerValue } from "../../../drivers/profiles/register-value.ts";
import type { RegisterBank } from "../../../simulator/profile/profile-registers.ts";
import { eventually } from "../../support/eventually.ts";
import { profileOf, serve, sourceOf } from "./support.ts";

/** A device with these words in its holding registers, from their addresses on. */
function bankOf(contents: Readonly<Record<number, readonly number[]>>): RegisterBank {
  const words = new Map(
    Object.entries(contents).flatMap(([at, values]) =>
      values.map((value, index) => [Number(at) + index, value] as const),
    ),
  );
  return { word: (_unit, _functionCode, address) => words.get(address) };
}

const channel = (register: string, poll: string, more: object = {}) => ({
  sum: [{ register }],
  poll,
  ...more,
});

describe("the value of a register", () => {
  it.each<[string, Parameters<typeof registerValue>, number | undefined]>([
    ["u16 with a scale", [{ at: 0, type: "u16", scale: 0.1 }, [315], "highFirst"], 31.5],
    ["i16 below zero", [{ at: 0, type: "i16" }, [0xffff], "highFirst"], -1],
    ["i32 high word first", [{ at: 0, type: "i32" }, [0xffff, 0xff92], "highFirst"], -110],
    ["i32 low word first", [{ at: 0, type: "i32" }, [0xff92, 0xffff], "lowFirst"], -110],
    ["the register's own word order", [{ at: 0, type: "u32", words: "lowFirst" }, [1, 0], "highFirst"], 1],
    ["f32", [{ at: 0, type: "f32" }, [0x449a, 0x5000], "highFirst"], 1_234.5],
    ["f32 low word first", [{ at: 0, type: "f32" }, [0x5000, 0x449a], "lowFirst"], 1_234.5],
    ["f64", [{ at: 0, type: "f64" }, [0x4093, 0x4a00, 0, 0], "highFirst"], 1_234.5],
    ["u64", [{ at: 0, type: "u64" }, [0, 0, 1, 0], "highFirst"], 65_536],
    ["an offset", [{ at: 0, type: "u16", offset: -16_384 }, [16_884], "highFirst"], 500],
    ["a scale factor of -2", [{ at: 0, type: "i16" }, [1_234], "highFirst", -2], 12.34],
    ["u16 not implemented", [{ at: 0, type: "u16" }, [0xffff], "highFirst"], undefined],
    ["i16 not implemented", [{ at: 0, type: "i16" }, [0x8000], "highFirst"], undefined],
    ["i32 not implemented", [{ at: 0, type: "i32" }, [0x7fff, 0xffff], "highFirst"], undefined],
    [
      "u64 not implemented",
      [{ at: 0, type: "u64" }, [0xffff, 0xffff, 0xffff, 0xffff], "highFirst"],
      undefined,
    ],
    ["NaN", [{ at: 0, type: "f32" }, [0x7fc0, 0], "highFirst"], undefined],
    ["infinity", [{ at: 0, type: "f32" }, [0x7f80, 0], "highFirst"], undefined],
    ["a marker of its own", [{ at: 0, type: "u16", none: [9_999] }, [9_999], "highFirst"], undefined],
    [
      "the usual marker where another is named",
      [{ at: 0, type: "u16", none: [9_999] }, [0xffff], "highFirst"],
      65_535,
    ],
    ["too much", [{ at: 0, type: "u16", max: 100 }, [101], "highFirst"], undefined],
    ["the most", [{ at: 0, type: "u16", max: 100 }, [100], "highFirst"], 100],
    ["too little", [{ at: 0, type: "i16", min: 0 }, [0xffff], "highFirst"], undefined],
  ])("%s", (_, parameters, value) => {
    expect(registerValue(...parameters)).toBe(value);
  });
});

describe("the plan of reads", () => {
  const registers = {
    grid: { at: 100, type: "i16", scaleRegister: "sf" },
    sf: { at: 104, type: "i16" },
    pv: { at: 110, type: "u16" },
    soc: { at: 300, type: "u16" },
  };
  const channels = {
    gridPowerW: channel("grid", "fast"),
    pvPowerW: channel("pv", "normal"),
    batterySocPct: channel("soc", "slow"),
  };
  const ranges = (parts: object) =>
    planReads(profileOf({ registers, channels, ...parts }), 1, ["grid", "pv", "battery"]).map(
      ({ address, count, poll }) => [address, count, poll],
    );

  it("joins what is near, at the pace of the most urgent", () => {
    expect(ranges({})).toEqual([
      [100, 11, "fast"],
      [300, 1, "slow"],
    ]);
  });

  it("keeps apart what is far, or has a hole between", () => {
    expect(ranges({ maxGap: 4 })).toEqual([
      [100, 5, "fast"],
      [110, 1, "normal"],
      [300, 1, "slow"],
    ]);
    expect(ranges({ holes: [[106, 107]] })).toHaveLength(3);
  });

  it("takes no more registers at once than the device gives", () => {
    expect(ranges({ maxRegisters: 10 })).toHaveLength(3);
  });

  it("refuses to split a value from its scale factor", () => {
    expect(() => ranges({ maxRegisters: 4 })).toThrow("grid and sf do not fit into one read");
  });

  it("reads only what the roles need", () => {
    const plan = planReads(profileOf({ registers, channels }), 1, ["pv"]);
    expect(plan).toMatchObject([{ address: 110, count: 1 }]);
  });

  it("reads each unit and function by itself", () => {
    const apart = {
      ...registers,
      pv: { at: 101, type: "u16", unit: 247 },
      soc: { at: 102, type: "u16", functionCode: 4 },
    };
    const plan = planReads(profileOf({ registers: apart, channels }), 1, ["grid", "pv", "battery"]);
    expect(plan.map(({ unit, functionCode }) => [unit, functionCode])).toEqual([
      [1, 3],
      [247, 3],
      [1, 4],
    ]);
  });
});

describe("a device read by its profile", () => {
  const profile = profileOf({
    registers: {
      gridW: { at: 0, type: "i16" },
      pvW: { at: 5, type: "u16" },
      string3W: { at: 8, type: "u16" },
      soc: { at: 50, type: "u16" },
      batteryW: { at: 10, type: "u16" },
      running: { at: 11, type: "u16" },
    },
    channels: {
      gridPowerW: channel("gridW", "fast"),
      pvPowerW: {
        sum: [{ register: "pvW" }, { register: "string3W", isOptional: true }],
        poll: "fast",
        whenNothing: 0,
      },
      batteryPowerW: channel("batteryW", "fast", {
        signFrom: { register: "running", negativeWhen: "bitSet", mask: 2 },
      }),
      batterySocPct: channel("soc", "slow"),
    },
  });
  const whole = { 0: [100, 0, 0, 0, 0, 2_000, 0, 0, 300, 0, 700, 2], 50: [64] };

  it("takes the direction of a magnitude from another register, in the same read", async () => {
    const served = await serve(bankOf(whole));
    const { source } = sourceOf(served, profile);
    const channels = { gridPowerW: 100, pvPowerW: 2_300, batteryPowerW: -700, batterySocPct: 64 };
    expect(await source.read()).toMatchObject({ ok: true, channels });
    served.bank = bankOf({ ...whole, 0: [100, 0, 0, 0, 0, 2_000, 0, 0, 300, 0, 700, 1] });
    expect(await source.read()).toMatchObject({ ok: true, channels: { batteryPowerW: 700 } });
    expect(served.requests.map(({ address, count }) => [address, count])).toEqual([
      [0, 12],
      [50, 1],
      [0, 12],
    ]);
  });

  it("finds registers that are missing by halving, once, and lives without them", async () => {
    const served = await serve(bankOf({ 0: [100], 5: [2_000], 10: [700, 2], 50: [64] }));
    const { source } = sourceOf(served, profile);
    const channels = { gridPowerW: 100, pvPowerW: 2_000, batteryPowerW: -700, batterySocPct: 64 };
    expect(await source.read()).toMatchObject({ ok: true, channels });
    served.requests.splice(0);
    expect(await source.read()).toMatchObject({ ok: true, channels });
    expect(served.requests.map(({ address, count }) => [address, count])).toEqual([
      [0, 1],
      [5, 1],
      [10, 2],
    ]);
  });

  it("asks once a minute for what is missing, and takes it when it is there", async () => {
    const served = await serve(bankOf({ 5: [2_000, 0, 0, 300, 0, 700, 2], 50: [64] }));
    const { source, clock } = sourceOf(served, profile);
    const askedForMeter = () => served.requests.filter(({ address, count }) => address + count === 1).length;
    expect(await source.read()).toMatchObject({ ok: true, channels: { pvPowerW: 2_300 } });
    served.requests.splice(0);
    await clock.advance(59_000);
    await source.read();
    expect(askedForMeter()).toBe(0);
    await clock.advance(1_000);
    await source.read();
    await source.read();
    expect(askedForMeter()).toBe(1);
    served.bank = bankOf(whole);
    await clock.advance(60_000);
    await source.read();
    expect(await source.read()).toMatchObject({ ok: true, channels: { gridPowerW: 100, pvPowerW: 2_300 } });
  });

  it("lives on without what is missing when that is not even refused any more", async () => {
    const served = await serve(bankOf({ 5: [2_000, 0, 0, 300, 0, 700, 2], 50: [64] }));
    const { source, clock } = sourceOf(served, profile);
    await source.read();
    served.intercept = ({ address }) => (address === 0 ? { exception: 4 } : undefined);
    await clock.advance(60_000);
    for (let count = 0; count < 2; count++) {
      expect(await source.read()).toMatchObject({ ok: true, channels: { pvPowerW: 2_300 } });
    }
  });

  it("says so when the device has none of its registers", async () => {
    const { source } = sourceOf(await serve(bankOf({})), profile);
    expect(await source.read()).toMatchObject({ ok: false, fault: { kind: "protocol" } });
  });

  it("takes power that is marked as missing at night for 0 W of PV, and for nothing else", async () => {
    const asleep = { 0: [0x8000, 0, 0, 0, 0, 0xffff, 0, 0, 0xffff, 0, 0xffff, 0], 50: [0xffff] };
    const { source } = sourceOf(await serve(bankOf(asleep)), profile);
    const reading = await source.read();
    expect(reading.ok && reading.channels).toEqual({ pvPowerW: 0 });
  });

  it("reads slow values seldom, and drops them when they stay away", async () => {
    const served = await serve(bankOf(whole));
    const { source, clock } = sourceOf(served, profile);
    const socOf = async () => {
      const reading = await source.read();
      return reading.ok ? reading.channels.batterySocPct : "lost";
    };
    expect(await socOf()).toBe(64);
    served.intercept = ({ address }) => (address === 50 ? { exception: 4 } : undefined);
    await clock.advance(19_000);
    expect(await socOf()).toBe(64);
    expect(served.requests.filter(({ address }) => address === 50)).toHaveLength(1);
    await clock.advance(1_000);
    expect(await socOf()).toBe(64);
    expect(served.requests.filter(({ address }) => address === 50)).toHaveLength(2);
    await clock.advance(41_000);
    expect(await socOf()).toBeUndefined();
  });

  it("is silent as long as its most urgent block is, and asks for it each time", async () => {
    const served = await serve(bankOf(whole));
    const { source } = sourceOf(served, profile);
    served.intercept = () => ({ exception: 4 });
    for (let count = 0; count < 2; count++) {
      expect(await source.read()).toMatchObject({ ok: false, fault: { kind: "refused", code: 4 } });
    }
    served.intercept = () => undefined;
    expect(await source.read()).toMatchObject({ ok: true });
  });

  it("gives equal stamps for equal registers only", async () => {
    const served = await serve(bankOf(whole));
    const { source } = sourceOf(served, profile);
    const stamp = async () => {
      const reading = await source.read();
      return reading.ok ? reading.stamp : undefined;
    };
    const first = await stamp();
    expect(await stamp()).toBe(first);
    served.bank = bankOf({ ...whole, 0: [101, 0, 0, 0, 0, 2_000, 0, 0, 300, 0, 700, 2] });
    expect(await stamp()).not.toBe(first);
  });

  it("looks for all registers again after the device was away for long", async () => {
    const served = await serve(bankOf({ 0: [100], 5: [2_000], 10: [700, 2], 50: [64] }));
    const { source, clock } = sourceOf(served, profile);
    expect(await source.read()).toMatchObject({ ok: true });
    served.intercept = () => ({ exception: 11 });
    expect(await source.read()).toMatchObject({ ok: false, fault: { kind: "unreachable" } });
    await clock.advance(601_000);
    served.intercept = () => undefined;
    served.bank = bankOf(whole);
    await eventually(async () => {
      const reading = await source.read();
      return reading.ok && reading.channels.pvPowerW === 2_300;
    });
  });
});
