import { describe, expect, it } from "vitest";
import { type Bench, whileCharging } from "./support/bench.ts";

const profileWrites = ({ wallbox }: Bench) => wallbox.counters().setChargingProfile ?? 0;

describe("a wallbox that is lost while the car charges", { timeout: 90_000 }, () => {
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
