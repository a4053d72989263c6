import { describe, expect, it, onTestFinished } from "vitest";
import {
  createPartnerServer,
  type PartnerServerOptions,
  SIMULATED_ORG_ID,
  SIMULATED_USER_ID,
} from "../../../simulator/partner/partner-server.ts";
import { createManualClock } from "../../support/manual-clock.ts";

const CONFIG = `/api/partners/v2.0/org/${SIMULATED_ORG_ID}/users/${SIMULATED_USER_ID}/charging-config`;
const LOGIN = { grant_type: "password", username: "gateway@example.com", password: "simulated-password" };
const BASIC = `Basic ${Buffer.from("simulated-client:simulated-client-secret").toString("base64")}`;

async function serverFixture(options: Partial<PartnerServerOptions> = {}) {
  const clock = createManualClock();
  const server = await createPartnerServer({ clock, ...options });
  onTestFinished(() => server.close());
  const { url } = server.address();

  async function call(path: string, init: RequestInit & { readonly json?: unknown } = {}) {
    const { json, ...rest } = init;
    const response = await fetch(url + path, {
      ...rest,
      headers: { ...(json === undefined ? {} : { "content-type": "application/json" }), ...rest.headers },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, json: () => JSON.parse(text) };
  }

  async function login() {
    return (await call("/api/partners/v2.0/auth/token", { method: "POST", json: LOGIN })).json();
  }

  const token: string = (await login()).access_token;
  const authorized = (path: string, init: RequestInit & { readonly json?: unknown } = {}) =>
    call(path, { ...init, headers: { authorization: `Bearer ${token}`, ...init.headers } });
  const put = (json: unknown) => authorized(CONFIG, { method: "PUT", json });
  return { authorized, call, clock, login, put, server };
}

describe("the token endpoints", () => {
  it("grant what RFC 6749 says, with a refresh token for a user only", async () => {
    const { call, login } = await serverFixture();
    expect(await login()).toEqual({
      access_token: expect.any(String),
      expires_in: 36_000,
      token_type: "Bearer",
      scope: "read write",
      refresh_token: expect.any(String),
    });
    const client = await call("/oauth2/token/", {
      method: "POST",
      headers: { authorization: BASIC },
      json: { grant_type: "client_credentials" },
    });
    expect(client.status).toBe(200);
    expect(client.json().refresh_token).toBeUndefined();
  });

  it("take a form", async () => {
    const { call } = await serverFixture({ takesJsonAtOauth: false });
    const body = new URLSearchParams({ grant_type: "client_credentials" });
    const answer = await call("/oauth2/token/", { method: "POST", headers: { authorization: BASIC }, body });
    expect(answer.status).toBe(200);
  });

  it.each([
    ["a wrong password", { ...LOGIN, password: "x" }, "invalid_grant"],
    ["an unknown refresh token", { grant_type: "refresh_token", refresh_token: "x" }, "invalid_grant"],
    ["another grant", { grant_type: "client_credentials" }, "unsupported_grant_type"],
    ["no grant", {}, "invalid_request"],
  ])("refuse %s", async (_name, json, error) => {
    const { call } = await serverFixture();
    const answer = await call("/api/partners/v2.0/auth/token", { method: "POST", json });
    expect([answer.status, answer.json()]).toEqual([400, { error }]);
  });

  it.each([
    ["a wrong secret", `Basic ${Buffer.from("simulated-client:x").toString("base64")}`],
    ["no secret", ""],
    ["a broken escape", `Basic ${Buffer.from("%:%").toString("base64")}`],
  ])("refuse a client with %s", async (_name, authorization) => {
    const { call } = await serverFixture();
    const answer = await call("/oauth2/token/", {
      method: "POST",
      headers: { authorization },
      json: { grant_type: "client_credentials" },
    });
    expect([answer.status, answer.json()]).toEqual([401, { error: "invalid_client" }]);
    expect(answer.headers.get("www-authenticate")).toMatch(/^Basic/);
  });

  it("let a token die when its time is over", async () => {
    const { authorized, clock } = await serverFixture({ tokenLifeMs: 10_000 });
    await clock.advance(9_999);
    expect((await authorized(CONFIG)).status).toBe(200);
    await clock.advance(1);
    expect((await authorized(CONFIG)).status).toBe(401);
  });
});

describe("the simulated charging-config", () => {
  it("leaves omitted, null and unknown fields as they are", async () => {
    const { put, server } = await serverFixture();
    const before = server.config();
    const answer = await put({ smart_charging_mode: null, hems_min_export_to_start_w: null, colour: "red" });
    expect([answer.status, answer.json()]).toEqual([200, before]);
  });

  it("changes the mode of every device in one transaction", async () => {
    const { put } = await serverFixture({
      devices: [
        { deviceId: "a", deviceType: "wallbox", minBandW: 1_380 },
        {
          deviceId: "b",
          deviceType: "electric_vehicle",
          mode: "spot",
          minBandW: 4_140,
        },
      ],
      thresholds: { hems_min_export_to_start_w: 4_000, hems_max_import_before_stopping_w: 200 },
    });
    const unchanged = (await put({})).json();
    expect(unchanged).toMatchObject({ mode_conflict: true, thresholds: { min_band_w: 4_140 } });

    const refused = await put({ smart_charging_mode: "none", hems_min_export_to_start_w: 3_939 });
    expect(refused.status).toBe(422);
    expect(refused.json().detail).toMatch(/device b needs at least 4140 W/);
    expect((await put({})).json()).toEqual(unchanged);

    const taken = await put({ smart_charging_mode: "none", hems_min_export_to_start_w: 3_940 });
    expect(taken.json()).toMatchObject({
      mode_conflict: false,
      devices: [{ smart_charging_mode: "none" }, { smart_charging_mode: "none" }],
    });
  });

  it("refuses a mode that is not available, but never none", async () => {
    const { put } = await serverFixture({
      unavailable: { hems: ["no_inverter"], spot: ["no_ev"], hems_and_spot: ["no_inverter"] },
    });
    for (const mode of ["hems", "spot", "hems_and_spot"]) {
      const answer = await put({ smart_charging_mode: mode });
      expect([answer.status, answer.json().detail]).toEqual([422, expect.stringContaining(mode)]);
    }
    expect((await put({ smart_charging_mode: "none" })).json()).toMatchObject({
      smart_charging_mode: "none",
      hems_eligible: false,
      hems_ineligible_reasons: ["no_inverter"],
    });
  });

  it("takes no thresholds where the user has none", async () => {
    const { put } = await serverFixture({ thresholds: null });
    expect((await put({ hems_min_export_to_start_w: 2_000 })).status).toBe(422);
    expect((await put({ smart_charging_mode: "none" })).json()).toMatchObject({ thresholds: null });
  });

  it.each([
    ["hems_min_export_to_start_w", -1],
    ["hems_min_export_to_start_w", 50_001],
    ["hems_max_import_before_stopping_w", 0.5],
    ["hems_max_import_before_stopping_w", "200"],
    ["smart_charging_mode", "turbo"],
  ])("answers %s = %j with a list of problems", async (name, value) => {
    const { put } = await serverFixture();
    const answer = await put({ [name]: value });
    expect([answer.status, answer.json()]).toEqual([
      422,
      { detail: [{ type: expect.any(String), loc: ["body", "payload", name], msg: expect.any(String) }] },
    ]);
  });

  it.each([0, 50_000])("takes %i W", async (watts) => {
    const { put } = await serverFixture({
      devices: [{ deviceId: "a", deviceType: "wallbox", minBandW: 0 }],
    });
    expect((await put({ hems_min_export_to_start_w: watts })).status).toBe(200);
  });

  it("answers a body that is no JSON with 400", async () => {
    const { authorized } = await serverFixture();
    const answer = await authorized(CONFIG, {
      method: "PUT",
      headers: { "content-type": "application/json" },
      body: "{",
    });
    expect([answer.status, answer.json()]).toEqual([400, { detail: "Cannot parse request body" }]);
  });

  it("belongs to its user and needs a token", async () => {
    const { authorized, call } = await serverFixture();
    const foreign = CONFIG.replace(SIMULATED_USER_ID, SIMULATED_ORG_ID);
    expect((await authorized(foreign)).json()).toEqual({ detail: "Not Found" });
    expect((await authorized("/elsewhere")).json()).toEqual({ detail: "Not Found" });
    expect((await authorized(CONFIG, { method: "DELETE" })).status).toBe(405);
    const anonymous = await call(CONFIG);
    expect([anonymous.status, anonymous.json()]).toEqual([401, { detail: "Unauthorized" }]);
  });
});

describe("the simulated status intake", () => {
  const status = {
    ux_phase: "active",
    mechanism: "wallbox",
    charge_power_w: 1_400,
    boost: "available",
    solar_kwh_today: 2,
    as_of: "2022-03-19T12:00:00.000Z",
  };

  it("shows what it took in the charging-config", async () => {
    const { authorized, server } = await serverFixture();
    expect((await authorized(`${CONFIG}/status`, { method: "PUT", json: status })).status).toBe(204);
    expect(server.config().status).toEqual(status);
  });

  it("refuses a status that is not whole", async () => {
    const { authorized, server } = await serverFixture();
    const answer = await authorized(`${CONFIG}/status`, {
      method: "PUT",
      json: { ...status, as_of: undefined },
    });
    expect(answer.status).toBe(422);
    expect(server.lastStatus()).toBeUndefined();
  });
});

describe("the plug", () => {
  it("takes the listener and every connection away, and brings back the same server", async () => {
    const { authorized, put, server } = await serverFixture();
    await put({ smart_charging_mode: "none" });
    await server.pull();
    await server.pull();
    await expect(authorized(CONFIG)).rejects.toThrow();
    await server.plug();
    await server.plug();
    expect((await authorized(CONFIG)).json()).toMatchObject({ smart_charging_mode: "none" });
  });

  it("frees a request that a silent server holds", async () => {
    const { authorized, server } = await serverFixture();
    server.inject({ kind: "silent" });
    const held = expect(authorized(CONFIG)).rejects.toThrow();
    await server.pull();
    await held;
  });
});

describe("speed", () => {
  it("serves a thousand requests far faster than the demo asks for them", async () => {
    const { authorized } = await serverFixture();
    const startedMs = performance.now();
    for (let count = 0; count < 1_000; count++) await authorized(CONFIG);
    expect(performance.now() - startedMs).toBeLessThan(15_000);
  });
});
