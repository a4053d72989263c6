import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { describe, expect, it, onTestFinished } from "vitest";
import type { PartnerFault } from "../../simulator/partner/faults.ts";
import type { SmartChargingStatus } from "../../src/core/smart-charging-status.ts";
import type { PartnerErrorKind } from "../../src/partner/partner-error.ts";
import { eventually } from "../support/eventually.ts";
import { CLIENT_LOGIN, messages, partnerFixture } from "./partner-fixture.ts";

const STATUS: SmartChargingStatus = {
  ux_phase: "active",
  mechanism: "wallbox",
  charge_power_w: 2_300,
  boost: "available",
  solar_kwh_today: 4.3,
  as_of: "2022-03-19T12:00:00.000Z",
};

/** A server that answers every request the same way. */
async function serverThatSends(respond: Parameters<typeof createServer>[1]): Promise<string> {
  const server = createServer(respond);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe("charging-config", () => {
  it("is read with the user's login", async () => {
    const { client, server } = await partnerFixture();
    const result = await client.getChargingConfig();
    expect(result).toMatchObject({
      ok: true,
      value: {
        smart_charging_mode: "hems",
        thresholds: {
          hems_min_export_to_start_w: 1_500,
          hems_max_import_before_stopping_w: 200,
          min_band_w: 1_380,
        },
      },
    });
    expect(server.counters()).toEqual({
      requests: 2,
      configPulls: 1,
      configPuts: 0,
      statusPushes: 0,
      tokenGrants: 1,
    });
  });

  it("is changed only in the fields that are sent, and the answer is the new one", async () => {
    const { client, server } = await partnerFixture();
    const result = await client.putChargingConfig({ hems_min_export_to_start_w: 2_000 });
    expect(result).toMatchObject({
      ok: true,
      value: { smart_charging_mode: "hems", thresholds: { hems_min_export_to_start_w: 2_000 } },
    });
    expect(server.config().thresholds?.hems_max_import_before_stopping_w).toBe(200);
  });

  it.each([
    ["an empty change", {}],
    ["a negative threshold", { hems_min_export_to_start_w: -1 }],
    ["a threshold above 50 kW", { hems_min_export_to_start_w: 50_001 }],
    ["half a watt", { hems_max_import_before_stopping_w: 200.5 }],
    ["null", { smart_charging_mode: null }],
    ["an unknown mode", { smart_charging_mode: "turbo" }],
    ["an unknown field", { max_power: 1 }],
  ])("refuses %s before anything is sent", async (_name, update) => {
    const { client, server } = await partnerFixture();
    const result = await client.putChargingConfig(update as never);
    expect(result).toMatchObject({ ok: false, error: { kind: "invalid" } });
    expect(server.counters().tokenGrants).toBe(0);
  });

  it("gives the server's sentence for a 422", async () => {
    const { client } = await partnerFixture();
    const result = await client.putChargingConfig({ hems_min_export_to_start_w: 100 });
    expect(result).toMatchObject({ ok: false, error: { kind: "invalid" } });
    expect(!result.ok && result.error.detail).toMatch(/needs at least 1380 W/);
  });

  it("joins the server's list of problems for a 422", async () => {
    const { client, server } = await partnerFixture();
    const detail = [
      { type: "x", loc: ["body", "payload", "smart_charging_mode"], msg: "not one of these" },
      { type: "y", loc: [], msg: "too little" },
    ];
    server.inject({ kind: "status", status: 422, body: JSON.stringify({ detail }) }, { scope: "config" });
    const result = await client.putChargingConfig({ smart_charging_mode: "spot" });
    expect(!result.ok && result.error.detail).toBe("smart_charging_mode: not one of these; body: too little");
  });
});

describe("an error's detail", () => {
  it("is cut where a server talks too much", async () => {
    const { client, server } = await partnerFixture();
    const body = JSON.stringify({ detail: "x".repeat(10_000) });
    server.inject({ kind: "status", status: 422, body }, { scope: "config" });
    const result = await client.putChargingConfig({ smart_charging_mode: "spot" });
    expect(!result.ok && result.error.detail).toHaveLength(503);
  });
});

describe("a server's words", () => {
  it.each([
    ["a sentence", { detail: "\u001b[2Jnot\r\nnow\u0085" }, " [2Jnot  now "],
    ["a list", { detail: [{ loc: ["a\u0007"], msg: "\u009b31mred" }] }, "a :  31mred"],
  ])("cannot steer a terminal or begin a line of a log: %s", async (_case, body, told) => {
    const { client, server } = await partnerFixture();
    server.inject({ kind: "status", status: 422, body: JSON.stringify(body) }, { scope: "config" });
    const result = await client.putChargingConfig({ smart_charging_mode: "spot" });
    expect(!result.ok && result.error.detail).toBe(told);
  });

  it("that can be read are told although others beside them cannot", async () => {
    const { client, server } = await partnerFixture();
    const detail = [7, { loc: ["body", "mode"], msg: "not one of these" }, { loc: [] }];
    server.inject({ kind: "status", status: 422, body: JSON.stringify({ detail }) }, { scope: "config" });
    const result = await client.putChargingConfig({ smart_charging_mode: "spot" });
    expect(!result.ok && result.error.detail).toBe("mode: not one of these");
  });

  it.each([[[]], [[7]]])("that are none leave the status: %j", async (detail) => {
    const { client, server } = await partnerFixture();
    server.inject({ kind: "status", status: 422, body: JSON.stringify({ detail }) }, { scope: "config" });
    const result = await client.putChargingConfig({ smart_charging_mode: "spot" });
    expect(!result.ok && result.error.detail).toBe("the server answers 422");
  });
});

describe("the last change of a device", () => {
  it.each([
    [
      "by time, not by letters",
      ["2026-11-26T10:00:00+02:00", "2026-11-26T09:00:00Z"],
      "2026-11-26T09:00:00Z",
    ],
    ["although one is no time", ["yesterday", "2026-11-26T09:00:00Z"], "2026-11-26T09:00:00Z"],
    ["not at all where none tells one", ["yesterday"], undefined],
  ])("is found %s", async (_case, times, latest) => {
    const baseUrl = await serverThatSends((request, response) => {
      if (request.method === "POST") response.end(JSON.stringify({ access_token: "t", expires_in: 100 }));
      else if (request.url?.endsWith("/wallboxes")) response.end("[]");
      else response.end(JSON.stringify(times.map((updated_at, id) => ({ id: `${id}`, updated_at }))));
    });
    const { client } = await partnerFixture({ client: { baseUrl } });
    expect(await client.latestDeviceUpdate()).toEqual({ ok: true, value: latest });
  });
});

describe("an answer that is of no use", () => {
  it.each<[string, PartnerFault, PartnerErrorKind]>([
    ["401 again and again", { kind: "unauthorized" }, "unauthorized"],
    ["403", { kind: "status", status: 403 }, "forbidden"],
    ["404", { kind: "status", status: 404 }, "not_found"],
    ["405", { kind: "status", status: 405 }, "method_not_allowed"],
    ["408", { kind: "status", status: 408 }, "timeout"],
    ["409", { kind: "status", status: 409 }, "conflict"],
    ["400", { kind: "status", status: 400 }, "invalid"],
    ["418", { kind: "status", status: 418 }, "invalid"],
    ["422", { kind: "status", status: 422 }, "invalid"],
    ["429", { kind: "rate_limited" }, "rate_limited"],
    ["an HTML page with 500", { kind: "server_error" }, "server_error"],
    ["503", { kind: "status", status: 503, body: "" }, "server_error"],
    ["JSON that ends in the middle", { kind: "truncated" }, "malformed"],
    ["2 MB", { kind: "oversized" }, "malformed"],
    ["an HTML page with 200", { kind: "status", status: 200, body: "<html></html>" }, "malformed"],
    ["JSON without a mode", { kind: "status", status: 200, body: "{}" }, "malformed"],
    ["a connection that breaks in the body", { kind: "broken" }, "unreachable"],
  ])("%s is an error of its kind", async (_name, fault, kind) => {
    const { client, server } = await partnerFixture();
    server.inject(fault, { scope: "config" });
    expect(await client.getChargingConfig()).toMatchObject({ ok: false, error: { kind } });
    server.heal();
  });

  it("does not follow a redirect, and the token does not reach where it points", async () => {
    const seen: string[] = [];
    const elsewhere = await serverThatSends((request, response) => {
      seen.push(request.url ?? "");
      response.end("{}");
    });
    const { client, server } = await partnerFixture();
    server.inject({ kind: "redirect", location: `${elsewhere}/stolen` }, { scope: "config" });
    expect(await client.getChargingConfig()).toMatchObject({ ok: false, error: { kind: "malformed" } });
    expect(seen).toEqual([]);
  });

  it("stops a compressed body that unfolds beyond the bound", async () => {
    const bomb = gzipSync(`{"smart_charging_mode":"hems"${" ".repeat(5_000_000)}}`);
    const baseUrl = await serverThatSends((_request, response) => {
      response.writeHead(200, { "content-encoding": "gzip" }).end(bomb);
    });
    const { client } = await partnerFixture({ client: { baseUrl } });
    expect(await client.getChargingConfig()).toMatchObject({ ok: false, error: { kind: "malformed" } });
  });

  it("calls a body that cannot be decompressed malformed", async () => {
    const baseUrl = await serverThatSends((_request, response) => {
      response.writeHead(200, { "content-encoding": "gzip" }).end("this is no gzip");
    });
    const { client } = await partnerFixture({ client: { baseUrl } });
    expect(await client.getChargingConfig()).toMatchObject({ ok: false, error: { kind: "malformed" } });
  });

  it("is unreachable where nobody listens", async () => {
    const { client, server } = await partnerFixture();
    await server.pull();
    expect(await client.getChargingConfig()).toMatchObject({
      ok: false,
      error: { kind: "unreachable", detail: "no answer (ECONNREFUSED)" },
    });
    await server.plug();
    expect(await client.getChargingConfig()).toMatchObject({ ok: true });
  });

  it("is a TLS error where the server does not speak TLS", async () => {
    const baseUrl = (await serverThatSends((_request, response) => response.end())).replace(
      "http:",
      "https:",
    );
    const { client } = await partnerFixture({ client: { baseUrl } });
    expect(await client.getChargingConfig()).toMatchObject({ ok: false, error: { kind: "tls" } });
  });

  it.each<[string, PartnerErrorKind]>([
    ["CERT_HAS_EXPIRED", "tls"],
    ["CERT_NOT_YET_VALID", "tls"],
    ["DEPTH_ZERO_SELF_SIGNED_CERT", "tls"],
    ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "tls"],
    ["ERR_TLS_CERT_ALTNAME_INVALID", "tls"],
    ["ENOTFOUND", "unreachable"],
    ["EAI_AGAIN", "unreachable"],
    ["ECONNRESET", "unreachable"],
    ["ERR_SOCKET_CONNECTION_TIMEOUT", "timeout"],
    ["ETIMEDOUT", "timeout"],
  ])("tells %s as %s", async (code, kind) => {
    const cause = Object.assign(new Error("inner"), { code });
    const { client } = await partnerFixture({
      fetch: () => Promise.reject(new TypeError("fetch failed", { cause })),
    });
    expect(await client.getChargingConfig()).toMatchObject({ ok: false, error: { kind } });
  });

  it("is a timeout on the clock when the server stays silent", async () => {
    const { client, clock, server } = await partnerFixture();
    await client.getChargingConfig();
    server.inject({ kind: "silent" }, { scope: "config" });
    let isDone = false;
    const pending = client.getChargingConfig().finally(() => {
      isDone = true;
    });
    await clock.advance(9_999);
    expect(isDone).toBe(false);
    await clock.advance(1);
    expect(await pending).toMatchObject({ ok: false, error: { kind: "timeout" } });
    expect(clock.pendingTimers).toBe(0);
  });

  it("ends at once what is in flight when the client closes, and refuses what comes later", async () => {
    const { client, server } = await partnerFixture();
    await client.getChargingConfig();
    server.inject({ kind: "silent" }, { scope: "config" });
    const pending = client.getChargingConfig();
    await eventually(() => server.counters().requests === 3);
    client.close();
    expect(await pending).toMatchObject({ ok: false, error: { kind: "unreachable" } });
    expect(await client.getChargingConfig()).toMatchObject({ ok: false, error: { kind: "unreachable" } });
  });
});

