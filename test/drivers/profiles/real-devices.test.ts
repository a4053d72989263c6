import { describe, expect, it } from "vitest";
import { loadProfile, PROFILE_NAMES } from "../../../drivers/profiles/catalogue.ts";
import { fixtureBank, labBanks, modbusProfile, serve, sourceOf } from "./support.ts";

const shipped = PROFILE_NAMES.flatMap((name) => {
  const profile = loadProfile(name);
  if (profile.protocol !== "modbus") return [];
  return profile.fixtures.map(({ dump, expect: expected }) => ({ name, dump, expected }));
});

/** What the Sungrow dumps hold, as far as their owner told it or the balance proves it. */
const SUNGROW: Readonly<Record<string, object>> = {
  "sungrow-dump-master-charging.json": {
    pvPowerW: 629,
    gridPowerW: 138,
    batteryPowerW: -711,
    batterySocPct: 31.5,
  },
  "sungrow-dump-master-winets.json": {
    pvPowerW: 149,
    gridPowerW: 11,
    batteryPowerW: 1_920,
    batterySocPct: 0,
  },
};

describe("registers of real devices, read over TCP", () => {
  it.each(shipped)("$dump decodes by $name to what its owner saw", async ({ name, dump, expected }) => {
    const { source } = sourceOf(await serve(fixtureBank(dump)), modbusProfile(name));
    expect(await source.read()).toMatchObject({ ok: true, channels: expected });
  });

  it("there are fixtures of at least four devices", () => {
    expect(new Set(shipped.map(({ dump }) => dump)).size).toBeGreaterThanOrEqual(4);
  });

  const lab = labBanks("sungrow").filter(([file]) => SUNGROW[file] !== undefined);
  for (const [file, bank] of lab) {
    it(`${file} decodes to its known values, and balances to the watt`, async () => {
      const { source } = sourceOf(await serve(bank), modbusProfile("sungrow-sh"));
      const reading = await source.read();
      expect(reading).toMatchObject({ ok: true, channels: SUNGROW[file] });
      const loadW = loadOf(bank);
      if (!reading.ok) throw new Error("no reading");
      const { pvPowerW = 0, gridPowerW = 0, batteryPowerW = 0 } = reading.channels;
      expect(pvPowerW + gridPowerW + batteryPowerW).toBe(loadW);
    });
  }
});

/** "Load power" of the inverter itself, i32 with the low word first. */
function loadOf(bank: ReturnType<typeof fixtureBank>): number {
  const [low = 0, high = 0] = [bank.word(1, 4, 13_007), bank.word(1, 4, 13_008)];
  return ((high << 16) | low) >> 0;
}
