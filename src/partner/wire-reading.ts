import { z } from "zod";

const LONGEST_LIST = 100;

/** The items that `item` can read, up to `longest`; the others are lost, not the whole list. */
export function readableItems<T>(item: z.ZodType<T>, longest = LONGEST_LIST) {
  return z.array(z.unknown()).transform((items) =>
    items.slice(0, longest).flatMap((candidate) => {
      const parsed = item.safeParse(candidate);
      return parsed.success ? [parsed.data] : [];
    }),
  );
}

/** As `readableItems`; what is no list at all counts as an empty one. */
export function readable<T>(item: z.ZodType<T>, longest = LONGEST_LIST) {
  return z
    .array(z.unknown())
    .catch([])
    .transform((items) => readableItems(item, longest).parse(items));
}

/** Absent, null and unreadable are all "not known". */
export function optional<T>(schema: z.ZodType<T>) {
  return schema.optional().catch(undefined);
}

/** Enum members that are announced as growing stay plain strings: an unknown one is data, not an error. */
export const code = z.string();

/** A text that some versions of the API send as a number, e.g. `zip_code`. */
export const looseText = z.union([z.string(), z.number().transform(String)]);
