import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { type Bench, whileCharging } from "./support/bench.ts";

/** Writes the bench's config again with another maximum for the wallbox. */
function configureMaximum(bench: Bench, maxCurrentA: number | string): void {
  const config = parse(readFileSync(bench.configPath, "utf8"));
  config.wallbox.max_current_a = maxCurrentA;
  writeFileSync(bench.configPath, stringify(config), { mode: 0o600 });
}

/** The car draws what it is offered, and both meters show it. */
async function settled(bench: Bench): Promise<void> {
  await bench.pass(60);
  await bench.offers(11, 120);
  await bench.says("following_surplus", 120);
}

describe("SIGHUP", { timeout: 90_000 }, () => {
  it(
    "takes up a changed config without the process ending, and the car goes on charging",
    whileCharging(async (bench, daemon) => {
      await settled(bench);
      const before = bench.history.mark();
      configureMaximum(bench, 9);
      daemon.kill("SIGHUP");
      await bench.unhurried(() => bench.offers(9, 120));
      await bench.within(60, () => daemon.messages().includes("config reloaded"));
      expect(daemon.isRunning).toBe(true);
      expect(bench.history.lowestSinceA(before)).toBeGreaterThanOrEqual(6);
    }),
  );

  it(
    "F14: a bad config changes nothing and is reported",
    whileCharging(async (bench, daemon) => {
      await settled(bench);
      configureMaximum(bench, "plenty");
      const before = bench.history.mark();
      daemon.kill("SIGHUP");
      await bench.within(60, () => daemon.messages().includes("config not reloaded: the old one stays"));
      await bench.pass(60);
      expect(daemon.isRunning).toBe(true);
      expect(bench.history.lowestSinceA(before)).toBe(11);
      await bench.says("following_surplus", 60);
    }),
  );
});
