import { z } from "zod";
import { getCall, type PartnerCall, postCall, putCall, userPath } from "./partner-call.ts";
import { addressReading, addressSending, withCountry } from "./postal-address.ts";
import { code, looseText, optional, readableItems } from "./wire-reading.ts";

export const USER_ROLES = ["admin", "staff", "user"] as const;

/** The largest organisation whose list is read whole. */
const MOST_USERS = 100_000;
const LONGEST_TEXT = 100;

const text = z.string().min(1).max(LONGEST_TEXT);

/** A user as we read it. `country` is filled from its other name, `country_iso2`; unknown fields stay. */
export const userSchema = z
  .looseObject({
    id: z.string().min(1),
    external_user_id: optional(looseText),
    role: optional(code),
    email: optional(z.string()),
    first_name: optional(z.string()),
    last_name: optional(z.string()),
    ...addressReading,
    latitude: optional(z.number()),
    longitude: optional(z.number()),
    location_last_updated: optional(z.string()),
    deleted_at: optional(z.string()),
  })
  .transform(withCountry);

export type PartnerUser = z.infer<typeof userSchema>;

const userFields = {
  external_user_id: text.exactOptional(),
  first_name: text.exactOptional(),
  last_name: text.exactOptional(),
  ...addressSending,
  latitude: z.number().min(-90).max(90).exactOptional(),
  longitude: z.number().min(-180).max(180).exactOptional(),
};

/** A new user as we send it: role and e-mail are required, null is never sent. */
export const userCreateSchema = z.strictObject({
  role: z.enum(USER_ROLES),
  email: z.email(),
  ...userFields,
});
export type UserCreate = z.infer<typeof userCreateSchema>;

/** A change of a user as we send it: at least one field, only the ones that are meant to change, never null. */
export const userUpdateSchema = z
  .strictObject({ role: z.enum(USER_ROLES).exactOptional(), email: z.email().exactOptional(), ...userFields })
  .refine((update) => Object.keys(update).length > 0, "nothing to change");
export type UserUpdate = z.infer<typeof userUpdateSchema>;

const USERS = "/org/{org_id}/users";

/** All users of the organisation; the API filters nothing. */
export function listUsers(options: { readonly includeDeleted?: boolean } = {}): PartnerCall<PartnerUser[]> {
  return getCall(USERS, readableItems(userSchema, MOST_USERS), { include_deleted: options.includeDeleted });
}

export function createUser(user: UserCreate): PartnerCall<PartnerUser> {
  return postCall(USERS, { value: user, schema: userCreateSchema }, userSchema);
}

export function getUser(userId: string): PartnerCall<PartnerUser> {
  return getCall(userPath(userId), userSchema);
}

export function updateUser(userId: string, update: UserUpdate): PartnerCall<PartnerUser> {
  return putCall(userPath(userId), { value: update, schema: userUpdateSchema }, userSchema);
}
