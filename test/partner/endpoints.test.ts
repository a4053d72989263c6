import { describe, expect, it } from "vitest";
import { cancelBoost, startBoost } from "../../src/partner/boost.ts";
import { createBuilding, getBuilding, listBuildings, updateBuilding } from "../../src/partner/buildings.ts";
import { getChargePolicy } from "../../src/partner/charge-policy.ts";
import { getChargingConfig, putChargingConfig } from "../../src/partner/charging-config.ts";
import { type DeviceKind, deviceKindOf } from "../../src/partner/device-kind.ts";
import { type DeviceUpdate, deviceUpdateSchemas } from "../../src/partner/device-update.ts";
import { getDevice, listDevices, resetDevice, updateDevice } from "../../src/partner/devices.ts";
import { createEnergyContract, listEnergyContracts } from "../../src/partner/energy-contracts.ts";
import { getCurrentEvSession, listEvSessions } from "../../src/partner/ev-sessions.ts";
import { createAuthSession, createOnboarding, getOnboarding } from "../../src/partner/onboarding.ts";
import { createUser, getUser, listUsers, updateUser } from "../../src/partner/users.ts";
import {
  ADMIN_LOGIN,
  ANNA,
  ANNA_LOGIN,
  BEN,
  BOX,
  CAR,
  HOME,
  INVERTER,
  organisationFixture,
  PUMP,
  success,
} from "./organisation-fixture.ts";

const car = { userId: ANNA, kind: "electric_vehicle", deviceId: CAR } as const;
const box = { userId: ANNA, kind: "wallbox", deviceId: BOX } as const;
const inverter = { userId: ANNA, kind: "inverter", deviceId: INVERTER } as const;
const pump = { userId: ANNA, kind: "heat_pump", deviceId: PUMP } as const;

describe("users", () => {
  it("are listed, created, read and changed in part", async () => {
    const { api } = await organisationFixture();
    expect((await success(api.call(listUsers()))).map(({ email }) => email)).toContain("ben@example.com");
    const created = await success(
      api.call(createUser({ role: "user", email: "new@example.com", external_user_id: "cust_9" })),
    );
    expect(created).toMatchObject({ email: "new@example.com", external_user_id: "cust_9" });
    await success(api.call(updateUser(created.id, { first_name: "Nora" })));
    expect(await success(api.call(getUser(created.id)))).toMatchObject({
      email: "new@example.com",
      first_name: "Nora",
      external_user_id: "cust_9",
    });
  });

  it("with an address that is taken are refused with the field that is wrong", async () => {
    const { api } = await organisationFixture();
    const result = await api.call(createUser({ role: "user", email: "ben@example.com" }));
    expect(result).toMatchObject({
      ok: false,
      error: { kind: "invalid", problems: [{ field: "email", message: expect.stringMatching(/exists/) }] },
    });
  });

  it.each([
    ["null", { first_name: null }],
    ["an echoed record", { id: ANNA, first_name: "Anna", deleted_at: undefined }],
    ["nothing", {}],
    ["a country in words", { country: "Austria" }],
    ["no e-mail address", { email: "anna" }],
    ["an unknown role", { role: "owner" }],
  ])("are never sent %s", async (_name, update) => {
    const { api, server } = await organisationFixture();
    const result = await api.call(updateUser(ANNA, update as never));
    expect(result).toMatchObject({ ok: false, error: { kind: "invalid" } });
    expect(server.counters().requests).toBe(0);
  });
});

describe("buildings", () => {
  it("are created, listed, read and changed in part", async () => {
    const { api } = await organisationFixture();
    const created = await success(
      api.call(createBuilding(ANNA, { name: "Hut", property_type: "Bungalow", num_occupants: 2 })),
    );
    expect((await success(api.call(listBuildings(ANNA)))).map(({ name }) => name)).toEqual(["Home", "Hut"]);
    await success(api.call(updateBuilding(ANNA, created.id, { town: "Graz" })));
    expect(await success(api.call(getBuilding(ANNA, created.id)))).toMatchObject({
      name: "Hut",
      town: "Graz",
      num_occupants: 2,
    });
    expect(await api.call(getBuilding(BEN, created.id))).toMatchObject({ error: { kind: "not_found" } });
  });
});

