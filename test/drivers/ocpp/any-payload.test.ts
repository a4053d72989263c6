import fc from "fast-check";
import { afterEach, expect, it } from "vitest";
import { admissibleCurrentA } from "../../../drivers/ocpp/admissible-current.ts";
import { INCOMING_ACTIONS } from "../../../drivers/ocpp/box-link.ts";
import { meterSamples } from "../../../drivers/ocpp/meter-values.ts";
import { createTestSite, type TestSite } from "./support/test-site.ts";

let site: TestSite | undefined;
afterEach(() => site?.close());

const fields = fc.constantFrom(
  "connectorId",
  "status",
  "timestamp",
  "transactionId",
  "meterStart",
  "meterValue",
  "sampledValue",
  "value",
  "measurand",
  "phase",
  "unit",
  "__proto__",
  "firmwareVersion",
);
const payloads = fc.dictionary(fields, fc.jsonValue({ maxDepth: 4 }), { maxKeys: 8 });

it("every action with any payload gets a CALLRESULT, and the driver stays sane", async () => {
  const running = await createTestSite();
  site = running;
  const box = await running.dial();
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...INCOMING_ACTIONS), payloads, async (action, payload) => {
      expect(await box.call(action, payload)).not.toHaveProperty("error");
      const { chargePowerW } = running.wallbox.sample();
      if (chargePowerW !== undefined) expect(chargePowerW.value).toBeGreaterThanOrEqual(0);
    }),
    { numRuns: 200 },
  );
});

it("no MeterValues message yields a power below zero or beyond reason", () => {
  const value = fc.oneof(fc.double(), fc.integer(), fc.string(), fc.double().map(String), fc.constant(null));
  const sampled = fc.record(
    {
      value,
      measurand: fc.constantFrom("Power.Active.Import", "Current.Import", "Voltage", "Current.Import.L2"),
      phase: fc.constantFrom("L1", "L2", "L3", "N", "L1-N", "L1-L2"),
      unit: fc.constantFrom("W", "kW", "A", "V", "", "Celsius"),
    },
    { requiredKeys: ["value"] },
  );
  fc.assert(
    fc.property(fc.array(sampled, { maxLength: 8 }), (sampledValue) => {
      const [sample] = meterSamples(
        { meterValue: [{ sampledValue }] },
        { phases: 3, maxCurrentA: 16, noteDeviation() {} },
      );
      const powerW = sample?.powerW;
      expect(powerW === undefined || (powerW >= 0 && powerW < 31_000)).toBe(true);
    }),
  );
});

it("no command becomes a limit between 0 and the minimum, above the maximum, or above what was asked", () => {
  const box = { minCurrentA: 6, maxCurrentA: 16, stepA: 0.1 };
  fc.assert(
    fc.property(fc.double(), fc.constantFrom(0.1, 1), (askedA, stepA) => {
      const limitA = admissibleCurrentA(askedA, { ...box, stepA });
      expect(limitA === 0 || (limitA >= 6 && limitA <= 16)).toBe(true);
      expect(limitA).toBeLessThanOrEqual(Math.max(0, Number.isNaN(askedA) ? 0 : askedA) + 1e-6);
    }),
  );
});
