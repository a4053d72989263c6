import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { SIMULATED_ORG_ID } from "../../../simulator/partner/partner-server.ts";
import { parseArguments } from "../../../src/cli/arguments.ts";
import { runCli } from "../../../src/cli/cli.ts";
import type { CommandEntry } from "../../../src/cli/commands.ts";
import { partnerCommand } from "../../../src/cli/partner/partner-command.ts";
import { ANNA, BEN, BOX, CAR, HOME, INVERTER, PUMP } from "../../partner/organisation-fixture.ts";
import { partnerProgram } from "./partner-program.ts";

async function everyCommand(entries: readonly CommandEntry[]): Promise<readonly CommandEntry[]> {
  const below = await Promise.all(
    entries.map(async ({ load }) => everyCommand((await load()).subcommands ?? [])),
  );
  return [...entries, ...below.flat()];
}

const commands = await everyCommand(partnerCommand.subcommands ?? []);

describe("every command of the back office", () => {
  it.each(commands)("$name has help with an example that parses", async ({ name, load }) => {
    const command = await load();
    let out = "";
    const io = {
      out: (text: string) => {
        out += text;
      },
      err: () => {},
      environment: {},
      isTerminal: false,
    };
    expect(await runCli([...name.split(" "), "--help"], io)).toBe(0);
    expect(out).toContain(`hems-edge ${name}`);
    expect(out).toContain(command.example);
    for (const option of Object.keys(command.options)) expect(out).toContain(`--${option}`);
    const argv = command.example.split(" ").slice(1);
    const typed = argv.slice(name.split(" ").length);
    if (command.subcommands === undefined) expect(parseArguments(command, typed).ok).toBe(true);
  });

  it("is suggested where it was mistyped", async () => {
    const { run } = await partnerProgram();
    expect(await run("users", "lst")).toMatchObject({
      code: 2,
      err: expect.stringMatching(/did you mean list/),
    });
    expect(await run("turnips")).toMatchObject({ code: 2 });
  });
});

describe("login", () => {
  it("checks the credentials and remembers where they are, not what they are", async () => {
    const { environment, folder, server } = await partnerProgram();
    const secret = join(folder, "secret.txt");
    writeFileSync(secret, "simulated-client-secret\n", { mode: 0o600 });
    writeFileSync(join(folder, "id.txt"), "simulated-client", { mode: 0o644 });
    let text = "";
    const io = {
      out: (more: string) => {
        text += more;
      },
      err: (more: string) => {
        text += more;
      },
      environment: { HOME: folder, HEMS_PARTNER_AUDIT_LOG: environment.HEMS_PARTNER_AUDIT_LOG },
      isTerminal: true,
    };
    const argv = [
      "partner",
      "login",
      "--profile",
      "lab",
      "--base-url",
      server.address().url,
      "--org-id",
      SIMULATED_ORG_ID,
    ];
    const files = ["--client-id-file", join(folder, "id.txt"), "--client-secret-file", secret];
    expect(await runCli([...argv, ...files], io)).toBe(0);
    expect(text).toMatch(/id.txt can be read by others/);
    const path = join(folder, ".config/hems-edge/partner.json");
    expect(readFileSync(path, "utf8")).not.toContain("simulated-client-secret");
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(await runCli(["partner", "users", "list"], io)).toBe(0);
    expect(text).toContain("anna@example.com");
    expect(await runCli(["partner", "users", "list", "--profile", "other"], io)).toBe(1);
    expect(text).toMatch(/no profile other: there is lab/);
    expect(await runCli(["partner", "users", "list", "--profile", "constructor"], io)).toBe(1);
    expect(text).toMatch(/no profile constructor: there is lab/);
  });

  it("tells wrong credentials from a wrong address, and shows no secret", async () => {
    const { environment, folder } = await partnerProgram();
    const audit = environment.HEMS_PARTNER_AUDIT_LOG;
    let text = "";
    const run = (more: Readonly<Record<string, string>>) =>
      runCli(["partner", "users", "list"], {
        out: (out) => {
          text += out;
        },
        err: (err) => {
          text += err;
        },
        environment: { HOME: folder, HEMS_PARTNER_AUDIT_LOG: audit, ...more },
        isTerminal: true,
      });
    expect(await run({})).toBe(1);
    expect(text).toMatch(/log in first with hems-edge partner login/);
    expect(await run({ ...environment, HEMS_PARTNER_CLIENT_SECRET: "canary-secret" })).toBe(1);
    expect(text).toMatch(/unauthorized: no token: invalid_client/);
    const { HEMS_PARTNER_CLIENT_SECRET: _secret, ...without } = environment;
    expect(await run(without)).toBe(1);
    expect(text).toMatch(/set HEMS_PARTNER_CLIENT_SECRET in the environment/);
    expect(text).not.toContain("canary-secret");
  });
});

