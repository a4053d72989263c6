import { readFileSync, writeFileSync } from "node:fs";
import { get as getOverTls } from "node:https";
import { join } from "node:path";
import Fastify from "fastify";
import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { createMemoryAccessFile } from "../../src/api/login/access-file.ts";
import { createToken } from "../../src/api/login/api-tokens.ts";
import { createGuard } from "../../src/api/login/guard.ts";
import { hashPassword } from "../../src/api/login/password-hash.ts";
import { ROUTE_SCOPES } from "../../src/api/login/route-scopes.ts";
import { covers, SCOPES, type Scope } from "../../src/api/login/scope.ts";
import { createMemoryStateStore } from "../../src/history/memory-state-store.ts";
import type { WallboxDesk } from "../../src/ports/wallbox-card.ts";
import { eventually } from "../support/eventually.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { sampleReport } from "../support/sample-report.ts";
import { silentLog } from "../support/silent-log.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { type Ask, ask, watch } from "./support/http.ts";
import { serve } from "./support/serve.ts";

const PASSWORD = "correct horse";
/** As cheap as scrypt gets: its strength is no matter here. */
const HASH = await hashPassword(PASSWORD, { logN: 4, r: 8, p: 1 });
/** What a proxy on the gateway adds for a caller from elsewhere. */
const ELSEWHERE = { "x-forwarded-for": "192.168.1.77" };
const TLS = join(import.meta.dirname, "../drivers/ocpp/support/tls");

const page = temporaryFolder();
for (const name of ["index.html", "app.js", "index.css", "icon.svg", "manifest.webmanifest"]) {
  writeFileSync(join(page, name), "");
}

const locked = { isAllowed: () => false, receive: () => ({ ok: false, detail: "locked" }) as const };
const noWallboxes: WallboxDesk = { wallboxes: [], strangers: () => [], certificate: () => undefined };

/** A server with a password, and how callers from elsewhere ask it. */
async function guarded(options: { readonly hasPassword?: boolean } = {}) {
  const hasPassword = options.hasPassword ?? true;
  const accessFile = createMemoryAccessFile({ tokens: [], ...(hasPassword ? { password_hash: HASH } : {}) });
  const lines: string[] = [];
  const log = pino({ level: "info" }, { write: (line: string) => void lines.push(line) });
  const store = createMemoryStateStore();
  const served = await serve(
    { pageFolder: page },
    { accessFile, log, store, desk: noWallboxes, operatorEndpoint: locked },
  );
  served.api.report(sampleReport());
  const { port } = served;

  function asked(path: string, { headers = {}, ...more }: Ask = {}) {
    return ask(port, path, { ...more, headers: { ...ELSEWHERE, ...headers } });
  }
  async function login(password = PASSWORD, headers: Ask["headers"] = {}) {
    const answer = await asked("/api/access/login", { method: "POST", body: { password }, headers });
    const cookie = answer.headers["set-cookie"]?.[0] ?? "";
    return { answer, cookie, headers: { cookie: cookie.split(";")[0] ?? "" } };
  }
  function token(scope: Scope): { readonly authorization: string } {
    const made = createToken(accessFile, { name: `for ${scope}`, scope }, 0);
    if (!made.ok) throw new Error(made.detail);
    return { authorization: `Bearer ${made.token}` };
  }
  return { ...served, accessFile, store, lines, asked, login, token };
}

type Guarded = Awaited<ReturnType<typeof guarded>>;

function statusOf(server: Guarded, headers: Ask["headers"]): Promise<number> {
  return server.asked("/api/state", { headers: headers ?? {} }).then(({ status }) => status);
}

