import { readFileSync } from "node:fs";
import { z } from "zod";
import { seededId, type UserSeed } from "../../../simulator/partner/seed.ts";
import { WIRE_MODES } from "../../../simulator/partner/wire.ts";
import { DEVICE_KINDS } from "../../../simulator/partner/wire-devices.ts";

const fields = z.record(z.string(), z.unknown());

/** Users as a person writes them down: ids may be left out, fields are those of the API. */
const seedFileSchema = z.array(
  z.strictObject({
    user: z.looseObject({ id: z.uuid().optional(), email: z.email() }),
    mode: z.enum(WIRE_MODES).optional(),
    buildings: z.array(z.looseObject({ id: z.uuid().optional(), name: z.string() })).default([]),
    devices: z
      .array(
        z.strictObject({ kind: z.enum(DEVICE_KINDS), id: z.uuid().optional(), fields: fields.default({}) }),
      )
      .default([]),
  }),
);

/** Reads a JSON list of users with their buildings and devices; a sentence when it is none. */
export function readSeedFile(
  path: string,
):
  | { readonly ok: true; readonly users: readonly UserSeed[] }
  | { readonly ok: false; readonly problem: string } {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return { ok: false, problem: `${path} cannot be read as JSON` };
  }
  const parsed = seedFileSchema.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return { ok: false, problem: `${path}: ${issue?.path.join(".")}: ${issue?.message}` };
  }
  return { ok: true, users: parsed.data.map(userSeed) };
}

function userSeed({ user, mode, buildings, devices }: z.infer<typeof seedFileSchema>[number]): UserSeed {
  const id = user.id ?? seededId(user.email);
  return {
    user: { ...user, id },
    ...(mode === undefined ? {} : { mode }),
    buildings: buildings.map((building, index) => ({
      ...building,
      id: building.id ?? seededId(`${id}/building/${index}`),
    })),
    devices: devices.map(({ kind, id: deviceId, fields: given }) => ({
      kind,
      fields: given,
      ...(deviceId === undefined ? {} : { id: deviceId }),
    })),
  };
}
