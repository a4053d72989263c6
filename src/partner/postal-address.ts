import { z } from "zod";
import { looseText, optional } from "./wire-reading.ts";

const LONGEST_LINE = 100;
const LONGEST_ZIP = 20;

const line = z.string().min(1).max(LONGEST_LINE).exactOptional();

/** An address as we read it; the country has two names. */
export const addressReading = {
  street_and_number: optional(z.string()),
  street_add_info: optional(z.string()),
  zip_code: optional(looseText),
  town: optional(z.string()),
  country: optional(z.string()),
  country_iso2: optional(z.string()),
};

/** An address as we send it. */
export const addressSending = {
  street_and_number: line,
  street_add_info: line,
  zip_code: z.string().min(1).max(LONGEST_ZIP).exactOptional(),
  town: line,
  country: z
    .string()
    .regex(/^[A-Z]{2}$/, "takes two capital letters, e.g. DE")
    .exactOptional(),
};

/** Fills `country` from its other name. */
export function withCountry<
  T extends { readonly country?: string | undefined; readonly country_iso2?: string | undefined },
>(record: T) {
  return { ...record, country: record.country ?? record.country_iso2 };
}
