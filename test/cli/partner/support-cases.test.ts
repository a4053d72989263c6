import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { ANNA, BEN, BOX, CAR, INVERTER, PUMP } from "../../partner/organisation-fixture.ts";
import { partnerProgram } from "./partner-program.ts";

const LONG_AGO = "2020-01-01T00:00:00Z";

describe("troubleshooting", () => {
  it("finds what is wrong with each device, with the link or the remedy", async () => {
    const { run, server } = await partnerProgram();
    server.organisation.setFields(CAR, { is_authenticated: false });
    server.organisation.setFields(INVERTER, { current_state_last_updated_at: LONG_AGO });
    server.organisation.setFields(PUMP, { is_smart_optimization_active: false });
    server.organisation.setFields(BOX, { charge_target_min: 80, charge_target_max: 60 });
    const found = (await run("devices", "troubleshoot", ANNA)).json() as {
      code: string;
      device_id: string;
    }[];
    expect(found).toMatchObject([
      { device_id: CAR, code: "not_authenticated", link: expect.stringContaining("/connect/reconnect/") },
      { device_id: INVERTER, code: "data_stale" },
      { device_id: BOX, code: "charge_limits" },
      { device_id: PUMP, code: "optimisation_off" },
      { device_id: "", code: "contract_missing" },
    ]);
    const only = (await run("devices", "troubleshoot", ANNA, "--device", PUMP)).json() as { code: string }[];
    expect(only.map(({ code }) => code)).toEqual(["optimisation_off", "contract_missing"]);
  });

  it("looks at all users, and at one or all but nothing else", async () => {
    const { run, type } = await partnerProgram();
    expect((await run("devices", "troubleshoot", "--all-users")).code).toBe(0);
    expect((await type("devices", "troubleshoot", BEN)).out).toMatch(/nothing is wrong/);
    expect((await run("devices", "troubleshoot")).code).toBe(2);
    expect((await run("devices", "troubleshoot", ANNA, "--all-users")).code).toBe(2);
    expect((await run("devices", "troubleshoot", ANNA, "--scenario", "rain")).code).toBe(2);
  });

  it("walks through a device that does not connect, until it does", async () => {
    const { run, server } = await partnerProgram();
    server.organisation.setFields(CAR, { is_authenticated: false });
    const steps = async () =>
      (await run("devices", "troubleshoot", ANNA, "--scenario", "device-not-connecting")).json() as {
        verdict: string;
        detail: string;
      }[];
    const [login, link] = await steps();
    expect(login?.verdict).toBe("problem");
    await fetch(link?.detail ?? "");
    expect((await steps()).every(({ verdict }) => verdict === "ok")).toBe(true);
  });

  it("walks through optimisation that does not work", async () => {
    const { run, server } = await partnerProgram();
    server.organisation.setFields(PUMP, { is_smart_optimization_active: false });
    const steps = (
      await run("devices", "troubleshoot", ANNA, "--scenario", "optimisation-not-working")
    ).json() as {
      step: string;
      verdict: string;
    }[];
    const problems = steps.filter(({ verdict }) => verdict === "problem").map(({ step }) => step);
    expect(problems).toEqual([expect.stringMatching(/Heat Pump: smart optimisation/), "energy contract"]);
  });

  it("compares consumption with similar users", async () => {
    const similar = [1, 2, 3].map((index) => ({
      user: { id: `1111111${index}-2222-4333-8444-555555555555` },
      devices: [{ kind: "inverter" as const, fields: { consumption_last_month_kwh: 100 * index } }],
    }));
    const { run, server } = await partnerProgram({ users: similar });
    const [first] = similar;
    const high = async () =>
      (await run("devices", "troubleshoot", first?.user.id ?? "", "--scenario", "high-consumption")).json();
    expect(await high()).toContainEqual(
      expect.objectContaining({ step: "comparison with similar users", verdict: "unknown" }),
    );
    server.organisation.addUser({
      user: { id: "44444444-2222-4333-8444-555555555555" },
      devices: [{ kind: "inverter", fields: { consumption_last_month_kwh: 150 } }],
    });
    server.organisation.setFields(server.organisation.devices(first?.user.id ?? "")[0]?.fields.id ?? "", {
      consumption_last_month_kwh: 900,
    });
    expect(await high()).toContainEqual(
      expect.objectContaining({
        verdict: "problem",
        detail: expect.stringMatching(/^4.50 times the median of 3 similar users/),
      }),
    );
  });
});

