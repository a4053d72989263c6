import { describe, expect, it } from "vitest";
import type { PartnerFault } from "../../simulator/partner/faults.ts";
import { listDevices } from "../../src/partner/devices.ts";
import { getOnboarding } from "../../src/partner/onboarding.ts";
import { createUser, getUser, listUsers, updateUser } from "../../src/partner/users.ts";
import { eventually } from "../support/eventually.ts";
import { ANNA, organisationFixture, success } from "./organisation-fixture.ts";

/** Moves the clock on until `promise` settles. */
async function withTime<T>(clock: { advance(ms: number): Promise<void> }, promise: Promise<T>): Promise<T> {
  let isSettled = false;
  const settled = promise.finally(() => {
    isSettled = true;
  });
  await eventually(async () => {
    if (!isSettled) await clock.advance(500);
    return isSettled;
  });
  return settled;
}

describe("a further try", () => {
  it.each<[string, PartnerFault]>([
    ["an HTML page with 500", { kind: "server_error" }],
    ["429 with a pause", { kind: "rate_limited", retryAfter: "2" }],
    ["JSON that ends in the middle", { kind: "truncated" }],
    ["a connection that breaks", { kind: "broken" }],
    ["silence", { kind: "silent" }],
  ])("helps over %s", async (_name, fault) => {
    const { api, clock, server } = await organisationFixture({ connection: { retries: 4 } });
    server.inject(fault, { scope: "fleet", times: 2 });
    const result = await withTime(clock, api.call(getUser(ANNA)));
    expect(result).toMatchObject({ ok: true, value: { email: "anna@example.com" } });
  });

  it("ends after the agreed number", async () => {
    const { api, clock, server } = await organisationFixture({ connection: { retries: 2 } });
    server.inject({ kind: "server_error" }, { scope: "fleet" });
    const result = await withTime(clock, api.call(getUser(ANNA)));
    expect(result).toMatchObject({ ok: false, error: { kind: "server_error" } });
    expect(server.counters().requests).toBe(1 + 3);
  });

  it("is not made where it cannot help", async () => {
    const { api, server } = await organisationFixture({ connection: { retries: 4 } });
    server.inject({ kind: "status", status: 422 }, { scope: "fleet" });
    expect(await api.call(updateUser(ANNA, { town: "Linz" }))).toMatchObject({ error: { kind: "invalid" } });
    expect(server.counters().requests).toBe(2);
  });

  it("of a creation is made only when the server certainly did nothing", async () => {
    const { api, clock, server } = await organisationFixture({ connection: { retries: 4 } });
    server.inject({ kind: "rate_limited", retryAfter: "1" }, { scope: "fleet", times: 1 });
    const user = { role: "user", email: "once@example.com" } as const;
    expect(await withTime(clock, api.call(createUser(user)))).toMatchObject({ ok: true });
    server.inject({ kind: "broken" }, { scope: "fleet", times: 1 });
    const lost = await api.call(createUser({ ...user, email: "twice@example.com" }));
    expect(lost).toMatchObject({ ok: false, error: { kind: "unreachable" } });
  });

  it("waits at least as long as the server asks, and gives up when that is too long", async () => {
    const { api, clock, server } = await organisationFixture({ connection: { retries: 4 } });
    await success(api.call(getUser(ANNA)));
    server.inject({ kind: "rate_limited", retryAfter: "30" }, { scope: "fleet", times: 1 });
    const slow = api.call(getUser(ANNA));
    await eventually(() => server.counters().requests === 3);
    await clock.advance(29_000);
    expect(server.counters().requests).toBe(3);
    await clock.advance(1_500);
    expect(await slow).toMatchObject({ ok: true });
    server.inject({ kind: "rate_limited", retryAfter: "3600" }, { scope: "fleet", times: 1 });
    expect(await api.call(getUser(ANNA))).toMatchObject({
      error: { kind: "rate_limited", retryAfterMs: 3_600_000 },
    });
  });

  it("outlasts a burst of 401 with credentials that have worked", async () => {
    const { api, clock, server } = await organisationFixture({ connection: { retries: 4 } });
    await success(api.call(getUser(ANNA)));
    server.inject({ kind: "unauthorized" }, { scope: "fleet", times: 2 });
    expect(await withTime(clock, api.call(getUser(ANNA)))).toMatchObject({ ok: true });
  });

  it("is not made with credentials that never worked", async () => {
    const { connect, server } = await organisationFixture();
    const stranger = connect({
      retries: 4,
      auth: { grant: "client_credentials", clientId: "x", clientSecret: "y" },
    });
    expect(await stranger.call(listUsers())).toMatchObject({
      error: { kind: "unauthorized", detail: "no token: invalid_client" },
    });
    expect(server.counters().requests).toBe(1);
  });
});