describe("a body", () => {
  it.each([
    ["as large as the bound", 262_144, true],
    ["one byte larger", 262_145, false],
  ])("%s is read: %s bytes, %s", async (_name, bytes, isRead) => {
    const { client, server } = await partnerFixture();
    const body = '{"smart_charging_mode":"hems"}'.padEnd(bytes, " ");
    server.inject({ kind: "status", status: 200, body }, { scope: "config" });
    expect((await client.getChargingConfig()).ok).toBe(isRead);
  });
});

describe("Retry-After", () => {
  it.each([
    ["seconds", () => "120", 120_000, 120_000],
    ["a date", () => new Date(Date.now() + 300_000).toUTCString(), 290_000, 301_000],
    ["a year, cut to a day", () => "31536000", 86_400_000, 86_400_000],
  ])("is read as %s", async (_name, retryAfter, atLeastMs, atMostMs) => {
    const { client, server } = await partnerFixture();
    server.inject({ kind: "rate_limited", retryAfter: retryAfter() }, { scope: "config" });
    const result = await client.getChargingConfig();
    const pauseMs = result.ok ? undefined : result.error.retryAfterMs;
    expect(pauseMs).toBeGreaterThanOrEqual(atLeastMs);
    expect(pauseMs).toBeLessThanOrEqual(atMostMs);
  });

  it("that nobody can read is as good as none", async () => {
    const { client, server } = await partnerFixture();
    server.inject({ kind: "rate_limited", retryAfter: "soon" }, { scope: "config" });
    expect(await client.getChargingConfig()).toMatchObject({ error: { retryAfterMs: undefined } });
  });
});

