import { DEVICE_KINDS } from "../../partner/device-kind.ts";
import { EXIT } from "../../service/exit-codes.ts";
import type { Command } from "../command.ts";
import { getHousehold, type Household } from "./household.ts";
import { printRecord } from "./output.ts";
import { consumptionKwh } from "./scenarios.ts";
import { failed, sessionOptions, withPartner } from "./session.ts";

export const summaryCommand: Command = {
  options: { json: { summary: "Print JSON." }, ...sessionOptions },
  positionals: { usage: "USER_ID", min: 1, max: 1 },
  example: "hems-edge partner users summary 497f6eca-6276-4993-bfeb-53cbbbba6f08",
  run: (input) =>
    withPartner(input, async ({ api }) => {
      const household = await getHousehold(api, input.positionals[0] ?? "");
      if (!household.ok) return failed(input, household.error);
      const summary = summaryOf(household.value);
      printRecord(input, summary, summaryLines(summary));
      return EXIT.ok;
    }),
};

export function summaryOf(household: Household) {
  const { user, devices, buildings, contract } = household;
  const name = [user.first_name, user.last_name].filter((part) => part !== undefined).join(" ");
  const place = [user.town, user.country].filter((part) => part !== undefined).join(", ");
  return {
    user: { id: user.id, email: user.email, name, external_user_id: user.external_user_id, location: place },
    devices: {
      total: devices.length,
      optimised: devices.filter(({ device }) => device.is_smart_optimization_active === true).length,
      not_connected: devices.filter(({ device }) => device.is_authenticated === false).length,
      by_type: Object.fromEntries(
        DEVICE_KINDS.map((kind) => [kind, devices.filter((owned) => owned.kind === kind).length]),
      ),
    },
    buildings: buildings.length,
    energy_contract: contract,
    consumption: {
      last_day_kwh: rounded(consumptionKwh(household, "consumption_last_day_kwh")),
      last_month_kwh: rounded(consumptionKwh(household, "consumption_last_month_kwh")),
    },
  };
}

function summaryLines(summary: ReturnType<typeof summaryOf>): readonly string[] {
  const { user, devices, consumption } = summary;
  const types = Object.entries(devices.by_type)
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => `${count} ${kind.replaceAll("_", " ")}`);
  const kwh = (value: number | undefined) => (value === undefined ? "not told" : `${value} kWh`);
  return [
    `user          ${[user.name, user.email, user.location].filter(Boolean).join(", ")}`,
    `id            ${user.id}`,
    `external id   ${user.external_user_id ?? "none"}`,
    `devices       ${devices.total}${types.length > 0 ? `: ${types.join(", ")}` : ""}`,
    `optimised     ${devices.optimised} of ${devices.total}`,
    `not connected ${devices.not_connected}`,
    `buildings     ${summary.buildings}`,
    `contract      ${summary.energy_contract}`,
    `consumption   ${kwh(consumption.last_day_kwh)} last day, ${kwh(consumption.last_month_kwh)} last month`,
  ];
}

function rounded(value: number | undefined): number | undefined {
  return value === undefined ? undefined : Math.round(value * 100) / 100;
}