describe("users", () => {
  it("are filtered on our side, as a table on a terminal and as data in a pipe", async () => {
    const { run, type } = await partnerProgram();
    expect(await run("users", "list", "--role", "king")).toMatchObject({
      code: 2,
      err: expect.stringMatching(/--role takes one of admin, staff, user/),
    });
    const table = await type("users", "list", "--search", "ANNA cust");
    expect(table.out).toMatch(/^id +email +role/);
    expect(table.out).toMatch(/anna@example.com/);
    expect(table.out).toMatch(/1 row\n$/);
    expect((await run("users", "list", "--role", "admin")).json()).toEqual([]);
    expect((await run("users", "list", "--csv", "--search", "ben")).out).toBe(
      `id,email,role,first_name,last_name,town,country,external_user_id\n${BEN},ben@example.com,user,,,,,\n`,
    );
  });

  it("are created and changed, with a line in the audit log that names nobody", async () => {
    const { run, auditLines, environment } = await partnerProgram();
    expect((await run("users", "create", "--email", "nora@example.com", "--first-name", "Nora")).code).toBe(
      0,
    );
    expect((await run("users", "update", ANNA, "--town", "Graz", "--country", "AT")).json()).toMatchObject({
      town: "Graz",
    });
    expect(auditLines()).toMatchObject([
      {
        action: "users.create",
        after: { email: "[redacted]", first_name: "[redacted]", role: "user" },
        outcome: "ok",
      },
      {
        action: "users.update",
        target: ANNA,
        who: { profile: "environment", login: "client_credentials" },
        before: { town: null },
        after: { town: "[redacted]" },
      },
    ]);
    const text = readFileSync(environment.HEMS_PARTNER_AUDIT_LOG ?? "", "utf8");
    expect(text).not.toMatch(/Nora|nora@|Graz|simulated-client-secret/);
    expect(statSync(environment.HEMS_PARTNER_AUDIT_LOG ?? "").mode & 0o777).toBe(0o600);
  });

  it("are not changed by what is wrong", async () => {
    const { run, server } = await partnerProgram();
    expect(await run("users", "update", ANNA, "--country", "Austria")).toMatchObject({
      code: 2,
      err: expect.stringMatching(/--country: takes two capital letters/),
    });
    expect((await run("users", "update", ANNA)).err).toMatch(/nothing to change/);
    expect(await run("users", "get", "nobody")).toMatchObject({
      code: 1,
      err: expect.stringMatching(/not found/),
    });
    expect(server.organisation.user(ANNA)?.updates).toBe(0);
  });

  it("are not changed where the audit log cannot be written", async () => {
    const { environment, folder, server } = await partnerProgram();
    writeFileSync(join(folder, "file"), "");
    let err = "";
    const code = await runCli(["partner", "users", "update", ANNA, "--town", "Graz"], {
      out: () => {},
      err: (text) => {
        err += text;
      },
      environment: { ...environment, HEMS_PARTNER_AUDIT_LOG: join(folder, "file", "audit.jsonl") },
      isTerminal: false,
    });
    expect([code, server.counters().requests]).toEqual([1, 0]);
    expect(err).toMatch(/cannot write the audit log/);
  });

  it("have a summary", async () => {
    const { run, type } = await partnerProgram();
    expect((await run("users", "summary", ANNA)).json()).toMatchObject({
      devices: {
        total: 4,
        optimised: 4,
        by_type: { electric_vehicle: 1, wallbox: 1, inverter: 1, heat_pump: 1 },
      },
      buildings: 1,
      consumption: { last_day_kwh: 32, last_month_kwh: 960 },
    });
    expect((await type("users", "summary", ANNA)).out).toMatch(/optimised +4 of 4/);
  });
});

