import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Profile, profileSchema } from "./profile-schema.ts";

const FOLDER = join(import.meta.dirname, "devices");
const EXTENSION = ".json";

/** Names of all profiles: those of their files in `devices`, in alphabetical order. */
export const PROFILE_NAMES: readonly string[] = readdirSync(FOLDER)
  .filter((file) => file.endsWith(EXTENSION))
  .map((file) => file.slice(0, -EXTENSION.length))
  .sort();

const loaded = new Map<string, Profile>();

/** The profile of that name. Throws for a name that is not among `PROFILE_NAMES`, and for a profile with mistakes. */
export function loadProfile(name: string): Profile {
  const known = loaded.get(name);
  if (known !== undefined) return known;
  if (!PROFILE_NAMES.includes(name)) throw new Error(`there is no profile ${name}`);
  const profile = profileSchema.parse(JSON.parse(readFileSync(join(FOLDER, `${name}${EXTENSION}`), "utf8")));
  loaded.set(name, profile);
  return profile;
}