describe("each route", () => {
  const routes = Object.entries(ROUTE_SCOPES).map(([route, scope]) => {
    const [method = "", path = ""] = route.split(" ");
    return { route, method, path: path.replaceAll(/:\w+/g, "0b0e7a52-3c0e-4a57-9a43-000000000001"), scope };
  });

  it("is open to nobody from elsewhere unless it tells nothing", async () => {
    const server = await guarded();
    for (const { route, method, path, scope } of routes) {
      const { status, text } = await server.asked(path, { method });
      if (scope === "open") expect(text, route).not.toMatch(/log in on the page/);
      else expect(status, route).toBe(401);
    }
  });

  it("is there, so that the table of scopes lists nothing that went away", async () => {
    const server = await guarded();
    for (const { route, method, path } of routes.filter(({ path: each }) => each !== "/api/events")) {
      expect((await ask(server.port, path, { method })).text, route).not.toMatch(/nothing at this address/);
    }
  });

  it.each(SCOPES)("takes a token for %s where that is enough, and no other", async (held) => {
    const server = await guarded();
    const headers = server.token(held);
    for (const { route, method, path, scope } of routes) {
      if (scope === "open" || scope === "own" || path === "/api/events") continue;
      const { status, text } = await server.asked(path, { method, headers });
      if (covers(held, scope)) expect(text, route).not.toMatch(/this token may only|log in on the page/);
      else expect([status, text], route).toEqual([403, expect.stringContaining(`it takes one for ${scope}`)]);
    }
  });

  it("cannot be added without a scope", () => {
    const deps = {
      clock: createManualClock(),
      log: silentLog,
      store: createMemoryStateStore(),
      file: createMemoryAccessFile(),
    };
    const app = Fastify();
    createGuard({ host: "127.0.0.1", login: "remote" }, deps).protect(app);
    expect(() => app.get("/api/everything", () => "secret")).toThrow(/has no scope/);
  });

  it("asks nothing of callers on the gateway itself, unless everybody has to log in", async () => {
    const { port } = await guarded();
    expect((await ask(port, "/api/access")).json()).toEqual({
      caller: "local",
      scope: "admin",
      has_password: true,
    });
    const strict = await serve({ login: "always" });
    expect((await ask(strict.port, "/api/devices")).status).toBe(401);
    expect((await ask(strict.port, "/healthz")).status).not.toBe(401);
  });

  it("that does not exist says so only to who may read", async () => {
    const server = await guarded();
    expect((await server.asked("/api/nothing")).status).toBe(401);
    expect((await ask(server.port, "/api/nothing")).status).toBe(404);
  });

  it("tells OpenAPI who may call it", async () => {
    const { port } = await guarded();
    const document = (await ask(port, "/api/openapi.json")).json() as {
      paths: Record<string, Record<string, { security?: unknown }>>;
      components: { securitySchemes: Record<string, object> };
    };
    expect(Object.keys(document.components.securitySchemes)).toEqual(["token", "session", "grid_operator"]);
    expect(document.paths["/api/mode"]?.put?.security).toEqual([{ token: ["control"] }, { session: [] }]);
    expect(document.paths["/healthz"]?.get?.security).toEqual([]);
    for (const { route, method, path } of routes.filter(({ path: each }) =>
      /^\/(api|metrics|healthz)/.test(each),
    )) {
      const pattern = route.split(" ")[1]?.replaceAll(/:(\w+)/g, "{$1}") ?? path;
      expect(document.paths[pattern]?.[method.toLowerCase()]?.security, route).toBeDefined();
    }
  });
});

describe("logging in", () => {
  it("opens everything with a cookie that scripts and other sites do not get, until the logout", async () => {
    const server = await guarded();
    const { answer, cookie, headers } = await server.login();
    expect([answer.status, answer.text]).toEqual([204, ""]);
    expect(cookie).toMatch(/^hems_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=2592000$/);
    expect(await statusOf(server, headers)).toBe(200);
    const logout = await server.asked("/api/access/logout", { method: "POST", headers });
    expect(logout.headers["set-cookie"]?.[0]).toMatch(/Max-Age=0/);
    expect(await statusOf(server, headers)).toBe(401);
  });

  it("is Secure behind a proxy that ends TLS", async () => {
    const server = await guarded();
    expect((await server.login(PASSWORD, { "x-forwarded-proto": "https" })).cookie).toMatch(/; Secure$/);
  });

  it("ends after thirty days, and lasts over a restart", async () => {
    const server = await guarded();
    const { headers } = await server.login();
    const { clock, accessFile, store } = server;
    const again = await serve({}, { clock, accessFile, store });
    again.api.report(sampleReport());
    const status = async () =>
      (await ask(again.port, "/api/state", { headers: { ...ELSEWHERE, ...headers } })).status;
    clock.jumpWall(30 * 86_400_000 - 1_000);
    expect(await status()).toBe(200);
    clock.jumpWall(1_000);
    expect(await status()).toBe(401);
  });

  it("keeps the newest thirty-two, each with an id of its own", async () => {
    const server = await guarded();
    const logins = [];
    for (let device = 0; device < 33; device++) {
      logins.push(await server.login());
      await server.clock.advance(10_000);
    }
    expect(new Set(logins.map(({ headers }) => headers.cookie)).size).toBe(33);
    expect(await statusOf(server, logins[0]?.headers)).toBe(401);
    expect(await statusOf(server, logins[1]?.headers)).toBe(200);
    expect(JSON.stringify(server.store.get("api/sessions"))).not.toContain(
      logins[1]?.headers.cookie.slice(13),
    );
  });

  it("takes a wrong password five times, then one more each minute, and no right one meanwhile", async () => {
    const server = await guarded();
    for (let guess = 1; guess <= 5; guess++) expect((await server.login("wrong")).answer.status).toBe(401);
    const { answer } = await server.login();
    expect(answer.status).toBe(429);
    expect(answer.headers["retry-after"]).toBe("60");
    await server.clock.advance(60_000);
    expect((await server.login()).answer.status).toBe(204);
    expect(server.lines.join()).toContain("refused a wrong password");
    expect(server.lines.join()).not.toContain(PASSWORD);
  });

  it("is not possible for another site's page, or as another's guest", async () => {
    const server = await guarded();
    expect((await server.login(PASSWORD, { origin: "http://evil.example" })).answer.status).toBe(403);
    const { headers } = await server.login();
    const foreign = { ...headers, origin: "http://evil.example" };
    const body = { mode: "none" };
    expect((await server.asked("/api/mode", { method: "PUT", body, headers: foreign })).status).toBe(403);
    expect((await server.asked("/api/mode", { method: "PUT", body, headers })).status).toBe(204);
  });

  it.each<[string, unknown, number]>([
    ["no body", undefined, 422],
    ["another member", { password: PASSWORD, admin: true }, 422],
    ["a number", { password: 7 }, 422],
    ["more than anybody types", { password: "x".repeat(201) }, 422],
    ["an empty one", { password: "" }, 401],
  ])("refuses %s", async (_case, body, status) => {
    const server = await guarded();
    expect((await server.asked("/api/access/login", { method: "POST", body })).status).toBe(status);
  });
});