describe("buildings", () => {
  it("are added, listed and changed", async () => {
    const { run } = await partnerProgram();
    await run("buildings", "add", ANNA, "--name", "Hut", "--photovoltaic", "true", "--num-occupants", "2");
    await run("buildings", "update", ANNA, HOME, "--town", "Linz");
    expect((await run("buildings", "list", ANNA)).json()).toMatchObject([
      { name: "Home", town: "Linz" },
      { name: "Hut", photovoltaic: true, num_occupants: 2 },
    ]);
    expect((await run("buildings", "add", ANNA, "--name", "X", "--photovoltaic", "maybe")).code).toBe(2);
  });
});

describe("devices", () => {
  it("are listed, read and changed, each only in its own fields", async () => {
    const { run, type } = await partnerProgram();
    expect((await run("devices", "list", ANNA)).json()).toMatchObject([
      { kind: "electric_vehicle", id: CAR },
      { kind: "inverter", id: INVERTER },
      { kind: "wallbox", id: BOX },
      { kind: "heat_pump", id: PUMP },
    ]);
    expect((await type("devices", "get", ANNA, CAR)).out).toMatch(/battery_capacity_kwh +58/);
    expect((await run("devices", "update", ANNA, CAR, "--charge-deadline-at", "07:00")).code).toBe(0);
    expect(await run("devices", "update", ANNA, CAR, "--optimization-level", "Max")).toMatchObject({
      code: 2,
      err: expect.stringMatching(/electric_vehicle: takes no --optimization-level/),
    });
    expect((await run("devices", "get", ANNA, "x")).code).toBe(1);
  });

  it("are reset", async () => {
    const { run, server } = await partnerProgram();
    server.organisation.setFields(PUMP, {
      is_smart_optimization_active: false,
      pause_power_until: "2099-01-01T00:00:00Z",
    });
    expect((await run("devices", "reset", ANNA, PUMP)).json()).toMatchObject({
      is_smart_optimization_active: true,
      is_pause_power_active: false,
    });
  });

  it("get a link to be connected, or connected again", async () => {
    const { run, type, server } = await partnerProgram();
    const { out } = await type("devices", "link", ANNA, "--kind", "wb", "--building", HOME);
    expect((await fetch(out.split("\n")[0] ?? "")).status).toBe(200);
    expect(server.organisation.devices(ANNA).filter(({ kind }) => kind === "wallbox")).toHaveLength(2);
    expect((await type("devices", "link", ANNA, "--device", BOX)).out).toMatch(/connect\/reconnect/);
    expect((await run("devices", "link", ANNA, "--device", CAR)).code).toBe(2);
    expect((await run("devices", "link", ANNA, "--kind", "toaster")).code).toBe(2);
  });

  it("are boosted, with the reason where they are not", async () => {
    const { run, server } = await partnerProgram();
    server.organisation.plugIn(BOX);
    expect((await run("boost", ANNA, BOX)).json()).toEqual({ boost_state: "requested" });
    expect(await run("boost", ANNA, BOX)).toMatchObject({
      code: 1,
      err: expect.stringMatching(/runs already/),
    });
    expect((await run("boost", ANNA, BOX, "--cancel")).json()).toEqual({ boost_state: "available" });
    expect((await run("boost", ANNA, PUMP)).code).toBe(2);
  });
});

