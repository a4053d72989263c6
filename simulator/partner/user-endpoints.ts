import { randomUUID } from "node:crypto";
import { z } from "zod";
import { isoUtc } from "../../src/core/iso-time.ts";
import type { Clock } from "../../src/ports/clock.ts";
import { type Endpoint, FORBIDDEN, found, NOT_FOUND, unprocessableField } from "./endpoint.ts";
import type { RecordStore } from "./record-store.ts";
import type { UserRecord } from "./records.ts";
import {
  buildingCreateSchema,
  buildingPatchSchema,
  energyContractCreateSchema,
  userCreateSchema,
  userPatchSchema,
} from "./request-schema.ts";
import { newBuilding, newUser } from "./seed.ts";
import {
  buildingSchema,
  energyContractSchema,
  userSchema,
  type WireBuilding,
  type WireEnergyContract,
  type WireUser,
} from "./wire.ts";

export interface UserEndpointDeps {
  readonly store: RecordStore;
  readonly clock: Clock;
  /** Shows `country` under its older name. */
  readonly isOlder: boolean;
}

const USERS = "/org/{org_id}/users";
const USER = `${USERS}/{user_id}`;

/** Users: list, create, read and change in part. */
export function userEndpoints({ store, clock, isOlder }: UserEndpointDeps): readonly Endpoint[] {
  const tag = "Users";
  const shown = (user: UserRecord) => (isOlder ? withOlderCountry(user.wire) : user.wire);
  const isTaken = (email: string, userId?: string) =>
    store.list("user").some(({ wire }) => wire.email === email && wire.id !== userId);
  const taken = unprocessableField("email", "A user with this email exists already.");

  return [
    {
      method: "GET",
      path: USERS,
      tag,
      summary: "List users",
      scope: "fleet",
      query: ["include_deleted"],
      answer: z.array(userSchema),
      handle({ caller, query }) {
        const isWithDeleted = query.include_deleted === "true";
        const visible = store
          .list("user")
          .filter(({ deletedAt }) => isWithDeleted || deletedAt === undefined)
          .filter(({ wire }) => caller.role !== "user" || wire.id === caller.userId);
        return { status: 200, body: visible.map(shown) };
      },
    },
    {
      method: "POST",
      path: USERS,
      tag,
      summary: "Create a user",
      scope: "fleet",
      isForStaff: true,
      body: userCreateSchema,
      answer: userSchema,
      handle({ body }) {
        const fields = present(body as WireUser);
        if (isTaken(fields.email ?? "")) return taken;
        const user = newUser({ ...fields, id: randomUUID() }, "none");
        store.put("user", user.wire.id, user.wire.id, user);
        return { status: 200, body: shown(user) };
      },
    },
    {
      method: "GET",
      path: USER,
      tag,
      summary: "Get a user",
      scope: "fleet",
      answer: userSchema,
      handle({ params }) {
        const user = store.get("user", params.user_id ?? "");
        return found(user && shown(user));
      },
    },
    {
      method: "PUT",
      path: USER,
      tag,
      summary: "Change the given fields of a user",
      scope: "fleet",
      body: userPatchSchema,
      answer: userSchema,
      handle({ params, body, caller }) {
        const user = store.get("user", params.user_id ?? "");
        if (user === undefined) return NOT_FOUND;
        const change = body as Partial<WireUser>;
        if (change.role !== undefined && caller.role === "user") return FORBIDDEN;
        if (change.email !== undefined && isTaken(change.email, user.wire.id)) return taken;
        const isMoved = change.latitude !== undefined || change.longitude !== undefined;
        const wire = {
          ...user.wire,
          ...change,
          ...(isMoved ? { location_last_updated: isoUtc(clock.wallMs()) } : {}),
        };
        const changed = { ...user, wire, updates: user.updates + 1 };
        store.put("user", wire.id, wire.id, changed);
        return { status: 200, body: shown(changed) };
      },
    },
  ];
}

/** Buildings of a user. */
export function buildingEndpoints({ store, isOlder }: UserEndpointDeps): readonly Endpoint[] {
  const tag = "Buildings";
  const path = `${USER}/buildings`;
  const shown = (wire: WireBuilding) => (isOlder ? withOlderCountry(wire) : wire);
  const own = (params: Readonly<Record<string, string>>) => {
    const building = store.get("building", params.building_id ?? "");
    return building?.userId === params.user_id ? building : undefined;
  };

  return [
    {
      method: "GET",
      path,
      tag,
      summary: "List buildings",
      scope: "fleet",
      answer: z.array(buildingSchema),
      handle: ({ params }) => ({
        status: 200,
        body: store.list("building", params.user_id ?? "").map(({ wire }) => shown(wire)),
      }),
    },
    {
      method: "POST",
      path,
      tag,
      summary: "Create a building",
      scope: "fleet",
      body: buildingCreateSchema,
      answer: buildingSchema,
      handle({ params, body }) {
        const userId = params.user_id ?? "";
        const wire = newBuilding({ ...present(body as WireBuilding), id: randomUUID() });
        store.put("building", wire.id, userId, { userId, wire });
        return { status: 200, body: shown(wire) };
      },
    },
    {
      method: "GET",
      path: `${path}/{building_id}`,
      tag,
      summary: "Get a building",
      scope: "fleet",
      answer: buildingSchema,
      handle({ params }) {
        const building = own(params);
        return found(building && shown(building.wire));
      },
    },
    {
      method: "PUT",
      path: `${path}/{building_id}`,
      tag,
      summary: "Change the given fields of a building",
      scope: "fleet",
      body: buildingPatchSchema,
      answer: buildingSchema,
      handle({ params, body }) {
        const building = own(params);
        if (building === undefined) return NOT_FOUND;
        const wire = { ...building.wire, ...(body as Partial<WireBuilding>) };
        store.put("building", wire.id, building.userId, { ...building, wire });
        return { status: 200, body: shown(wire) };
      },
    },
  ];
}

/** Energy contracts; the list is not in the published reference. */
export function contractEndpoints({ store }: UserEndpointDeps): readonly Endpoint[] {
  const tag = "Energy contracts";
  const path = `${USER}/energy-contracts`;

  return [
    {
      method: "POST",
      path,
      tag,
      summary: "Create an energy contract",
      scope: "fleet",
      body: energyContractCreateSchema,
      answer: energyContractSchema,
      handle({ params, body }) {
        const userId = params.user_id ?? "";
        const { building_id, ...fields } = body as z.infer<typeof energyContractCreateSchema>;
        const wire: WireEnergyContract = {
          id: randomUUID(),
          energy_contract_type: fields.energy_contract_type ?? null,
          energy_prices: fields.energy_prices,
          building: building_id ?? null,
          meter_id: fields.meter_id ?? null,
          supplier: fields.supplier ?? null,
          currency_energy_price: fields.currency_energy_price ?? null,
          energy_price_includes_external_components: fields.energy_price_includes_external_components ?? null,
        };
        store.put("contract", wire.id, userId, { userId, wire });
        return { status: 200, body: wire };
      },
    },
    {
      method: "GET",
      path,
      tag,
      summary: "List energy contracts",
      scope: "fleet",
      answer: z.array(energyContractSchema),
      handle: ({ params }) => ({
        status: 200,
        body: store.list("contract", params.user_id ?? "").map(({ wire }) => wire),
      }),
    },
  ];
}

function withOlderCountry<T extends { readonly country: string | null }>({ country, ...rest }: T) {
  return { ...rest, country_iso2: country };
}

/** Without the fields that are null or missing: their defaults stand. */
function present<T extends object>(fields: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== null && value !== undefined),
  ) as Partial<T>;
}
