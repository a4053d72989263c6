import { z } from "zod";
import { isoUtc } from "../../src/core/iso-time.ts";
import type { Clock } from "../../src/ports/clock.ts";
import { cancelledBoost, startedBoost } from "./boost-desk.ts";
import { deviceView, type ViewContext } from "./device-view.ts";
import { type Endpoint, type EndpointRequest, found, NO_CONTENT, NOT_FOUND } from "./endpoint.ts";
import type { RecordStore } from "./record-store.ts";
import type { DeviceRecord } from "./records.ts";
import { devicePatchSchemas } from "./request-schema.ts";
import type { WireThresholds } from "./wire.ts";
import {
  DEVICE_KINDS,
  type DeviceKind,
  deviceSchemas,
  KIND_NAMES,
  type StoredFields,
} from "./wire-devices.ts";

export interface DeviceEndpointDeps {
  readonly store: RecordStore;
  readonly clock: Clock;
  readonly isOlder: boolean;
}

const USER = "/org/{org_id}/users/{user_id}";
const DEFAULT_PAGE = 50;
const LARGEST_PAGE = 200;

/** Devices of every kind: list, read and change in part; boost, charge policy and sessions of what charges. */
export function deviceEndpoints(deps: DeviceEndpointDeps): readonly Endpoint[] {
  return [
    ...DEVICE_KINDS.flatMap((kind) => recordEndpoints(kind, deps)),
    ...boostEndpoints("electric_vehicle", deps),
    ...boostEndpoints("wallbox", deps),
    ...vehicleEndpoints(deps),
  ];
}

function recordEndpoints(kind: DeviceKind, { store, clock, isOlder }: DeviceEndpointDeps): Endpoint[] {
  const { path, long } = KIND_NAMES[kind];
  const tag = `${long}s`;
  const schema = deviceSchemas[kind];

  function view(device: DeviceRecord, { connectUrl }: EndpointRequest) {
    const user = store.get("user", device.userId);
    const context = { wallMs: clock.wallMs(), connectUrl, isOlder };
    return user && deviceView(device, { ...context, user } satisfies ViewContext);
  }

  return [
    {
      method: "GET",
      path: `${USER}/${path}`,
      tag,
      summary: `List: ${long}`,
      scope: "fleet",
      answer: z.array(schema),
      handle: (request) => ({
        status: 200,
        body: devicesOf(store, request.params.user_id, kind).map((device) => view(device, request)),
      }),
    },
    {
      method: "GET",
      path: `${USER}/${path}/{device_id}`,
      tag,
      summary: `Get: ${long}`,
      scope: "fleet",
      answer: schema,
      handle(request) {
        const device = ownDevice(store, request, kind);
        return found(device && view(device, request));
      },
    },
    {
      method: "PUT",
      path: `${USER}/${path}/{device_id}`,
      tag,
      summary: `Change the given fields: ${long}`,
      scope: "fleet",
      body: devicePatchSchemas[kind],
      answer: schema,
      handle(request) {
        const device = ownDevice(store, request, kind);
        if (device === undefined) return NOT_FOUND;
        const changed = patched(device, request.body as DevicePatch, isoUtc(clock.wallMs()));
        store.put("device", changed.fields.id, changed.userId, changed);
        return found(view(changed, request));
      },
    },
  ];
}

type DevicePatch = StoredFields & Partial<WireThresholds>;

function patched(device: DeviceRecord, patch: DevicePatch, nowText: string): DeviceRecord {
  const {
    hems_min_export_to_start_w: startW,
    hems_max_import_before_stopping_w: stopW,
    external_device_id: externalId,
    ...fields
  } = patch;
  const { thresholds } = device;
  return {
    ...device,
    fields: {
      ...device.fields,
      ...fields,
      ...(externalId === undefined ? {} : { external_device_id: externalId }),
      updated_at: nowText,
    },
    thresholds: thresholds && {
      hems_min_export_to_start_w: startW ?? thresholds.hems_min_export_to_start_w,
      hems_max_import_before_stopping_w: stopW ?? thresholds.hems_max_import_before_stopping_w,
    },
  };
}