describe("a ticket", () => {
  it("tells what is wrong and names nobody", async () => {
    const { run, server } = await partnerProgram();
    server.organisation.setFields(CAR, { is_authenticated: false, lifecycle_error: "bad | <b>`token`" });
    const { out } = await run("users", "ticket", ANNA);
    expect(out).toMatch(/^# Support report/);
    expect(out).toMatch(/\*\*not_authenticated\*\*/);
    expect(out).toMatch(/\| device-not-connecting \|/);
    expect(out).toContain("external user id: cust_1");
    expect(out).not.toMatch(/Anna|anna@|1010|connect\/reconnect|<b>/);
  });

  it("leaves out links and addresses that a manufacturer wrote into its error", async () => {
    const { run, server } = await partnerProgram();
    const error = "login of anna.m@example.com failed, go to (https://cloud.example/renew?t=key)";
    server.organisation.setFields(CAR, { is_authenticated: false, lifecycle_error: error });
    const { out } = await run("users", "ticket", ANNA);
    expect(out).toMatch(/login of \[redacted\] failed/);
    expect(out).not.toMatch(/anna\.m|cloud\.example|key/);
  });

  it("is one document, whatever the charging-config says", async () => {
    const { run, server } = await partnerProgram();
    const body = JSON.stringify({ smart_charging_mode: "```\n# Forged", status: { ux_phase: "a\n```" } });
    server.inject({ kind: "status", status: 200, body }, { scope: "config" });
    const { out } = await run("users", "ticket", ANNA);
    expect(out.match(/^```/gm)).toHaveLength(2);
    expect(out).not.toMatch(/^# Forged/m);
  });
});

describe("watching", () => {
  async function webhook() {
    const alerts: Record<string, unknown>[] = [];
    let status = 200;
    const server = createServer((request, response) => {
      let body = "";
      request.on("data", (chunk) => {
        body += chunk;
      });
      request.on("end", () => {
        if (status === 200) alerts.push(JSON.parse(body));
        response.writeHead(status).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    return {
      alerts,
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/alerts`,
      fail: (isFailing: boolean) => {
        status = isFailing ? 500 : 200;
      },
    };
  }

  it("alerts once when a device is lost and once when it is back, over restarts", async () => {
    const { run, server } = await partnerProgram();
    const hook = await webhook();
    const look = () => run("devices", "watch", "--webhook", hook.url, "--cycles", "1");
    await look();
    expect(hook.alerts).toEqual([]);
    server.organisation.setFields(CAR, { is_authenticated: false });
    await look();
    await look();
    expect(hook.alerts).toMatchObject([
      {
        event: "device_disconnected",
        device_id: CAR,
        user_id: ANNA,
        external_user_id: "cust_1",
        reconnect_link: `${server.address().url}/connect/reconnect/${CAR}`,
      },
    ]);
    await fetch(String(hook.alerts[0]?.reconnect_link));
    await look();
    await look();
    expect(hook.alerts.map(({ event }) => event)).toEqual(["device_disconnected", "device_recovered"]);
  });

  it("says that nobody is there to be watched", async () => {
    const { run } = await partnerProgram();
    const { err } = await run("devices", "watch", "--user", "nobody", "--cycles", "1");
    expect(err).toMatch(/there is no user nobody/);
  });

  it("tells a wallbox without a network from one without a login", async () => {
    const { run, server } = await partnerProgram();
    const hook = await webhook();
    server.organisation.setFields(BOX, { is_ocpp_connected: false });
    await run("devices", "watch", "--webhook", hook.url, "--cycles", "1");
    expect(hook.alerts).toMatchObject([{ event: "device_disconnected", device_id: BOX, reason: "offline" }]);
    expect(hook.alerts[0]).not.toHaveProperty("reconnect_link");
    const found = (await run("devices", "troubleshoot", ANNA, "--device", BOX)).json();
    expect(found).toMatchObject([{ code: "offline" }, { code: "contract_missing" }]);
    server.organisation.setFields(BOX, { is_ocpp_connected: true });
    await run("devices", "watch", "--webhook", hook.url, "--cycles", "1");
    expect(hook.alerts[1]).toMatchObject({ event: "device_recovered", device_id: BOX });
  });

  it("tries an alert again that the webhook did not take", async () => {
    const { run, server } = await partnerProgram();
    const hook = await webhook();
    server.organisation.setFields(BOX, { is_authenticated: false });
    hook.fail(true);
    const first = await run("devices", "watch", "--webhook", hook.url, "--cycles", "1", "--user", ANNA);
    expect(first.err).toMatch(/the webhook failed, it answers 500/);
    hook.fail(false);
    await run("devices", "watch", "--webhook", hook.url, "--cycles", "1", "--user", ANNA);
    expect(hook.alerts).toMatchObject([{ device_id: BOX }]);
    expect((await run("devices", "watch", "--webhook", "no address")).code).toBe(2);
  });
});

describe("migration", () => {
  it("goes on where the user has connected the devices, verifies and flags the old record", async () => {
    const { run, server, type } = await partnerProgram();
    const argv = ["users", "migrate", ANNA, "--email", "anna.new@example.com"];
    const begun = await run(...argv);
    expect(begun.code).toBe(1);
    const { to, waiting } = begun.json() as { to: string; waiting: { url: string }[] };
    expect(waiting).toHaveLength(4);
    expect(server.organisation.user(to)?.wire).toMatchObject({
      external_user_id: "cust_1",
      first_name: "Anna",
    });
    expect(server.organisation.user(ANNA)?.wire.external_user_id).toBe("cust_1");

    for (const { url } of waiting) await fetch(url);
    const done = await type(...argv);
    expect([done.code, done.out]).toEqual([0, `migrated to ${to}\n`]);
    expect(server.organisation.user(ANNA)?.wire.external_user_id).toBe(`migrated:${to}`);
    expect(server.organisation.devices(to)).toHaveLength(4);

    expect((await run(...argv)).code).toBe(0);
    expect(
      server.organisation.users().filter(({ wire }) => wire.email === "anna.new@example.com"),
    ).toHaveLength(1);
    expect((await run("devices", "troubleshoot", to, "--scenario", "user-migration")).json()).toContainEqual(
      expect.objectContaining({ step: "old record flagged", verdict: "ok", detail: ANNA }),
    );
  });

  it("makes a new link for each device whose link is over", async () => {
    const { folder, run } = await partnerProgram();
    const state = join(folder, "state.json");
    const migrate = async () => {
      const argv = ["users", "migrate", ANNA, "--email", "anna.new@example.com", "--state", state];
      return (await run(...argv)).json() as { waiting: { device: string; url: string }[] };
    };
    const [first, ...others] = (await migrate()).waiting;
    await fetch(first?.url ?? "");
    expect((await migrate()).waiting).toEqual(others);
    const noted = readFileSync(state, "utf8");
    writeFileSync(state, noted.replaceAll(/"until": "[^"]*"/g, `"until": "${LONG_AGO}"`));
    const { waiting } = await migrate();
    expect(waiting.map(({ device }) => device)).toEqual(others.map(({ device }) => device));
    const old = others.map(({ url }) => url);
    expect(waiting.filter(({ url }) => old.includes(url))).toEqual([]);
  });

  it.each([
    ["the old record's own", "anna@example.com"],
    ["somebody else's", "ben@example.com"],
  ])("to an address that is %s changes nothing", async (_whose, email) => {
    const { run, server } = await partnerProgram();
    const before = JSON.stringify(server.organisation.users().map(({ wire }) => wire));
    expect(await run("users", "migrate", ANNA, "--email", email)).toMatchObject({
      code: 1,
      err: expect.stringMatching(/belongs to user .* name an address of its own/),
    });
    expect(JSON.stringify(server.organisation.users().map(({ wire }) => wire))).toBe(before);
  });

  it("that was cut off before it could note anything makes no second record", async () => {
    const { run, folder, server } = await partnerProgram();
    const argv = ["users", "migrate", ANNA, "--email", "anna.new@example.com"];
    await run(...argv, "--state", `${folder}/first.json`);
    await run(...argv, "--state", `${folder}/second.json`);
    const made = server.organisation.users().filter(({ wire }) => wire.email === "anna.new@example.com");
    expect(made).toHaveLength(1);
    expect((await run("users", "migrate", ANNA)).code).toBe(2);
  });
});
