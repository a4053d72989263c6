import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SIMULATED_ORG_ID, SIMULATED_USER_ID } from "../../simulator/partner/partner-server.ts";
import { chargingConfigSchema } from "../../src/partner/charging-config.ts";
import { createPartnerClient } from "../../src/partner/partner-client.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { silentLog } from "../support/silent-log.ts";
import { mutatedBody } from "./mutated-body.ts";
import { USER_LOGIN } from "./partner-fixture.ts";

const GOOD = {
  smart_charging_mode: "hems",
  mode_conflict: false,
  config_divergence: false,
  devices: [
    {
      device_id: "6f1c1a52-9d0e-4c57-8a9e-4f6f5e0f2b11",
      device_type: "wallbox",
      smart_charging_mode: "hems",
      is_primary_actuator: true,
    },
  ],
  available_modes: [{ mode: "hems", available: true, reasons: [] as string[] }],
  hems_eligible: true,
  hems_ineligible_reasons: [] as string[],
  thresholds: {
    hems_min_export_to_start_w: 1_500,
    hems_max_import_before_stopping_w: 200,
    min_band_w: 1_380,
  },
  health_warning: null,
  status: {
    ux_phase: "idle",
    mechanism: null,
    charge_power_w: 0,
    boost: "available",
    solar_kwh_today: 1.5,
    as_of: "2022-03-19T12:00:00Z",
  },
};
const KEYS = Object.keys(GOOD) as (keyof typeof GOOD)[];
const ESSENTIAL = ["smart_charging_mode"];

function without(key: string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(GOOD).filter(([name]) => name !== key));
}

describe("what is read of a charging-config", () => {
  it.each(KEYS.filter((key) => !ESSENTIAL.includes(key)))("survives without %s", (key) => {
    expect(chargingConfigSchema.parse(without(key)).smart_charging_mode).toBe("hems");
  });

  it.each(KEYS.filter((key) => !ESSENTIAL.includes(key) && key !== "thresholds"))(
    "survives nonsense in %s",
    (key) => {
      const parsed = chargingConfigSchema.parse({ ...GOOD, [key]: { nonsense: [1] } });
      expect(parsed.thresholds).toEqual(GOOD.thresholds);
    },
  );

  it("is nothing without a mode", () => {
    expect(chargingConfigSchema.safeParse(without("smart_charging_mode")).success).toBe(false);
  });

  it.each([
    ["text", { ...GOOD.thresholds, hems_min_export_to_start_w: "1500" }],
    ["a missing half", { hems_min_export_to_start_w: 1_500 }],
    ["a negative value", { ...GOOD.thresholds, hems_max_import_before_stopping_w: -1 }],
    ["a value beyond the range", { ...GOOD.thresholds, hems_min_export_to_start_w: 50_001 }],
    ["a list", []],
  ])("is nothing when the thresholds are %s, so that the last good ones stay", (_name, thresholds) => {
    expect(chargingConfigSchema.safeParse({ ...GOOD, thresholds }).success).toBe(false);
  });

  it("keeps members of enumerations that a later version adds", () => {
    const parsed = chargingConfigSchema.parse({
      ...GOOD,
      smart_charging_mode: "vehicle_to_grid",
      available_modes: [{ mode: "vehicle_to_grid", available: false, reasons: ["no_permit"] }],
      hems_ineligible_reasons: ["moon_phase"],
      health_warning: { code: "meteor", since: null },
      status: { ...GOOD.status, ux_phase: "dreaming" },
    });
    expect(parsed).toMatchObject({
      smart_charging_mode: "vehicle_to_grid",
      available_modes: [{ mode: "vehicle_to_grid", reasons: ["no_permit"] }],
      hems_ineligible_reasons: ["moon_phase"],
      health_warning: { code: "meteor" },
      status: { ux_phase: "dreaming" },
    });
  });

  it("loses a device it cannot read, not the others", () => {
    const parsed = chargingConfigSchema.parse({ ...GOOD, devices: [7, ...GOOD.devices, null] });
    expect(parsed.devices).toHaveLength(1);
  });

  it("is bounded", () => {
    const parsed = chargingConfigSchema.parse({
      ...GOOD,
      hems_ineligible_reasons: Array(5_000).fill("no_ev"),
    });
    expect(parsed.hems_ineligible_reasons).toHaveLength(100);
  });
});

describe("the reader", () => {
  it("never throws and never lets an illegal threshold through, whatever the body is", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          { weight: 4, arbitrary: mutatedBody(GOOD) },
          fc.json(),
          fc.string(),
          fc.constant("[".repeat(100_000)),
        ),
        async (body) => {
          const client = createPartnerClient(
            {
              baseUrl: "http://127.0.0.1:1",
              tokenUrl: undefined,
              orgId: SIMULATED_ORG_ID,
              userId: SIMULATED_USER_ID,
              auth: USER_LOGIN,
              timeoutMs: 1_000,
              statusUrl: undefined,
            },
            {
              clock: createManualClock(),
              log: silentLog,
              fetch: async (_url, init) =>
                new Response(init?.method === "POST" ? '{"access_token":"t","expires_in":60}' : body),
            },
          );
          const result = await client.getChargingConfig();
          if (!result.ok) {
            expect(result.error.kind).toBe("malformed");
            return;
          }
          const { thresholds } = result.value;
          if (thresholds === null) return;
          for (const watts of [
            thresholds.hems_min_export_to_start_w,
            thresholds.hems_max_import_before_stopping_w,
          ]) {
            expect(Number.isInteger(watts) && watts >= 0 && watts <= 50_000).toBe(true);
          }
        },
      ),
      { numRuns: 1_000 },
    );
  });
});