describe("the first password", () => {
  const first = (server: Guarded, code: string, password = PASSWORD) =>
    server.asked("/api/access/first-password", { method: "POST", body: { code, password } });

  it("is set with the code of the log, once", async () => {
    const server = await guarded({ hasPassword: false });
    expect((await server.asked("/api/state")).json()).toEqual({
      detail: expect.stringContaining("there is no password yet"),
    });
    expect((await server.login()).answer.status).toBe(409);
    expect((await server.asked("/api/access")).json()).toMatchObject({
      caller: "nobody",
      has_password: false,
    });
    const code = /"setUpCode":"(\w{4}-\w{4})"/.exec(server.lines.join())?.[1] ?? "";
    expect((await first(server, "AAAA-AAAA")).status).toBe(401);
    expect((await first(server, code, "short")).json()).toMatchObject({
      detail: [{ loc: ["body", "password"], msg: "use at least 10 characters" }],
    });
    const done = await first(server, code.toLowerCase().replace("-", " "));
    expect(done.status).toBe(204);
    const cookie = done.headers["set-cookie"]?.[0]?.split(";")[0] ?? "";
    expect(await statusOf(server, { cookie })).toBe(200);
    expect((await first(server, code)).status).toBe(409);
    expect((await server.login()).answer.status).toBe(204);
  });

  it("cannot be guessed: five tries, then one each minute", async () => {
    const server = await guarded({ hasPassword: false });
    const statuses = [];
    for (let guess = 0; guess < 6; guess++) statuses.push((await first(server, "AAAA-AAAA")).status);
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
  });

  it("is asked for where other machines can reach the page, and nowhere else", async () => {
    const lines: string[] = [];
    const log = pino({ level: "warn" }, { write: (line: string) => void lines.push(line) });
    await serve({}, { log });
    expect(lines.join()).not.toContain("setUpCode");
    await serve({ host: "0.0.0.0" }, { log });
    expect(lines.join()).toContain("setUpCode");
  });
});

describe("changing the password", () => {
  const change = (server: Guarded, body: object, headers: Ask["headers"] = {}) =>
    server.asked("/api/access/password", { method: "PUT", body, headers });

  it("takes the current one, and logs everybody else out", async () => {
    const server = await guarded();
    const [mine, other] = [await server.login(), await server.login()];
    expect((await change(server, { password: "battery staple" }, mine.headers)).status).toBe(401);
    const body = { current: PASSWORD, password: "battery staple" };
    const done = await change(server, body, mine.headers);
    expect(done.status).toBe(204);
    expect(await statusOf(server, other.headers)).toBe(401);
    expect(await statusOf(server, { cookie: done.headers["set-cookie"]?.[0]?.split(";")[0] ?? "" })).toBe(
      200,
    );
    expect((await server.login()).answer.status).toBe(401);
    expect((await server.login("battery staple")).answer.status).toBe(204);
  });

  it("needs no current one on the gateway itself", async () => {
    const server = await guarded();
    const body = { password: "battery staple" };
    expect((await ask(server.port, "/api/access/password", { method: "PUT", body })).status).toBe(204);
  });
});