describe("status", () => {
  it("goes beside the charging-config by default", async () => {
    const { client, server } = await partnerFixture();
    expect(await client.pushStatus(STATUS)).toEqual({ ok: true, value: undefined });
    expect(server.lastStatus()).toEqual(STATUS);
    expect(server.config().status).toEqual(STATUS);
  });

  it.each([
    [404, "not_found"],
    [405, "method_not_allowed"],
  ] as const)("meets %i where the server has no endpoint for it", async (intake, kind) => {
    const { client } = await partnerFixture({ server: { statusIntake: intake } });
    expect(await client.pushStatus(STATUS)).toMatchObject({ ok: false, error: { kind } });
  });

  it("goes to a partner's own backend without the token for the Partner API", async () => {
    const seen: { url: string | undefined; authorization: string | undefined }[] = [];
    const backend = await serverThatSends((request, response) => {
      seen.push({ url: request.url, authorization: request.headers.authorization });
      response.writeHead(204).end();
    });
    const { client, server } = await partnerFixture({
      client: { statusUrl: `${backend}/homes/{user_id}/status?org={org_id}`, orgId: "o", userId: "u" },
    });
    expect(await client.pushStatus(STATUS)).toMatchObject({ ok: true });
    expect(seen).toEqual([{ url: "/homes/u/status?org=o", authorization: undefined }]);
    expect(server.counters().tokenGrants).toBe(0);
  });

  it("with a figure that is no number stays at home", async () => {
    const { client, server } = await partnerFixture();
    const result = await client.pushStatus({ ...STATUS, charge_power_w: Number.NaN });
    expect(result).toMatchObject({ ok: false, error: { kind: "invalid" } });
    expect(server.counters().statusPushes).toBe(0);
  });

  it("does not spend tokens when its endpoint answers 401", async () => {
    const { client, server } = await partnerFixture();
    await client.getChargingConfig();
    server.inject({ kind: "unauthorized" }, { scope: "status" });
    expect(await client.pushStatus(STATUS)).toMatchObject({ error: { kind: "unauthorized" } });
    expect(await client.getChargingConfig()).toMatchObject({ ok: true });
    expect(server.counters().tokenGrants).toBe(1);
  });
});