describe("devices", () => {
  it.each<[DeviceKind, string, DeviceUpdate]>([
    ["electric_vehicle", CAR, { charge_deadline_at: "06:45", minimum_charge_limit: 30 }],
    ["wallbox", BOX, { is_smart_optimization_active: false }],
    ["inverter", INVERTER, { is_battery_connected: true, battery_capacity_kwh: 10 }],
    ["heat_pump", PUMP, { optimization_level: "Max" }],
  ])("of kind %s are listed, read and changed in part", async (kind, deviceId, update) => {
    const { api } = await organisationFixture();
    const address = { userId: ANNA, kind, deviceId };
    expect((await success(api.call(listDevices(ANNA, kind)))).map(({ id }) => id)).toEqual([deviceId]);
    const before = await success(api.call(getDevice(address)));
    const after = await success(api.call(updateDevice(address, update)));
    expect(after).toEqual({ ...before, ...update });
    expect(await success(api.call(getDevice(address)))).toEqual(after);
  });

  it.each([
    ["a limit beyond 100 %", car, { minimum_charge_limit: 101 }],
    ["a threshold beyond 50 kW", car, { hems_min_export_to_start_w: 50_001 }],
    ["a time that is none", car, { charge_deadline_at: "24:00" }],
    ["null", box, { charge_deadline_at: null }],
    ["a field that is read-only", box, { deleted_at: "2026-01-01T00:00:00Z" }],
    ["a battery without its capacity", inverter, { is_battery_connected: true }],
    ["limits that cross", inverter, { min_battery_charge: 90, max_battery_charge: 10 }],
    ["a level that does not exist", pump, { optimization_level: "Turbo" }],
    ["nothing", pump, {}],
  ])("are never sent %s", async (_name, address, update) => {
    const { api, server } = await organisationFixture();
    const result = await api.call(updateDevice(address, update as never));
    expect(result).toMatchObject({ ok: false, error: { kind: "invalid" } });
    expect(server.counters().requests).toBe(0);
  });

  it("that were reset are optimised and no longer paused", async () => {
    const { api, server, clock } = await organisationFixture();
    const pausedUntil = new Date(clock.wallMs() + 3_600_000).toISOString();
    server.organisation.setFields(PUMP, {
      is_smart_optimization_active: false,
      pause_power_until: pausedUntil,
    });
    expect(await success(api.call(getDevice(pump)))).toMatchObject({ is_pause_power_active: true });
    expect(await success(api.call(resetDevice(pump)))).toMatchObject({
      is_smart_optimization_active: true,
      is_pause_power_active: false,
    });
  });

  it("are found by any name of their kind", () => {
    expect(["wallboxes", "wb", "wallbox"].map(deviceKindOf)).toEqual(["wallbox", "wallbox", "wallbox"]);
    expect(deviceKindOf("toaster")).toBeUndefined();
    expect(Object.keys(deviceUpdateSchemas)).toHaveLength(4);
  });
});

describe("field names that have drifted", () => {
  it.each([
    ["newer", false],
    ["older", true],
  ])("are read alike: %s", async (_name, isOlder) => {
    const { api, server } = await organisationFixture({ server: { isOlder } });
    server.organisation.setFields(CAR, {
      is_authenticated: false,
      current_state_last_updated_at: "2026-11-01T08:00:00Z",
    });
    expect(await success(api.call(getUser(ANNA)))).toMatchObject({ country: "AT" });
    expect(await success(api.call(getBuilding(ANNA, HOME)))).toMatchObject({ country: "AT" });
    expect(await success(api.call(getDevice(car)))).toMatchObject({
      resolution_link: `${server.address().url}/connect/reconnect/${CAR}`,
      current_state_last_updated_at: "2026-11-01T08:00:00Z",
    });
  });
});

describe("boost", () => {
  it("starts at once when plugged in, and a second wish is refused with its reason", async () => {
    const { api, server, clock } = await organisationFixture();
    server.organisation.plugIn(BOX);
    expect(await api.call(startBoost(box))).toEqual({ ok: true, value: undefined });
    expect(await success(api.call(getDevice(box)))).toMatchObject({ boost_state: "requested" });
    await clock.advance(3_000);
    expect(await api.call(startBoost(box))).toMatchObject({
      ok: false,
      error: {
        kind: "conflict",
        detail: "already_charging (boost is ongoing)",
        conflict: { state: "ongoing", reason: "already_charging" },
      },
    });
    await success(api.call(cancelBoost(box)));
    expect(await success(api.call(getDevice(box)))).toMatchObject({ boost_state: "available" });
  });

  it("of a car that is not plugged in is armed, again and again, and fires once", async () => {
    const { api, server } = await organisationFixture();
    await success(api.call(startBoost(car)));
    await success(api.call(startBoost(car)));
    server.organisation.plugIn(CAR);
    expect(await api.call(startBoost(car))).toMatchObject({ error: { kind: "conflict" } });
    server.organisation.unplug(CAR);
    server.organisation.plugIn(CAR);
    expect(await success(api.call(getDevice(car)))).toMatchObject({ boost_state: "available" });
  });

  it("of a car cannot be stopped once it charges, only disarmed", async () => {
    const { api, server, clock } = await organisationFixture();
    server.organisation.plugIn(CAR);
    await success(api.call(startBoost(car)));
    await clock.advance(10_000);
    await success(api.call(cancelBoost(car)));
    expect(await success(api.call(getDevice(car)))).toMatchObject({ boost_state: "ongoing" });
  });

  it("of a full car is refused", async () => {
    const { api, server } = await organisationFixture();
    server.organisation.setFields(CAR, { is_plugged_in: true, is_fully_charged: true });
    expect(await api.call(startBoost(car))).toMatchObject({
      error: { conflict: { reason: "fully_charged" } },
    });
  });

  it.each([
    ["at the top", { state: "ongoing", reason: "already_charging" }, "already_charging (boost is ongoing)"],
    [
      "beside a sentence",
      { detail: "Charging already.", state: "ongoing", reason: "already_charging" },
      "Charging already.",
    ],
    ["without a state", { detail: { reason: "no_active_session" } }, "no_active_session"],
    [
      "as a newer code",
      { detail: { reason: "grid_emergency", state: "held" } },
      "grid_emergency (boost is held)",
    ],
    ["not at all", {}, "the server answers 409"],
  ])("is refused with its reason %s", async (_name, body, detail) => {
    const { api, server } = await organisationFixture();
    server.inject({ kind: "status", status: 409, body: JSON.stringify(body) }, { scope: "fleet" });
    expect(await api.call(startBoost(box))).toMatchObject({ ok: false, error: { kind: "conflict", detail } });
  });
});

