import { z } from "zod";
import { getCall, type PartnerCall, postCall, putCall, userPath } from "./partner-call.ts";
import { addressReading, addressSending, withCountry } from "./postal-address.ts";
import { code, looseText, optional, readableItems } from "./wire-reading.ts";

/** Those that are published; the API may know more. */
export const PROPERTY_TYPES = [
  "Detached",
  "Semi-detached",
  "Bungalow",
  "Terraced",
  "End-terrace",
  "Flat",
] as const;

const MOST_BUILDINGS = 1_000;

/** A building as we read it. `country` is filled from its other name, `country_iso2`; unknown fields stay. */
export const buildingSchema = z
  .looseObject({
    id: z.string().min(1),
    name: optional(z.string()),
    property_type: optional(code),
    occupant_type: optional(code),
    space_heating: optional(code),
    water_heating: optional(code),
    property_size_m2: optional(z.number()),
    property_age: optional(looseText),
    num_occupants: optional(z.number()),
    photovoltaic: optional(z.boolean()),
    ...addressReading,
  })
  .transform(withCountry);

export type PartnerBuilding = z.infer<typeof buildingSchema>;

const name = z.string().min(1).max(100);
const choice = z.string().min(1).max(50).exactOptional();

const buildingFields = {
  property_type: z.enum(PROPERTY_TYPES).exactOptional(),
  occupant_type: choice,
  space_heating: choice,
  water_heating: choice,
  property_size_m2: z.int().min(1).max(1_000_000).exactOptional(),
  property_age: z.int().min(0).max(2_000).exactOptional(),
  num_occupants: z.int().min(0).max(10_000).exactOptional(),
  photovoltaic: z.boolean().exactOptional(),
  ...addressSending,
};

export const buildingCreateSchema = z.strictObject({ name, ...buildingFields });
export type BuildingCreate = z.infer<typeof buildingCreateSchema>;

export const buildingUpdateSchema = z
  .strictObject({ name: name.exactOptional(), ...buildingFields })
  .refine((update) => Object.keys(update).length > 0, "nothing to change");
export type BuildingUpdate = z.infer<typeof buildingUpdateSchema>;

/** The list is not in the published reference, but follows from its other addresses: expect `not_found`. */
export function listBuildings(userId: string): PartnerCall<PartnerBuilding[]> {
  return getCall(userPath(userId, "buildings"), readableItems(buildingSchema, MOST_BUILDINGS));
}

export function createBuilding(userId: string, building: BuildingCreate): PartnerCall<PartnerBuilding> {
  return postCall(
    userPath(userId, "buildings"),
    { value: building, schema: buildingCreateSchema },
    buildingSchema,
  );
}

export function getBuilding(userId: string, buildingId: string): PartnerCall<PartnerBuilding> {
  return getCall(userPath(userId, "buildings", buildingId), buildingSchema);
}

export function updateBuilding(
  userId: string,
  buildingId: string,
  update: BuildingUpdate,
): PartnerCall<PartnerBuilding> {
  const body = { value: update, schema: buildingUpdateSchema };
  return putCall(userPath(userId, "buildings", buildingId), body, buildingSchema);
}