describe("tokens", () => {
  it("are made and shown once, listed without their text, and revoked at once", async () => {
    const server = await guarded();
    const { headers } = await server.login();
    const body = { name: "Home Assistant", scope: "control" };
    const made = await server.asked("/api/access/tokens", { method: "POST", body, headers });
    expect(made.status).toBe(201);
    const { id, token } = made.json() as { id: string; token: string };
    const bearer = { authorization: `Bearer ${token}` };
    expect(await statusOf(server, bearer)).toBe(200);
    const list = await server.asked("/api/access/tokens", { headers });
    expect(list.json()).toEqual({ tokens: [{ id, ...body, created: expect.any(String) }] });
    expect((await server.asked("/api/access/tokens", { method: "POST", body, headers })).status).toBe(409);
    const revoked = await server.asked(`/api/access/tokens/${id}`, { method: "DELETE", headers });
    expect(revoked.status).toBe(204);
    expect(await statusOf(server, bearer)).toBe(401);
  });

  it("scrape the metrics", async () => {
    const server = await guarded();
    expect((await server.asked("/metrics")).status).toBe(401);
    const { text } = await server.asked("/metrics", { headers: server.token("read") });
    expect(text).toContain("hems_edge_");
  });

  it("that are revoked end the streams they opened", async () => {
    const { api, port, clock, token, accessFile } = await guarded();
    const stream = await watch(port, "/api/events", { ...ELSEWHERE, ...token("read") });
    expect(stream.status).toBe(200);
    await eventually(() => stream.events().length === 1);
    accessFile.change((record) => ({ ...record, tokens: [] }));
    await clock.advance(500);
    api.report(sampleReport());
    await eventually(() => !stream.isOpen);
    expect(stream.events()).toHaveLength(1);
  });

  it.each(["", "Bearer ", "Bearer hems_wrong", "Basic aGVtczplZGdl", `Bearer ${"x".repeat(10_000)}`])(
    "are refused as %s",
    async (authorization) => {
      const server = await guarded();
      server.token("admin");
      expect(await statusOf(server, { authorization })).toBe(401);
    },
  );
});

it("no answer tells a hash, a token or a session", async () => {
  const server = await guarded();
  const { headers } = await server.login();
  const { authorization } = server.token("read");
  const read = server.accessFile.read();
  const secrets = read.ok ? [HASH, ...read.record.tokens.map(({ hash }) => hash)] : [];
  secrets.push(authorization.slice(7), headers.cookie.slice(13));
  const paths = Object.keys(ROUTE_SCOPES).filter(
    (route) => route.startsWith("GET ") && !route.endsWith("/events"),
  );
  for (const route of paths) {
    const { text } = await server.asked(route.slice(4), { headers });
    expect(
      secrets.filter((secret) => text.includes(secret)),
      route,
    ).toEqual([]);
  }
  expect(secrets.filter((secret) => server.lines.join().includes(secret))).toEqual([]);
});

it("a password file that cannot be read lets nobody in, and the log says why", async () => {
  const lines: string[] = [];
  const log = pino({ level: "warn" }, { write: (line: string) => void lines.push(line) });
  const detail = "access.json is damaged: remove it";
  const broken = { ok: false, detail } as const;
  const { port } = await serve(
    { host: "0.0.0.0" },
    { log, accessFile: { read: () => broken, change: () => broken, layOutCode() {} } },
  );
  const headers = ELSEWHERE;
  expect((await ask(port, "/api/devices", { headers })).status).toBe(401);
  const first = { code: "AAAA-AAAA", password: PASSWORD };
  const answers = [
    await ask(port, "/api/access/login", { method: "POST", body: { password: PASSWORD }, headers }),
    await ask(port, "/api/access/first-password", { method: "POST", body: first, headers }),
  ];
  expect(answers.map(({ status }) => status)).toEqual([409, 409]);
  expect(lines.join()).toContain(detail);
});

it("serves the page over TLS", async () => {
  const file = (name: string) => readFileSync(join(TLS, name), "utf8");
  const { port, url, api } = await serve({
    tls: { cert: file("server-cert.pem"), key: file("server-key.pem") },
  });
  api.report(sampleReport());
  expect(url).toBe(`https://127.0.0.1:${port}/`);
  const options = {
    host: "127.0.0.1",
    port,
    path: "/api/state",
    ca: file("server-cert.pem"),
    rejectUnauthorized: false,
  };
  const status = await new Promise((resolve, reject) => {
    getOverTls(options, (response) => resolve(response.resume().statusCode)).on("error", reject);
  });
  expect(status).toBe(200);
});