describe("an error that OAuth's library sends", () => {
  it("is told by its code", async () => {
    const { api, server } = await organisationFixture();
    const body = JSON.stringify({ error: "insufficient_scope", error_description: "secret things" });
    server.inject({ kind: "status", status: 403, body }, { scope: "fleet" });
    expect(await api.call(listUsers())).toMatchObject({
      error: { kind: "forbidden", detail: "insufficient_scope" },
    });
  });
});

describe("the pace", () => {
  it("lets no more requests run at a time than agreed", async () => {
    const { connect } = await organisationFixture();
    let running = 0;
    let most = 0;
    const api = connect(
      { pace: { concurrency: 3, perSecond: 1_000 } },
      {
        fetch: async (input, init) => {
          running++;
          most = Math.max(most, running);
          const answer = await fetch(input, init);
          running--;
          return answer;
        },
      },
    );
    await success(api.call(listUsers()));
    most = 0;
    await Promise.all(Array.from({ length: 20 }, () => success(api.call(getUser(ANNA)))));
    expect(most).toBe(3);
  });

  it("lets no more requests begin in a second than agreed, after a first burst", async () => {
    const { clock, connect, server } = await organisationFixture();
    const api = connect({ pace: { concurrency: 50, perSecond: 10 } });
    const calls = Array.from({ length: 40 }, () => api.call(getUser(ANNA)));
    await eventually(() => server.counters().requests === 1 + 10);
    await clock.advance(900);
    await eventually(() => server.counters().requests === 1 + 19);
    await clock.advance(2_200);
    await Promise.all(calls);
    expect(server.counters().requests).toBe(1 + 40);
  });

  it("costs one renewal when the token dies under many calls", async () => {
    const { api, server } = await organisationFixture();
    await success(api.call(getUser(ANNA)));
    server.revokeAccessTokens();
    await Promise.all(Array.from({ length: 30 }, () => success(api.call(getUser(ANNA)))));
    expect(server.counters().tokenGrants).toBe(2);
  });
});

describe("an id from outside", () => {
  it("cannot lead to another address", async () => {
    const seen: string[] = [];
    const { connect } = await organisationFixture();
    const record: typeof fetch = (input, init) => {
      seen.push(String(input));
      return fetch(input, init);
    };
    const api = connect({}, { fetch: record });
    await api.call(getUser("../../admin?x=1#y"));
    expect(seen.at(-1)).toMatch(/\/users\/\.\.%2F\.\.%2Fadmin%3Fx%3D1%23y$/);
    await api.call(getUser("/admin"));
    expect(seen.at(-1)).toMatch(/\/users\/%2Fadmin$/);
  });

  it.each(["", ".", ".."])("that an address would lose is not sent at all: %j", async (id) => {
    const { api, connect, server } = await organisationFixture();
    const calls = [
      getUser(id),
      updateUser(id, { town: "Graz" }),
      listDevices(id, "wallbox"),
      getOnboarding(id),
    ];
    for (const call of calls) {
      expect(await api.call<unknown>(call)).toMatchObject({ error: { kind: "invalid" } });
    }
    const astray = connect({ orgId: id });
    expect(await astray.call(listUsers())).toMatchObject({ error: { kind: "invalid" } });
    expect(server.counters().requests).toBe(0);
  });
});

describe("what is bounded", () => {
  it("is the size of an answer", async () => {
    const { connect } = await organisationFixture();
    const api = connect({ largestBodyBytes: 500 });
    expect(await api.call(listUsers())).toMatchObject({ error: { kind: "malformed" } });
  });

  it("is the time for an answer", async () => {
    const { api, clock, server } = await organisationFixture();
    await success(api.call(getUser(ANNA)));
    server.inject({ kind: "silent" }, { scope: "fleet" });
    const held = api.call(getUser(ANNA));
    await eventually(() => server.counters().requests === 3);
    await clock.advance(10_000);
    expect(await held).toMatchObject({ error: { kind: "timeout" } });
  });
});
