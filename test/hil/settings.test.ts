import { describe, expect, it } from "vitest";
import { type Bench, onBench } from "./support/bench.ts";
import { constantTrace } from "./support/constant-trace.ts";

/** 4000 W of surplus are enough for 6 A on three phases only with the import that is allowed here. */
const TRACE = constantTrace({ pvW: 4_500, loadW: 500 });
const ENOUGH = { hems_min_export_to_start_w: 3_900, hems_max_import_before_stopping_w: 300 };
const TOO_STRICT = { hems_min_export_to_start_w: 4_500, hems_max_import_before_stopping_w: 0 };

const onHazyBench = (test: (bench: Bench) => Promise<void>) =>
  onBench({ trace: TRACE, thresholds: ENOUGH }, async (bench) => {
    bench.startDaemon();
    await bench.offers(6, 300);
    await test(bench);
  });

describe("what the user chooses in the partner's app", { timeout: 90_000 }, () => {
  it(
    "stops charging by thresholds that the sun does not meet, and starts it by ones that it does",
    onHazyBench(async (bench) => {
      await bench.says("following_surplus", 120);
      expect(bench.site.partner.setThresholds(TOO_STRICT)).toEqual({ ok: true });
      await bench.offers(0, 300);
      await bench.says("waiting_for_surplus", 60);
      expect((await bench.state())?.state.thresholds.hems_min_export_to_start_w).toBe(4_500);
      await bench.within(200, () => bench.site.partner.lastStatus()?.ux_phase === "paused");

      expect(bench.site.partner.setThresholds(ENOUGH)).toEqual({ ok: true });
      await bench.offers(6, 300);
      await bench.says("following_surplus", 120);
      await bench.within(200, () => bench.site.partner.lastStatus()?.ux_phase === "active");
    }),
  );

  it(
    "charges with the configured maximum in mode none, and by the sun again in mode hems",
    onHazyBench(async (bench) => {
      expect(bench.site.partner.setMode("none")).toEqual({ ok: true });
      await bench.offers(16, 200);
      await bench.says("unsteered", 60);
      await bench.within(200, () => bench.site.partner.lastStatus()?.ux_phase === "off");

      expect(bench.site.partner.setMode("hems")).toEqual({ ok: true });
      await bench.within(200, () => bench.site.house.evse.offeredCurrentA < 16);
      const steered = bench.history.mark();
      await bench.offers(6, 400);
      expect(bench.history.highestSinceA(steered)).toBeLessThanOrEqual(6);
    }),
  );

  it(
    "is told when somebody in the house chooses another mode",
    onHazyBench(async (bench) => {
      const response = await fetch(`http://127.0.0.1:${bench.ports.page}/api/mode`, {
        method: "PUT",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ mode: "none" }),
      });
      expect(response.status).toBe(204);
      await bench.within(120, () => bench.site.partner.config().smart_charging_mode === "none");
      await bench.offers(16, 200);
    }),
  );
});
