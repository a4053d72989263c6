import { readFileSync } from "node:fs";
import { parse } from "csv-parse/sync";
import {
  createEnergyContract,
  type EnergyContract,
  energyContractCreateSchema,
  listEnergyContracts,
} from "../../partner/energy-contracts.ts";
import { EXIT } from "../../service/exit-codes.ts";
import type { Command } from "../command.ts";
import { fieldOptions, fieldProblems, givenFields } from "./field-options.ts";
import { type Column, outputOptions, printRecord, printRows } from "./output.ts";
import type { Outcome } from "./profile.ts";
import { failed, misused, sessionOptions, withPartner } from "./session.ts";

const columns: readonly Column<EnergyContract>[] = [
  { title: "id", cell: ({ id }) => id },
  { title: "type", cell: ({ energy_contract_type }) => energy_contract_type },
  { title: "supplier", cell: ({ supplier }) => supplier },
  { title: "currency", cell: ({ currency_energy_price }) => currency_energy_price },
  { title: "prices", cell: ({ energy_prices }) => energy_prices.length },
  { title: "building", cell: ({ building }) => building },
];

const fieldsSchema = energyContractCreateSchema.omit({ energy_prices: true });

export const contractsListCommand: Command = {
  options: { ...outputOptions, ...sessionOptions },
  positionals: { usage: "USER_ID", min: 1, max: 1 },
  example: "hems-edge partner contracts list USER_ID",
  run: (input) =>
    withPartner(input, async ({ api }) => {
      const contracts = await api.call(listEnergyContracts(input.positionals[0] ?? ""));
      if (!contracts.ok) return failed(input, contracts.error);
      printRows(input, contracts.value, columns);
      return EXIT.ok;
    }),
};

export const contractsAddCommand: Command = {
  options: {
    ...fieldOptions(fieldsSchema),
    prices: {
      summary: "CSV file with timestamp (ISO 8601) and price (currency per kWh).",
      placeholder: "FILE",
    },
    json: { summary: "Print JSON." },
    ...sessionOptions,
  },
  positionals: { usage: "USER_ID", min: 1, max: 1 },
  example:
    "hems-edge partner contracts add USER_ID --energy-contract-type spot_hourly --currency-energy-price EUR",
  async run(input) {
    const prices = pricesOf(input.texts.prices);
    if (!prices.ok) return misused(input, prices.detail);
    const contract = energyContractCreateSchema.safeParse({
      ...givenFields(fieldsSchema, input),
      energy_prices: prices.value,
    });
    if (!contract.success) return misused(input, fieldProblems(contract.error));
    const [userId = ""] = input.positionals;
    return withPartner(input, async ({ write }) => {
      const created = await write(createEnergyContract(userId, contract.data), {
        action: "contracts.add",
        target: userId,
        after: { ...contract.data, energy_prices: contract.data.energy_prices.length },
      });
      if (!created.ok) return failed(input, created.error);
      printRecord(input, created.value);
      return EXIT.ok;
    });
  },
};

/** An empty cell is no price of 0; what is none is left for the schema to say. */
function priceOf(text: string | undefined): number | undefined {
  return text === undefined || text === "" ? undefined : Number(text);
}

function pricesOf(path: string | undefined): Outcome<readonly object[]> {
  if (path === undefined) return { ok: true, value: [] };
  try {
    const rows: readonly Readonly<Record<string, string>>[] = parse(readFileSync(path), {
      columns: true,
      bom: true,
      skip_empty_lines: true,
      trim: true,
    });
    return { ok: true, value: rows.map(({ timestamp, price }) => ({ timestamp, price: priceOf(price) })) };
  } catch (error) {
    return { ok: false, detail: `${path}: ${error instanceof Error ? error.message : "cannot be read"}` };
  }
}