describe("secrets", () => {
  it("never reach the log or an error, whatever fails", async () => {
    const secrets = ["simulated-client-secret", "wrong-secret"];
    const faults: PartnerFault[] = [
      { kind: "unauthorized" },
      { kind: "server_error" },
      { kind: "truncated" },
      { kind: "rate_limited", retryAfter: "1" },
      { kind: "broken" },
    ];
    const told: string[] = [];
    for (const clientSecret of secrets) {
      const tokens: string[] = [];
      const { client, clock, logLines, server } = await partnerFixture({
        client: { auth: { ...CLIENT_LOGIN, clientSecret } },
        fetch: async (input, init) => {
          const response = await fetch(input, init);
          const body = (await response
            .clone()
            .json()
            .catch(() => ({}))) as { readonly access_token?: unknown };
          if (typeof body.access_token === "string") tokens.push(body.access_token);
          return response;
        },
      });
      for (const scope of ["config", "token"] as const) {
        for (const fault of faults) {
          server.inject(fault, { scope, times: 2 });
          told.push(JSON.stringify(await client.getChargingConfig()));
          server.heal();
          server.revokeAccessTokens();
          await clock.advance(1_000_000);
        }
      }
      const basic = Buffer.from(`simulated-client:${clientSecret}`).toString("base64");
      told.push(...logLines);
      for (const secret of [clientSecret, basic, ...tokens]) expect(told.join("\n")).not.toContain(secret);
    }
  });

  it("are cut out where a server repeats the token", async () => {
    const baseUrl = await serverThatSends((request, response) => {
      if (request.method === "POST") {
        response.end(JSON.stringify({ access_token: "top-secret-token", expires_in: 100 }));
        return;
      }
      response.writeHead(403).end(JSON.stringify({ detail: `no rights: ${request.headers.authorization}` }));
    });
    const { client } = await partnerFixture({ client: { baseUrl } });
    expect(await client.getChargingConfig()).toMatchObject({ error: { detail: "no rights: Bearer ***" } });
  });

  it("are cut out before a long answer is cut short", async () => {
    const token = "secret".repeat(200);
    const baseUrl = await serverThatSends((request, response) => {
      if (request.method === "POST") response.end(JSON.stringify({ access_token: token, expires_in: 100 }));
      else response.writeHead(409).end(JSON.stringify({ detail: `${"x".repeat(490)} ${token}` }));
    });
    const { client } = await partnerFixture({ client: { baseUrl } });
    const result = await client.getChargingConfig();
    expect(!result.ok && result.error.detail).toBe(`${"x".repeat(490)} ***`);
  });

  it("of the whole organisation on a gateway earn one warning", async () => {
    const { client, logLines } = await partnerFixture({ client: { auth: CLIENT_LOGIN } });
    await client.getChargingConfig();
    await client.getChargingConfig();
    expect(messages(logLines).filter((text) => /administrator rights/.test(text))).toHaveLength(1);
  });

  it("over plain HTTP to another machine earn a warning, on this machine none", async () => {
    const remote = await partnerFixture({ client: { baseUrl: "http://partner.example" } });
    expect(messages(remote.logLines)).toEqual([expect.stringMatching(/without TLS/)]);
    const local = await partnerFixture();
    expect(local.logLines).toEqual([]);
  });
});
