import { describe, expect, it } from "vitest";
import { planFindings } from "../../src/config/plan-checks.ts";
import { chargePlanSchema, pricesSchema } from "../../src/config/price-schema.ts";

describe("prices and charge plan in the config", () => {
  it("refuse a price topic without a broker", () => {
    const prices = pricesSchema.parse({ source: { type: "mqtt", topic: "prices" } });
    expect(planFindings({ prices, chargePlan: undefined, hasMqtt: true })).toEqual([]);
    expect(planFindings({ prices, chargePlan: undefined, hasMqtt: false })).toMatchObject([
      { at: ["prices", "source", "type"] },
    ]);
  });

  it("refuse a state of charge for a battery of unknown size", () => {
    const plan = { target_soc_pct: 80, days: { fri: { charge_deadline: "07:00", charge_percentage: 100 } } };
    const places = (given: object) =>
      planFindings({ prices: undefined, chargePlan: chargePlanSchema.parse(given), hasMqtt: false }).map(
        ({ at }) => at.join("."),
      );
    expect(places(plan)).toEqual(["charge_plan.target_soc_pct", "charge_plan.days.fri.charge_percentage"]);
    expect(places({ ...plan, car_battery_kwh: 60 })).toEqual([]);
  });

  it.each(["24:00", "7:00", "noon"])("refuse %s as a deadline", (deadline) => {
    expect(chargePlanSchema.safeParse({ deadline }).success).toBe(false);
  });
});
