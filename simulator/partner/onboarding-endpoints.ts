import { randomUUID } from "node:crypto";
import type { z } from "zod";
import type { Clock } from "../../src/ports/clock.ts";
import { endOfNextDay } from "./device-view.ts";
import { type Endpoint, type EndpointAnswer, FORBIDDEN, found, NOT_FOUND } from "./endpoint.ts";
import type { RecordStore } from "./record-store.ts";
import { authSessionCreateSchema, onboardingCreateSchema } from "./request-schema.ts";
import { newDevice } from "./seed.ts";
import { authSessionSchema, onboardingSchema, type WireOnboarding } from "./wire.ts";
import { DEVICE_KINDS, KIND_NAMES } from "./wire-devices.ts";

export interface OnboardingDeps {
  readonly store: RecordStore;
  readonly clock: Clock;
}

/** Links of the Connect UI, for a new device and for one that has to log in again. */
export function onboardingEndpoints({ store, clock }: OnboardingDeps): readonly Endpoint[] {
  const tag = "Device onboarding";

  return [
    {
      method: "POST",
      path: "/device-onboarding",
      tag,
      summary: "Make a link with which a user connects a device",
      scope: "fleet",
      body: onboardingCreateSchema,
      answer: onboardingSchema,
      handle({ body, caller, connectUrl }) {
        const wanted = body as z.infer<typeof onboardingCreateSchema>;
        if (caller.role === "user" && caller.userId !== wanted.user_id) return FORBIDDEN;
        if (store.get("user", wanted.user_id) === undefined) return NOT_FOUND;
        const id = randomUUID();
        const wire: WireOnboarding = {
          id,
          authentication_url: `${connectUrl}/session/${id}`,
          user: wanted.user_id,
          success_url: wanted.success_url ?? null,
          cancel_url: wanted.cancel_url ?? null,
          expiration_date: endOfNextDay(clock.wallMs()),
          object_id: null,
          external_metadata: {},
        };
        const kind = DEVICE_KINDS.find((name) => KIND_NAMES[name].short === wanted.device_type) ?? null;
        const buildingId = wanted.building_id ?? null;
        store.put("onboarding", id, wanted.user_id, { userId: wanted.user_id, wire, kind, buildingId });
        return { status: 200, body: wire };
      },
    },
    {
      method: "GET",
      path: "/device-onboarding/{session_id}",
      tag,
      summary: "Get an onboarding session",
      scope: "fleet",
      answer: onboardingSchema,
      handle({ params, caller }) {
        const session = store.get("onboarding", params.session_id ?? "");
        const isVisible = caller.role !== "user" || session?.userId === caller.userId;
        return isVisible ? found(session?.wire) : FORBIDDEN;
      },
    },
    ...(["inverter", "wallbox"] as const).map(
      (kind): Endpoint => ({
        method: "POST",
        path: `/org/{org_id}/users/{user_id}/${KIND_NAMES[kind].path}/{device_id}/auth_session`,
        tag: `${KIND_NAMES[kind].long}s`,
        summary: `Make a link with which the user logs in again: ${KIND_NAMES[kind].long}`,
        scope: "fleet",
        body: authSessionCreateSchema,
        answer: authSessionSchema,
        handle({ params, connectUrl }) {
          const device = store.get("device", params.device_id ?? "");
          if (device?.kind !== kind || device.userId !== params.user_id) return NOT_FOUND;
          const link = `${connectUrl}/reconnect/${device.fields.id}`;
          return {
            status: 200,
            body: { authentication_url: link, device_id: device.fields.id, session_id: randomUUID() },
          };
        },
      }),
    ),
  ];
}

/** What the user does on the pages of the Connect UI: opening the link connects the device. */
export function connect(path: "session" | "reconnect", id: string, deps: OnboardingDeps): EndpointAnswer {
  return path === "session" ? connectNew(id, deps) : reconnect(id, deps);
}

function connectNew(id: string, { store, clock }: OnboardingDeps): EndpointAnswer {
  const session = store.get("onboarding", id);
  if (session === undefined) return { status: 404, html: "<h1>This link is unknown or too old.</h1>" };
  if (session.wire.object_id === null) {
    const { userId, buildingId } = session;
    const seed = {
      kind: session.kind ?? "electric_vehicle",
      id: randomUUID(),
      fields: { building: buildingId },
    };
    const device = newDevice(seed, userId, clock.wallMs());
    store.put("device", device.fields.id, userId, device);
    const wire = { ...session.wire, object_id: device.fields.id };
    store.put("onboarding", id, userId, { ...session, wire });
  }
  return { status: 200, html: "<h1>Your device is connected.</h1>" };
}

function reconnect(id: string, { store }: OnboardingDeps): EndpointAnswer {
  const device = store.get("device", id);
  if (device === undefined) return { status: 404, html: "<h1>This link is unknown or too old.</h1>" };
  const fields = { ...device.fields, is_authenticated: true, lifecycle_state: "authenticated" };
  store.put("device", id, device.userId, { ...device, fields });
  return { status: 200, html: "<h1>Your device is connected again.</h1>" };
}
