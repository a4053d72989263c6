import { z } from "zod";
import { parseIsoMs } from "../../core/iso-time.ts";
import {
  type BuildingCreate,
  buildingCreateSchema,
  createBuilding,
  listBuildings,
  type PartnerBuilding,
} from "../../partner/buildings.ts";
import { DEVICE_KINDS, SHORT_NAME_OF_KIND } from "../../partner/device-kind.ts";
import { createOnboarding, getOnboarding } from "../../partner/onboarding.ts";
import { failure, type PartnerResult } from "../../partner/partner-error.ts";
import {
  createUser,
  listUsers,
  type PartnerUser,
  type UserCreate,
  updateUser,
  userCreateSchema,
} from "../../partner/users.ts";
import { deviceName, getHousehold, type Household, listAllDevices } from "./household.ts";
import { MIGRATED_PREFIX } from "./scenarios.ts";
import type { PartnerSession } from "./session.ts";
import { changedFields, isChange } from "./user-changes.ts";

/** What was done so far; noted after each step, so that a migration can be resumed. */
export const migrationSchema = z.object({
  from: z.string(),
  to: z.string().optional(),
  /** New id by old id. */
  buildings: z.record(z.string(), z.string()),
  /** One onboarding for each old device; its link is good until then, where the server says so. */
  links: z.record(
    z.string(),
    z.object({
      session: z.string(),
      url: z.string(),
      device: z.string(),
      kind: z.enum(DEVICE_KINDS),
      until: z.string().optional(),
    }),
  ),
  isFlagged: z.boolean(),
});
export type Migration = z.infer<typeof migrationSchema>;

export interface MigrationRequest {
  readonly fromId: string;
  readonly email: string;
  /** Id in the old system; the old record's own by default. */
  readonly externalUserId: string | undefined;
}

export interface MigrationDeps {
  readonly session: PartnerSession;
  note(migration: Migration): void;
  tell(line: string): void;
}

/** Devices that still have to be connected, with the link for it. */
export interface MigrationOutcome {
  readonly migration: Migration;
  readonly waiting: readonly { readonly device: string; readonly url: string }[];
}

/**
 * Makes the new record, links the external id, copies the buildings, gives a link for each device (the API cannot move a
 * device: its login belongs to the record), verifies, and flags the old record once nothing is missing.
 */
export async function migrate(
  request: MigrationRequest,
  begun: Migration | undefined,
  deps: MigrationDeps,
): Promise<PartnerResult<MigrationOutcome>> {
  const old = await getHousehold(deps.session.api, request.fromId);
  if (!old.ok) return old;
  const start = begun ?? { from: request.fromId, buildings: {}, links: {}, isFlagged: false };
  const created = await withRecord(start, old.value, request, deps);
  if (!created.ok) return created;
  const { migration, user } = created.value;
  const housed = await withBuildings(migration, old.value, user.id, deps);
  if (!housed.ok) return housed;
  const linked = await withLinks(housed.value, old.value, user.id, deps);
  if (!linked.ok) return linked;
  const waiting = await unconnected(linked.value, deps);
  if (!waiting.ok) return waiting;
  if (waiting.value.length > 0)
    return { ok: true, value: { migration: linked.value, waiting: waiting.value } };
  const flagged = await withFlag(linked.value, user.id, deps);
  return flagged.ok ? { ok: true, value: { migration: flagged.value, waiting: [] } } : flagged;
}

/** Steps 1 and 2. A record with this address that is there already, from a run that was cut off, is taken up. */
async function withRecord(
  migration: Migration,
  old: Household,
  { email, externalUserId }: MigrationRequest,
  { session, note, tell }: MigrationDeps,
): Promise<PartnerResult<{ readonly migration: Migration; readonly user: PartnerUser }>> {
  const users = await session.api.call(listUsers());
  if (!users.ok) return users;
  const found = users.value.find((user) =>
    migration.to === undefined ? user.email === email : user.id === migration.to,
  );
  const external = externalUserId ?? old.user.external_user_id;
  const wanted = newRecord(old.user, email);
  if (migration.to === undefined && found !== undefined && !isBegun(found, old.user, { wanted, external })) {
    return failure("invalid", `${email} belongs to user ${found.id}: name an address of its own`);
  }
  const created: PartnerResult<PartnerUser> =
    found === undefined
      ? await session.write(createUser(wanted), {
          action: "users.create",
          target: `successor of ${old.user.id}`,
          after: wanted,
        })
      : { ok: true, value: found };
  if (!created.ok) return created;
  let user = created.value;
  const next = { ...migration, to: user.id };
  note(next);
  tell(`${found === undefined ? "created" : "found"} the new record ${user.id}`);

  const isLinked = external === undefined || external === user.external_user_id || migration.isFlagged;
  if (!isLinked) {
    const linked = await session.write(updateUser(user.id, { external_user_id: external }), {
      action: "users.update",
      target: user.id,
      before: { external_user_id: user.external_user_id ?? null },
      after: { external_user_id: external },
    });
    if (!linked.ok) return linked;
    user = linked.value;
    tell(`linked to external id ${external}`);
  }
  return { ok: true, value: { migration: next, user } };
}

/** Whether a run that was cut off made this record: it says just what we would have written. */
function isBegun(
  found: PartnerUser,
  old: PartnerUser,
  { wanted, external }: { readonly wanted: UserCreate; readonly external: string | undefined },
): boolean {
  const { id, external_user_id: told } = found;
  const isOurs = told === undefined || told === external;
  return id !== old.id && isOurs && !isChange(changedFields(found, wanted));
}

