import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { describe, expect, it, onTestFinished } from "vitest";
import { webServer } from "../support/web-server.ts";
import { CLIENT_LOGIN, messages, partnerFixture, USER_LOGIN } from "./partner-fixture.ts";

const TEN_HOURS_MS = 36_000_000;

interface TokenCall {
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** The real fetch, with a note of each request to a token endpoint. */
function recordingFetch() {
  const calls: TokenCall[] = [];
  const record: typeof fetch = (input, init) => {
    const url = String(input);
    if (init?.method === "POST") {
      calls.push({ url, headers: init.headers as Record<string, string>, body: String(init.body) });
    }
    return fetch(input, init);
  };
  return { calls, fetch: record };
}

describe("the user's login", () => {
  it("asks the API's own endpoint with the password, as JSON", async () => {
    const recorded = recordingFetch();
    const { client, server } = await partnerFixture({ fetch: recorded.fetch });
    await client.getChargingConfig();
    expect(recorded.calls).toMatchObject([
      {
        url: `${server.address().url}/api/partners/v2.0/auth/token`,
        headers: { "content-type": "application/json" },
        body: JSON.stringify({
          grant_type: "password",
          username: USER_LOGIN.username,
          password: USER_LOGIN.password,
        }),
      },
    ]);
  });

  it("renews with the refresh token, and each refresh token serves once", async () => {
    const recorded = recordingFetch();
    const { client, clock } = await partnerFixture({ fetch: recorded.fetch });
    for (let renewal = 0; renewal < 3; renewal++) {
      expect((await client.getChargingConfig()).ok).toBe(true);
      await clock.advance(0.8 * TEN_HOURS_MS);
    }
    const grants = recorded.calls.map(({ body }) => JSON.parse(body));
    expect(grants.map(({ grant_type }) => grant_type)).toEqual([
      "password",
      "refresh_token",
      "refresh_token",
    ]);
    expect(grants[1].refresh_token).not.toBe(grants[2].refresh_token);
  });

  it("falls back to the password when the refresh token is refused", async () => {
    const recorded = recordingFetch();
    const { client, clock, server } = await partnerFixture({ fetch: recorded.fetch });
    await client.getChargingConfig();
    server.revokeRefreshTokens();
    await clock.advance(0.8 * TEN_HOURS_MS);
    expect((await client.getChargingConfig()).ok).toBe(true);
    expect(recorded.calls.map(({ body }) => JSON.parse(body).grant_type)).toEqual([
      "password",
      "refresh_token",
      "password",
    ]);
  });

  it("does not try a refused refresh token again", async () => {
    const recorded = recordingFetch();
    const { client, clock, server } = await partnerFixture({ fetch: recorded.fetch });
    await client.getChargingConfig();
    await clock.advance(TEN_HOURS_MS);
    server.inject({ kind: "unauthorized" }, { scope: "token", times: 2 });
    expect(await client.getChargingConfig()).toMatchObject({ ok: false, error: { kind: "unauthorized" } });
    await clock.advance(5_000);
    expect((await client.getChargingConfig()).ok).toBe(true);
    expect(recorded.calls.map(({ body }) => JSON.parse(body).grant_type)).toEqual([
      "password",
      "refresh_token",
      "password",
      "password",
    ]);
  });

  it("begins anew where the tokens that a refresh gives are refused", async () => {
    const good = new Set<string>();
    let grants = 0;
    const baseUrl = await webServer(async (request, response) => {
      if (request.method !== "POST") {
        const token = request.headers.authorization?.replace("Bearer ", "") ?? "";
        const body = JSON.stringify({ smart_charging_mode: "hems" });
        response.writeHead(good.has(token) ? 200 : 401).end(good.has(token) ? body : "{}");
        return;
      }
      const token = `token-${++grants}`;
      if ((await text(request)).includes('"password"')) good.add(token);
      response.end(JSON.stringify({ access_token: token, expires_in: 3_600, refresh_token: "refresh" }));
    });
    const { client, clock } = await partnerFixture({ client: { baseUrl } });
    expect((await client.getChargingConfig()).ok).toBe(true);
    good.clear();
    expect(await client.getChargingConfig()).toMatchObject({ ok: false, error: { kind: "unauthorized" } });
    await clock.advance(5_000);
    expect((await client.getChargingConfig()).ok).toBe(true);
  });

  it("goes to the configured token address where there is one", async () => {
    const recorded = recordingFetch();
    const { client } = await partnerFixture({
      fetch: recorded.fetch,
      client: { tokenUrl: "http://127.0.0.1:1/token" },
    });
    expect(await client.getChargingConfig()).toMatchObject({ ok: false, error: { kind: "unreachable" } });
    expect(recorded.calls[0]?.url).toBe("http://127.0.0.1:1/token");
  });
});

describe("the organisation's client credentials", () => {
  it("ask the host's endpoint with a Basic header, as JSON", async () => {
    const recorded = recordingFetch();
    const { client, server } = await partnerFixture({
      fetch: recorded.fetch,
      client: { auth: CLIENT_LOGIN },
    });
    expect((await client.getChargingConfig()).ok).toBe(true);
    expect(recorded.calls).toMatchObject([
      {
        url: `${server.address().url}/oauth2/token/`,
        headers: {
          authorization: `Basic ${Buffer.from("simulated-client:simulated-client-secret").toString("base64")}`,
          "content-type": "application/json",
        },
        body: '{"grant_type":"client_credentials"}',
      },
    ]);
  });

  it("are sent as a form where JSON is not understood, and from then on at once", async () => {
    const recorded = recordingFetch();
    const { client, clock } = await partnerFixture({
      fetch: recorded.fetch,
      server: { takesJsonAtOauth: false },
      client: { auth: CLIENT_LOGIN },
    });
    expect((await client.getChargingConfig()).ok).toBe(true);
    await clock.advance(0.8 * TEN_HOURS_MS);
    expect((await client.getChargingConfig()).ok).toBe(true);
    expect(recorded.calls.map(({ headers }) => headers["content-type"])).toEqual([
      "application/json",
      "application/x-www-form-urlencoded",
      "application/x-www-form-urlencoded",
    ]);
    expect(recorded.calls[1]?.body).toBe("grant_type=client_credentials");
  });

  it("that are wrong are sent once, not in both encodings", async () => {
    const recorded = recordingFetch();
    const { client } = await partnerFixture({
      fetch: recorded.fetch,
      client: { auth: { ...CLIENT_LOGIN, clientSecret: "wrong" } },
    });
    expect(await client.getChargingConfig()).toMatchObject({
      ok: false,
      error: { kind: "unauthorized", detail: "no token: invalid_client" },
    });
    expect(recorded.calls).toHaveLength(1);
  });
});

describe("renewal", () => {
  it("happens at 80 % of the token's life and not before", async () => {
    const { client, clock, server } = await partnerFixture();
    await client.getChargingConfig();
    await clock.advance(0.8 * TEN_HOURS_MS - 1);
    await client.getChargingConfig();
    expect(server.counters().tokenGrants).toBe(1);
    await clock.advance(1);
    await client.getChargingConfig();
    expect(server.counters().tokenGrants).toBe(2);
  });

  it("does not care about a jump of the wall clock", async () => {
    const { client, clock, server } = await partnerFixture();
    await client.getChargingConfig();
    clock.jumpWall(10 * TEN_HOURS_MS);
    await client.getChargingConfig();
    expect(server.counters().tokenGrants).toBe(1);
  });

  it("is one grant for twenty calls at the same time", async () => {
    const { client, clock, server } = await partnerFixture();
    const all = () => Promise.all(Array.from({ length: 20 }, () => client.getChargingConfig()));
    expect((await all()).every(({ ok }) => ok)).toBe(true);
    expect(server.counters().tokenGrants).toBe(1);
    await clock.advance(0.9 * TEN_HOURS_MS);
    expect((await all()).every(({ ok }) => ok)).toBe(true);
    expect(server.counters().tokenGrants).toBe(2);
  });

  it("is one grant when twenty calls meet a 401 with the same token", async () => {
    const { client, server } = await partnerFixture();
    await client.getChargingConfig();
    server.revokeAccessTokens();
    const results = await Promise.all(Array.from({ length: 20 }, () => client.getChargingConfig()));
    expect(results.every(({ ok }) => ok)).toBe(true);
    expect(server.counters().tokenGrants).toBe(2);
  });

  it("that fails for a while leaves the old token in use until its end", async () => {
    const { client, clock, server } = await partnerFixture();
    await client.getChargingConfig();
    server.inject({ kind: "server_error" }, { scope: "token" });
    await clock.advance(0.9 * TEN_HOURS_MS);
    expect((await client.getChargingConfig()).ok).toBe(true);
    await clock.advance(0.2 * TEN_HOURS_MS);
    expect(await client.getChargingConfig()).toMatchObject({ ok: false, error: { kind: "server_error" } });
    expect(client.tokenState()).toEqual({ kind: "none" });
    server.heal();
    expect((await client.getChargingConfig()).ok).toBe(true);
  });

  it("waits as long as the token endpoint asks", async () => {
    const { client, clock, server } = await partnerFixture();
    server.inject({ kind: "rate_limited", retryAfter: "60" }, { scope: "token", times: 1 });
    expect(await client.getChargingConfig()).toMatchObject({ error: { kind: "rate_limited" } });
    await clock.advance(59_999);
    expect(await client.getChargingConfig()).toMatchObject({
      error: { kind: "rate_limited", retryAfterMs: 1 },
    });
    await clock.advance(1);
    expect((await client.getChargingConfig()).ok).toBe(true);
  });

  it.each([
    ["no token at all", {}, false],
    ["a token with a line break", { access_token: "a\r\nb" }, false],
    ["a life in a string", { access_token: "t", expires_in: "100" }, true],
    ["no life", { access_token: "t" }, true],
    ["a life that is nonsense", { access_token: "t", expires_in: -5 }, true],
  ])("takes an answer with %s for what it is worth", async (_name, grant, isUsable) => {
    const server = createServer((request, response) => {
      response.end(JSON.stringify(request.method === "POST" ? grant : { smart_charging_mode: "none" }));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { client } = await partnerFixture({ client: { baseUrl } });
    expect((await client.getChargingConfig()).ok).toBe(isUsable);
  });
});

describe("a refusal", () => {
  it("of the password holds every call back for 5 s, doubling to 15 min", async () => {
    const { client, clock, logLines, server } = await partnerFixture({
      client: { auth: { ...USER_LOGIN, password: "wrong" } },
    });
    const holdsMs: number[] = [];
    for (let attempt = 0; attempt < 10; attempt++) {
      expect(await client.getChargingConfig()).toMatchObject({ ok: false, error: { kind: "unauthorized" } });
      const state = client.tokenState();
      const holdMs = state.kind === "refused" ? state.retryInMs : 0;
      holdsMs.push(holdMs);
      await clock.advance(holdMs - 1);
      const requests = server.counters().requests;
      expect(await client.getChargingConfig()).toMatchObject({ ok: false, error: { retryAfterMs: 1 } });
      expect(server.counters().requests).toBe(requests);
      await clock.advance(1);
    }
    expect(holdsMs.slice(0, 4)).toEqual([5_000, 10_000, 20_000, 40_000]);
    expect(holdsMs.slice(-2)).toEqual([900_000, 900_000]);
    expect(messages(logLines)).toEqual(["Partner API refuses us"]);
  });

  it("of a fresh token is no hot loop: one renewal, then the hold", async () => {
    const { client, clock, logLines, server } = await partnerFixture();
    server.inject({ kind: "unauthorized" }, { scope: "config" });
    for (let call = 0; call < 50; call++) await client.getChargingConfig();
    expect(server.counters()).toMatchObject({ requests: 4, tokenGrants: 2 });
    expect(client.tokenState()).toEqual({ kind: "refused", retryInMs: 5_000 });
    await clock.advance(5_000);
    await client.getChargingConfig();
    expect(client.tokenState()).toEqual({ kind: "refused", retryInMs: 10_000 });
    server.heal();
    await clock.advance(10_000);
    expect((await client.getChargingConfig()).ok).toBe(true);
    expect(client.tokenState()).toEqual({ kind: "valid", expiresInMs: TEN_HOURS_MS });
    expect(messages(logLines)).toEqual(["Partner API refuses us", "Partner API accepts us again"]);
  });
});
