import type { Finding } from "./problem.ts";
import type { Config } from "./schema.ts";

/** What is wrong between prices, charge plan and the rest of the file. */
export function planFindings(parts: {
  readonly prices: Config["prices"];
  readonly chargePlan: Config["charge_plan"];
  readonly hasMqtt: boolean;
}): readonly Finding[] {
  return [...priceTopicWithoutBroker(parts), ...targetWithoutBattery(parts.chargePlan)];
}

function priceTopicWithoutBroker({
  prices,
  hasMqtt,
}: {
  readonly prices: Config["prices"];
  readonly hasMqtt: boolean;
}): readonly Finding[] {
  if (prices?.source.type !== "mqtt" || hasMqtt) return [];
  return [
    {
      at: ["prices", "source", "type"],
      problem: "is mqtt, but the file names no broker",
      remedy: "add the part mqtt with its url, or take prices from elsewhere",
    },
  ];
}

function targetWithoutBattery(plan: Config["charge_plan"]): readonly Finding[] {
  if (plan === undefined || plan.car_battery_kwh !== undefined) return [];
  const days = Object.entries(plan.days).filter(([, day]) => day?.charge_percentage !== undefined);
  const places = [
    ...(plan.target_soc_pct === undefined ? [] : [["charge_plan", "target_soc_pct"]]),
    ...days.map(([weekday]) => ["charge_plan", "days", weekday, "charge_percentage"]),
  ];
  return places.map((at) => ({
    at,
    problem: "aims at a state of charge of a battery whose size is not known",
    remedy: "add charge_plan.car_battery_kwh, or ask for an energy with energy_kwh",
  }));
}
