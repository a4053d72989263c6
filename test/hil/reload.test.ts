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

describe("SIGHUP", { timeout: 90_000 }, () => {
  it(
    "takes up a changed config without the process ending, and the car goes on charging",
    whileCharging(async (bench, daemon) => {
      const before = bench.history.mark();
      configureMaximum(bench, 9);
      daemon.kill("SIGHUP");
      await bench.unhurried(() => bench.offers(9, 120));
      await bench.within(60, () => daemon.messages().includes("config reloaded"));
      expect(daemon.isRunning).toBe(true);
      expect(bench.history.lowestSinceA(before)).toBeGreaterThanOrEqual(6);
    }),
  );
});
