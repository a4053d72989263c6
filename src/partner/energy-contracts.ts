import { z } from "zod";
import { getCall, type PartnerCall, postCall, userPath } from "./partner-call.ts";
import { code, optional, readable, readableItems } from "./wire-reading.ts";

export const CONTRACT_TYPES = ["spot_hourly", "monthly", "yearly"] as const;

const MOST_PRICES = 10_000;

const priceSchema = z.looseObject({ price: z.number(), timestamp: z.string() });

/** A contract as we read it. Its prices and building are filled from their older names. */
export const energyContractSchema = z
  .looseObject({
    id: optional(z.string()),
    energy_contract_type: optional(code),
    energy_prices: readable(priceSchema, MOST_PRICES),
    energy_price: readable(priceSchema, MOST_PRICES),
    building: optional(z.string()),
    building_id: optional(z.string()),
    meter_id: optional(z.string()),
    supplier: optional(z.string()),
    currency_energy_price: optional(z.string()),
    energy_price_includes_external_components: optional(z.boolean()),
  })
  .transform(({ energy_price, ...contract }) => ({
    ...contract,
    energy_prices: contract.energy_prices.length > 0 ? contract.energy_prices : energy_price,
    building: contract.building ?? contract.building_id,
  }));

export type EnergyContract = z.infer<typeof energyContractSchema>;

/** Currency per kWh. */
const priceToSendSchema = z.strictObject({
  price: z.number().min(-100).max(100),
  timestamp: z.iso.datetime({ offset: true }),
});

export const energyContractCreateSchema = z.strictObject({
  energy_contract_type: z.enum(CONTRACT_TYPES).exactOptional(),
  energy_prices: z.array(priceToSendSchema).max(MOST_PRICES),
  building_id: z.uuid().exactOptional(),
  meter_id: z.string().min(1).max(19).exactOptional(),
  supplier: z.string().min(1).max(100).exactOptional(),
  currency_energy_price: z
    .string()
    .regex(/^[A-Z]{3}$/, "takes three capital letters, e.g. EUR")
    .exactOptional(),
  energy_price_includes_external_components: z.boolean().exactOptional(),
});
export type EnergyContractCreate = z.infer<typeof energyContractCreateSchema>;

export function createEnergyContract(
  userId: string,
  contract: EnergyContractCreate,
): PartnerCall<EnergyContract> {
  const body = { value: contract, schema: energyContractCreateSchema };
  return postCall(userPath(userId, "energy-contracts"), body, energyContractSchema);
}

/** Not in the published reference: expect `not_found` or `method_not_allowed`. */
export function listEnergyContracts(userId: string): PartnerCall<EnergyContract[]> {
  return getCall(userPath(userId, "energy-contracts"), readableItems(energyContractSchema));
}