describe("a vehicle", () => {
  it("has a charge policy by weekday", async () => {
    const { api } = await organisationFixture();
    const policy = await success(api.call(getChargePolicy(ANNA, CAR)));
    expect(policy.data?.mon).toEqual({ charge_percentage: 80, charge_deadline: "07:30" });
    expect(policy.data?.tue).toBeUndefined();
    expect(policy.data?.timezone).toBe("Europe/Vienna");
  });

  it("has sessions, page by page", async () => {
    const { api } = await organisationFixture();
    const first = await success(api.call(listEvSessions(ANNA, CAR)));
    expect([first.total, first.items.length]).toEqual([120, 50]);
    const last = await success(api.call(listEvSessions(ANNA, CAR, { limit: 5_000, offset: 100 })));
    expect(last.items.map(({ energy_charged_kwh }) => energy_charged_kwh)).toHaveLength(20);
    const march = await success(
      api.call(listEvSessions(ANNA, CAR, { from: "2026-03-01", to: "2026-03-31" })),
    );
    expect(march.total).toBe(14);
    const current = await success(api.call(getCurrentEvSession(ANNA, CAR)));
    expect(current.session).toMatchObject({ energy_charged_kwh: 0 });
  });
});

describe("energy contracts", () => {
  it("are created with prices and listed", async () => {
    const { api } = await organisationFixture();
    const contract = {
      energy_contract_type: "spot_hourly" as const,
      energy_prices: [{ price: 0.21, timestamp: "2026-11-25T00:00:00Z" }],
      currency_energy_price: "EUR",
      building_id: HOME,
    };
    const created = await success(api.call(createEnergyContract(ANNA, contract)));
    expect(created).toMatchObject({ building: HOME, energy_prices: contract.energy_prices });
    expect(await success(api.call(listEnergyContracts(ANNA)))).toEqual([created]);
  });
});

describe("charging-config of any user", () => {
  it("is read and changed with the organisation's credentials", async () => {
    const { api } = await organisationFixture();
    expect(await success(api.call(getChargingConfig(ANNA)))).toMatchObject({ smart_charging_mode: "hems" });
    const refused = await api.call(putChargingConfig(ANNA, { hems_min_export_to_start_w: 2_000 }));
    expect(refused).toMatchObject({ error: { kind: "invalid", detail: expect.stringMatching(/4140 W/) } });
    const spot = await success(api.call(putChargingConfig(ANNA, { smart_charging_mode: "spot" })));
    expect(spot).toMatchObject({ smart_charging_mode: "spot", mode_conflict: false });
  });
});

describe("onboarding", () => {
  it("gives a link; who opens it has the device", async () => {
    const { api } = await organisationFixture();
    const session = await success(
      api.call(createOnboarding({ user_id: BEN, device_type: "wb", language: "de" })),
    );
    expect(session.expiration_date).toMatch(/T23:59:59/);
    expect((await fetch(session.authentication_url ?? "")).status).toBe(200);
    const done = await success(api.call(getOnboarding(session.id)));
    expect((await success(api.call(listDevices(BEN, "wallbox")))).map(({ id }) => id)).toEqual([
      done.object_id,
    ]);
  });

  it("gives a link for a device that must log in again", async () => {
    const { api, server } = await organisationFixture();
    server.organisation.setFields(INVERTER, { is_authenticated: false });
    const session = await success(api.call(createAuthSession(inverter)));
    await fetch(session.authentication_url ?? "");
    expect(await success(api.call(getDevice(inverter)))).toMatchObject({
      is_authenticated: true,
      resolution_link: undefined,
    });
  });
});

describe("roles", () => {
  it("let an administrator see everybody and a user only what is theirs", async () => {
    const { connect } = await organisationFixture();
    const admin = connect({ auth: ADMIN_LOGIN });
    const anna = connect({ auth: ANNA_LOGIN });
    expect((await success(admin.call(listUsers()))).length).toBe(3);
    expect((await success(anna.call(listUsers()))).map(({ id }) => id)).toEqual([ANNA]);
    expect(await anna.call(getDevice(car))).toMatchObject({ ok: true });
    for (const call of [
      getUser(BEN),
      listDevices(BEN, "wallbox"),
      createUser({ role: "user", email: "x@example.com" }),
      createOnboarding({ user_id: BEN }),
      updateUser(ANNA, { role: "admin" }),
    ]) {
      expect(await anna.call(call as never)).toMatchObject({ ok: false, error: { kind: "forbidden" } });
    }
  });
});