/** The old record's own data, as far as they may be sent. */
function newRecord(old: PartnerUser, email: string): UserCreate {
  return {
    role: "user",
    email,
    ...legalFields(old, userCreateSchema, ["email", "role", "external_user_id"]),
  };
}

/** Step 3. A building of the same name is taken for the same. */
async function withBuildings(
  migration: Migration,
  old: Household,
  userId: string,
  { session, note, tell }: MigrationDeps,
): Promise<PartnerResult<Migration>> {
  const there = await session.api.call(listBuildings(userId));
  if (!there.ok) return there;
  let next = migration;
  for (const building of old.buildings) {
    if (next.buildings[building.id] !== undefined) continue;
    const twin = there.value.find(({ name }) => name !== undefined && name === building.name);
    const made: PartnerResult<PartnerBuilding> =
      twin === undefined ? await copyBuilding(building, userId, session) : { ok: true, value: twin };
    if (!made.ok) return made;
    next = { ...next, buildings: { ...next.buildings, [building.id]: made.value.id } };
    note(next);
    tell(`building ${building.name ?? building.id}: ${made.value.id}`);
  }
  return { ok: true, value: next };
}

function copyBuilding(building: PartnerBuilding, userId: string, session: PartnerSession) {
  const copy: BuildingCreate = {
    name: building.name ?? "Home",
    ...legalFields(building, buildingCreateSchema, ["name"]),
  };
  return session.write(createBuilding(userId, copy), {
    action: "buildings.add",
    target: userId,
    after: copy,
  });
}

/** Step 4. */
async function withLinks(
  migration: Migration,
  old: Household,
  userId: string,
  { session, note, tell }: MigrationDeps,
): Promise<PartnerResult<Migration>> {
  let next = migration;
  for (const owned of old.devices) {
    const { device, kind } = owned;
    if (await isLinkGood(next.links[device.id], session)) continue;
    const building = device.building === undefined ? undefined : next.buildings[device.building];
    const wanted = {
      user_id: userId,
      device_type: SHORT_NAME_OF_KIND[kind] as "ev" | "iv" | "wb" | "hp",
      ...(building === undefined ? {} : { building_id: building }),
    };
    const made = await session.write(createOnboarding(wanted), {
      action: "onboarding.create",
      target: userId,
      after: wanted,
    });
    if (!made.ok) return made;
    const link = {
      session: made.value.id,
      url: made.value.authentication_url ?? "",
      device: deviceName(owned),
      kind,
      until: made.value.expiration_date,
    };
    next = { ...next, links: { ...next.links, [device.id]: link } };
    note(next);
    tell(`${link.device}: made a link for the user`);
  }
  return { ok: true, value: next };
}

/** A link that is over was of use if a device came of it. */
async function isLinkGood(
  link: Migration["links"][string] | undefined,
  { api, clock }: PartnerSession,
): Promise<boolean> {
  if (link === undefined) return false;
  const untilMs = parseIsoMs(link.until ?? "");
  if (untilMs === undefined || clock.wallMs() <= untilMs) return true;
  const onboarding = await api.call(getOnboarding(link.session));
  return onboarding.ok && onboarding.value.object_id !== undefined;
}

/** Step 5: every onboarding has become a device that is logged in. */
async function unconnected(
  migration: Migration,
  { session, tell }: MigrationDeps,
): Promise<PartnerResult<MigrationOutcome["waiting"]>> {
  const devices = await listAllDevices(session.api, migration.to ?? "");
  if (!devices.ok) return devices;
  const connected = new Set(
    devices.value.filter(({ device }) => device.is_authenticated !== false).map(({ device }) => device.id),
  );
  const waiting: { readonly device: string; readonly url: string }[] = [];
  for (const { session: id, url, device } of Object.values(migration.links)) {
    const onboarding = await session.api.call(getOnboarding(id));
    const objectId = onboarding.ok ? onboarding.value.object_id : undefined;
    if (objectId === undefined || !connected.has(objectId)) waiting.push({ device, url });
  }
  const total = Object.keys(migration.links).length;
  tell(`verified: ${total - waiting.length} of ${total} devices are connected`);
  return { ok: true, value: waiting };
}

/** Step 6: the API has no archive, so the external id says where the user went. */
async function withFlag(
  migration: Migration,
  userId: string,
  { session, note, tell }: MigrationDeps,
): Promise<PartnerResult<Migration>> {
  if (migration.isFlagged) return { ok: true, value: migration };
  const mark = `${MIGRATED_PREFIX}${userId}`;
  const flagged = await session.write(updateUser(migration.from, { external_user_id: mark }), {
    action: "users.update",
    target: migration.from,
    after: { external_user_id: mark },
  });
  if (!flagged.ok) return flagged;
  const next = { ...migration, isFlagged: true };
  note(next);
  tell(`flagged the old record ${migration.from}`);
  return { ok: true, value: next };
}

/** Those fields of a record that were read and may be sent as they are. */
function legalFields<T>(record: object, schema: z.ZodObject, without: readonly string[]): Partial<T> {
  const entries = Object.entries(record).filter(([name, value]) => {
    const field: z.ZodType | undefined = schema.shape[name];
    return !without.includes(name) && value !== undefined && field?.safeParse(value).success === true;
  });
  return Object.fromEntries(entries) as Partial<T>;
}
