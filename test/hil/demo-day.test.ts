import { expect, it } from "vitest";
import { spawnProgram } from "./support/daemon-process.ts";

it("charges the car with at least 31 kWh of sun, 90 % of it all, on the default day", {
  timeout: 170_000,
}, async () => {
  const demo = spawnProgram(["demo", "--once", "--json", "--port", "0"]);
  expect(await demo.ended).toEqual({ code: 0, signal: null });
  expect(demo.errorText()).toBe("");
  const summary = JSON.parse(demo.messages().join("\n"));
  expect(summary.day).toBe("2022-03-19_golden_clear");
  expect(summary.solar_kwh).toBeGreaterThanOrEqual(31);
  expect(summary.share_pct).toBeGreaterThanOrEqual(90);
});