function boostEndpoints(
  kind: "electric_vehicle" | "wallbox",
  { store, clock }: DeviceEndpointDeps,
): Endpoint[] {
  const { path, long } = KIND_NAMES[kind];
  const common = { path: `${USER}/${path}/{device_id}/boost`, tag: `${long}s`, scope: "fleet" } as const;

  return [
    {
      ...common,
      method: "POST",
      summary: `Charge now: ${long}`,
      handle(request) {
        const device = ownDevice(store, request, kind);
        if (device === undefined) return NOT_FOUND;
        const outcome = startedBoost(device, clock.wallMs());
        if (!outcome.ok) {
          return { status: 409, body: { detail: { state: outcome.state, reason: outcome.reason } } };
        }
        store.put("device", device.fields.id, device.userId, outcome.device);
        return NO_CONTENT;
      },
    },
    {
      ...common,
      method: "DELETE",
      summary: `Take the wish to charge now back: ${long}`,
      handle(request) {
        const device = ownDevice(store, request, kind);
        if (device === undefined) return NOT_FOUND;
        store.put("device", device.fields.id, device.userId, cancelledBoost(device));
        return NO_CONTENT;
      },
    },
  ];
}

function vehicleEndpoints({ store }: DeviceEndpointDeps): Endpoint[] {
  const path = `${USER}/electric-vehicles/{device_id}`;
  const common = { method: "GET", tag: "Electric Vehicles", scope: "fleet" } as const;

  return [
    {
      ...common,
      path: `${path}/charge-policy`,
      summary: "Get the charge policy",
      answer: z.object({
        metadata: z.record(z.string(), z.unknown()),
        data: z.record(z.string(), z.unknown()).nullable(),
      }),
      handle(request) {
        const device = ownDevice(store, request, "electric_vehicle");
        if (device === undefined) return NOT_FOUND;
        const metadata = { electric_vehicle_id: device.fields.id, user_id: device.userId, error: null };
        return { status: 200, body: { metadata, data: device.policy ?? null } };
      },
    },
    {
      ...common,
      path: `${path}/sessions`,
      summary: "List charging sessions",
      query: ["from", "to", "limit", "offset"],
      answer: z.object({ total: z.int(), items: z.array(z.record(z.string(), z.unknown())) }),
      handle(request) {
        const device = ownDevice(store, request, "electric_vehicle");
        if (device === undefined) return NOT_FOUND;
        const limit = Number(request.query.limit ?? DEFAULT_PAGE);
        const offset = Number(request.query.offset ?? 0);
        const isLegal = limit >= 1 && limit <= LARGEST_PAGE && offset >= 0;
        if (!isLegal) return { status: 422, body: { detail: "limit is 1 to 200, offset at least 0" } };
        const matching = sessionsBetween(device, request.query);
        return {
          status: 200,
          body: { total: matching.length, items: matching.slice(offset, offset + limit) },
        };
      },
    },
    {
      ...common,
      path: `${path}/sessions/current`,
      summary: "Get the charging session that is under way",
      answer: z.object({ session: z.record(z.string(), z.unknown()).nullable() }),
      handle(request) {
        const device = ownDevice(store, request, "electric_vehicle");
        if (device === undefined) return NOT_FOUND;
        const session = device.sessions.find(({ unplug_time }) => unplug_time === null) ?? null;
        return { status: 200, body: { session } };
      },
    },
  ];
}

/** By the day of plugging in; both days count. */
function sessionsBetween(device: DeviceRecord, query: EndpointRequest["query"]) {
  const { from = "", to = "9999" } = query;
  return device.sessions.filter(({ plug_in_time }) => {
    const day = String(plug_in_time).slice(0, 10);
    return day >= from && day <= to;
  });
}

function devicesOf(store: RecordStore, userId: string | undefined, kind: DeviceKind): DeviceRecord[] {
  return store
    .list("device", userId ?? "")
    .filter((device) => device.kind === kind && (device.fields.deleted_at ?? null) === null);
}

function ownDevice(
  store: RecordStore,
  { params }: EndpointRequest,
  kind: DeviceKind,
): DeviceRecord | undefined {
  const device = store.get("device", params.device_id ?? "");
  return device?.kind === kind && device.userId === params.user_id ? device : undefined;
}