describe("energy contracts and sessions", () => {
  it("of a user are added with prices and listed", async () => {
    const { folder, run, type } = await partnerProgram();
    const prices = join(folder, "prices.csv");
    writeFileSync(prices, "timestamp,price\n2026-11-25T00:00:00Z,0.21\n2026-11-25T01:00:00Z,0.19\n");
    const add = ["contracts", "add", ANNA, "--energy-contract-type", "spot_hourly", "--prices", prices];
    expect((await run(...add)).json()).toMatchObject({ energy_prices: [{ price: 0.21 }, { price: 0.19 }] });
    expect((await type("contracts", "list", ANNA)).out).toMatch(/spot_hourly +- +- +2/);
    expect((await run("devices", "troubleshoot", ANNA)).json()).toEqual([]);
    writeFileSync(prices, "timestamp,price\nyesterday,cheap\n");
    expect(await run(...add)).toMatchObject({ code: 2, err: expect.stringMatching(/prices/) });
    writeFileSync(prices, "timestamp,price\n2026-11-25T00:00:00Z,\n");
    expect((await run(...add)).code).toBe(2);
    expect((await run("contracts", "add", ANNA, "--prices", join(folder, "none.csv"))).code).toBe(2);
  });

  it("of a user keep every price of a week, and more", async () => {
    const { folder, run } = await partnerProgram();
    const prices = join(folder, "prices.csv");
    const hours = Array.from({ length: 24 * 8 }, (_none, hour) =>
      new Date(Date.UTC(2026, 10, 1, hour)).toISOString(),
    );
    writeFileSync(prices, `timestamp,price\n${hours.map((hour) => `${hour},0.2`).join("\n")}\n`);
    const added = (await run("contracts", "add", ANNA, "--prices", prices)).json();
    expect(added).toMatchObject({ energy_prices: { length: hours.length } });
  });

  it("of a vehicle are listed over all pages", async () => {
    const { run } = await partnerProgram();
    expect((await run("devices", "sessions", ANNA, CAR)).json()).toHaveLength(120);
    expect((await run("devices", "sessions", ANNA, CAR, "--current")).json()).toMatchObject([
      { energy_charged_kwh: 0 },
    ]);
    const march = await run("devices", "sessions", ANNA, CAR, "--from", "2026-03-01", "--to", "2026-03-31");
    expect(march.json()).toHaveLength(14);
    expect((await run("devices", "sessions", ANNA, CAR, "--from", "March")).code).toBe(2);
    expect((await run("devices", "sessions", ANNA, CAR, "--to", "2026-02-30")).code).toBe(2);
  });
});

describe("charging-config", () => {
  it("is told with its reasons spelled out", async () => {
    const { type } = await partnerProgram();
    const { out } = await type("charging-config", "get", BEN);
    expect(out).toMatch(/locked +hems: connect a car \(no_ev\); .*connect an inverter \(no_inverter\)/);
  });

  it("cannot steer the terminal on which it is told", async () => {
    const { server, type } = await partnerProgram();
    const body = JSON.stringify({ smart_charging_mode: "hems\u001b[2J", status: { ux_phase: "off\u009b" } });
    server.inject({ kind: "status", status: 200, body }, { scope: "config" });
    const { out } = await type("charging-config", "get", ANNA);
    expect(out).toMatch(/^mode +hems \[2J$/m);
    expect(out).not.toMatch(/[^\P{Cc}\n]/u);
  });

  it("is changed in the given parts, and a refusal is told in the server's words", async () => {
    const { run, auditLines } = await partnerProgram();
    expect((await run("charging-config", "set", ANNA, "--mode", "spot")).json()).toMatchObject({
      smart_charging_mode: "spot",
    });
    expect(await run("charging-config", "set", ANNA, "--start-w", "2000")).toMatchObject({
      code: 1,
      err: expect.stringMatching(/needs at least 4140 W/),
    });
    expect((await run("charging-config", "set", ANNA, "--start-w", "many")).err).toMatch(/--start-w/);
    expect(auditLines()).toMatchObject([
      { before: { smart_charging_mode: "hems" }, after: { smart_charging_mode: "spot" }, outcome: "ok" },
      { outcome: "invalid" },
    ]);
  });
});
