import { describe, expect, it } from "vitest";
import { createModbusServer } from "../../simulator/modbus/modbus-server.ts";
import { type Bench, whileCharging } from "./support/bench.ts";

/** SunSpec's "not implemented" of a 16-bit signed point. */
const NOT_IMPLEMENTED = 0x8000;

const profileWrites = ({ wallbox }: Bench) => wallbox.counters().setChargingProfile ?? 0;

/** From now on until the box offers nothing, in seconds of the house. */
async function secondsUntilPaused(bench: Bench): Promise<number> {
  const lostMs = bench.site.house.nowMs;
  const lost = bench.history.mark();
  await bench.says("meter_lost", 90);
  await bench.offers(0, 90);
  expect(bench.history.highestSinceA(lost)).toBe(11);
  return (bench.site.house.nowMs - lostMs) / 1_000;
}

describe("a device that fails while the car charges", { timeout: 90_000 }, () => {
  it(
    "pauses about 30 s after the meter was pulled, and resumes when it has been good for 60 s",
    whileCharging(async (bench) => {
      await bench.site.pull("meter");
      const pausedAfterS = await secondsUntilPaused(bench);
      expect(pausedAfterS).toBeGreaterThan(25);
      expect(pausedAfterS).toBeLessThan(90);

      const pluggedMs = bench.site.house.nowMs;
      await bench.site.plug("meter");
      await bench.within(400, () => bench.site.house.evse.offeredCurrentA > 0);
      expect(bench.site.house.nowMs - pluggedMs).toBeGreaterThan(60_000);
      await bench.offers(11, 200);
      await bench.says("following_surplus", 120);
    }),
  );

  it(
    "pauses when the meter shows nothing but its not-implemented value",
    whileCharging(async (bench) => {
      await bench.site.pull("meter");
      const broken = createModbusServer({
        ...bench.site.meter.address(),
        respond: ({ count }) => new Array<number>(count).fill(NOT_IMPLEMENTED),
      });
      await broken.plug();
      await secondsUntilPaused(bench);
      await broken.close();
      await bench.site.plug("meter");
      await bench.offers(11, 500);
    }),
  );

  it(
    "gives the wallbox its limit again after a power cut, and never more than before",
    whileCharging(async (bench) => {
      const before = bench.history.mark();
      await bench.site.pull("wallbox");
      await bench.says("wallbox_disconnected", 120);
      await bench.pass(100);
      expect(bench.site.house.readings().chargePowerW).toBe(0);
      const writes = profileWrites(bench);

      await bench.site.plug("wallbox");
      await bench.within(400, () => profileWrites(bench) > writes);
      await bench.offers(11, 400);
      expect(bench.history.highestSinceA(before)).toBe(11);
    }),
  );

  it(
    "lets the wallbox fall to its floor while the network is away, and follows the sun again without a jump",
    whileCharging(async (bench) => {
      const before = bench.history.mark();
      const { transactionId } = bench.wallbox.state();
      bench.wallbox.cutLink();
      await bench.says("wallbox_disconnected", 120);
      await bench.offers(6, 120);
      const writes = profileWrites(bench);

      bench.wallbox.restoreLink();
      await bench.offers(11, 400);
      expect(profileWrites(bench)).toBeGreaterThan(writes);
      expect(bench.wallbox.state().transactionId).toBe(transactionId);
      expect(bench.history.highestSinceA(before)).toBe(11);
      expect(bench.history.lowestSinceA(before)).toBe(6);
    }),
  );

  it(
    "misses a wallbox whose connection stays half open, and takes it back on a new one",
    whileCharging(async (bench) => {
      const before = bench.history.mark();
      bench.wallbox.cutLink("silently");
      await bench.says("wallbox_disconnected", 200);
      bench.wallbox.restoreLink();
      await bench.within(200, async () => (await bench.state())?.wallbox.is_connected === true);
      await bench.offers(11, 400);
      expect(bench.history.highestSinceA(before)).toBe(11);
    }),
  );
});
