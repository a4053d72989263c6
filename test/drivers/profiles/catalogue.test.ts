import { describe, expect, it } from "vitest";
import { loadProfile, PROFILE_NAMES } from "../../../drivers/profiles/catalogue.ts";
import {
  type ModbusProfile,
  type Profile,
  profileRoles,
  profileSchema,
} from "../../../drivers/profiles/profile-schema.ts";
import { planReads } from "../../../drivers/profiles/read-plan.ts";
import { profileRegisters } from "../../../simulator/profile/profile-registers.ts";
import { profileOf, serve, sourceOf } from "./support.ts";

const all = PROFILE_NAMES.map((name) => [name, loadProfile(name)] as const);
const modbus = all.filter(
  (entry): entry is readonly [string, ModbusProfile] => entry[1].protocol === "modbus",
);

/** A house that exports at noon, and one that imports in the evening; multiples of 10 suit every scale. */
const NOON = {
  gridPowerW: -2_310,
  gridCurrentL1A: -4,
  gridCurrentL2A: -3,
  gridCurrentL3A: -2.5,
  pvPowerW: 6_360,
  batteryPowerW: -1_500,
  batterySocPct: 64,
};
const EVENING = {
  gridPowerW: 1_240,
  gridCurrentL1A: 2.5,
  gridCurrentL2A: 2,
  gridCurrentL3A: 1,
  pvPowerW: 0,
  batteryPowerW: 2_080,
  batterySocPct: 31,
};

function isMeter(profile: Profile): boolean {
  return profileRoles(profile).length === 1 && profileRoles(profile)[0] === "grid";
}

describe("the catalogue", () => {
  it("has at least 30 families of inverters and batteries, and 9 meters", () => {
    expect(all.filter(([, profile]) => !isMeter(profile)).length).toBeGreaterThanOrEqual(30);
    expect(all.filter(([, profile]) => isMeter(profile)).length).toBeGreaterThanOrEqual(9);
  });

  it.each(all)("%s names its sources, and says how sure it is", (_, { sources, maturity, ...rest }) => {
    expect(sources.length).toBeGreaterThan(0);
    if (maturity === "documented")
      expect(sources.length).toBeGreaterThanOrEqual(
        rest.protocol === "http" || rest.protocol === "mqtt" ? 1 : 2,
      );
  });

  it("refuses a name that it does not have", () => {
    expect(() => loadProfile("../catalogue")).toThrow("there is no profile");
  });
});

describe("a profile", () => {
  it.each<[string, object]>([
    ["an unknown key", { registers: {}, channels: {}, colour: "red" }],
    ["code", { registers: { w: { at: 1, type: "u16", scale: "x * 2" } }, channels: {} }],
    [
      "a channel without its register",
      { registers: {}, channels: { gridPowerW: { sum: [{ register: "w" }], poll: "fast" } } },
    ],
    [
      "a scale factor that is not described",
      { registers: { w: { at: 1, type: "i16", scaleRegister: "sf" } }, channels: {} },
    ],
    ["an address beyond the last", { registers: { w: { at: 65_536, type: "u16" } }, channels: {} }],
    ["no way to connect", { registers: {}, channels: {}, connection: { unit: 1 } }],
    ["no source", { registers: {}, channels: {}, sources: [] }],
  ])("with %s is refused", (_, parts) => {
    const sound = profileOf({ registers: {}, channels: {} });
    expect(profileSchema.safeParse({ ...sound, ...parts }).success).toBe(false);
  });
});

describe.each(modbus)("%s", (_, profile) => {
  it("is read in blocks that fit its limits and cross none of its holes", () => {
    for (const block of planReads(profile, profile.connection.unit, profileRoles(profile))) {
      expect(block.count).toBeLessThanOrEqual(profile.maxRegisters);
      expect(block.address + block.count).toBeLessThanOrEqual(65_536);
      for (const [first, last] of profile.holes) {
        expect(block.address > last || block.address + block.count <= first).toBe(true);
      }
    }
  });

  it.each([
    ["exports", NOON],
    ["imports", EVENING],
  ])("tells a house that %s with its signs, over TCP", async (_house, house) => {
    const { source } = sourceOf(await serve(profileRegisters(profile, house)), profile);
    const reading = await source.read();
    if (!reading.ok) throw new Error(reading.fault.detail);
    const roles = profileRoles(profile);
    expect(reading.channels.gridPowerW).toEqual(roles.includes("grid") ? house.gridPowerW : undefined);
    expect(reading.channels.pvPowerW).toEqual(roles.includes("pv") ? house.pvPowerW : undefined);
    expect(reading.channels.batteryPowerW).toEqual(
      roles.includes("battery") ? house.batteryPowerW : undefined,
    );
    const hasSoc = profile.channels.batterySocPct !== undefined;
    expect(reading.channels.batterySocPct).toEqual(hasSoc ? house.batterySocPct : undefined);
    const currentsA = reading.channels.gridPhaseCurrentsA;
    if (profile.channels.gridCurrentL1A === undefined) expect(currentsA).toBeUndefined();
    else
      expect(currentsA?.map((currentA) => Math.round(currentA * 10) / 10)).toEqual([
        house.gridCurrentL1A,
        house.gridCurrentL2A,
        house.gridCurrentL3A,
      ]);
  });
});
