import { statSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import mqtt from "mqtt";
import { afterEach, describe, expect, it } from "vitest";
import { createCentralSystem } from "../../drivers/index.ts";
import { freePort } from "../../simulator/free-port.ts";
import { runCli } from "../../src/cli/cli.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import { createMemoryStateStore } from "../../src/history/memory-state-store.ts";
import { createSystemClock } from "../../src/service/clock.ts";
import { type DaemonProcess, spawnProgram } from "../hil/support/daemon-process.ts";
import { eventually } from "../support/eventually.ts";
import { silentLog } from "../support/silent-log.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const PATIENCE_MS = 15_000;
const folder = temporaryFolder();
const running: DaemonProcess[] = [];

function simulate(...argv: string[]): DaemonProcess {
  const program = spawnProgram(["simulate", ...argv]);
  running.push(program);
  return program;
}

/** Waits for a line of output and returns what `pattern` found in it. */
async function printed(program: DaemonProcess, pattern: RegExp): Promise<string> {
  const find = () => pattern.exec(program.messages().join("\n"));
  await eventually(() => find() !== null || !program.isRunning, PATIENCE_MS);
  const found = find();
  if (found === null) throw new Error(`ended without ${pattern}: ${program.errorText()}`);
  return found[1] ?? found[0];
}

async function endsWell(program: DaemonProcess, signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
  program.kill(signal);
  expect(await program.ended).toEqual({ code: 0, signal: null });
  expect(program.errorText()).toBe("");
}

afterEach(async () => {
  for (const program of running) if (program.isRunning) program.kill("SIGKILL");
  await Promise.all(running.splice(0).map(({ ended }) => ended));
});

describe("hems-edge simulate", { timeout: 60_000 }, () => {
  it.each(["inverter", "meter"])("runs a SunSpec %s on Modbus TCP until it is told to stop", async (name) => {
    const program = simulate(name, "--unit", "7", "--refresh-ms", "1000", "--lag-ms", "0", "--from", "12:00");
    const port = Number(await printed(program, /127\.0\.0\.1:(\d+) unit 7/));
    expect(await marker(port, 7)).toBe("SunS");
    await endsWell(program, "SIGINT");
  });

  it("runs an inverter of any driver, which probe recognises", async () => {
    const program = simulate("inverter", "--profile", "sungrow-sh", "--battery-kwh", "10", "--from", "12:00");
    const address = await printed(program, /inverter (127\.0\.0\.1:\d+), Sungrow SH/);
    const out: string[] = [];
    const io = { out: (part: string) => void out.push(part), err() {}, environment: {}, isTerminal: false };
    expect(await runCli(["probe", "modbus", address, "--unit", "1"], io)).toBe(0);
    expect(out.join("")).toContain("driver: sungrow-sh");
    await endsWell(program);
  });

  it("runs a Partner API with the users and devices of a file", async () => {
    const seed = join(folder, "seed.json");
    const devices = [{ kind: "heat_pump", fields: { is_authenticated: false } }];
    writeFileSync(seed, JSON.stringify([{ user: { email: "eva@example.com" }, devices }]));
    const program = simulate("partner", "--seed", seed, "--users", "2");
    const url = await printed(program, /partner (http:\S+)/);
    expect(await printed(program, /users +(\d+)/)).toBe("4");
    const orgId = await printed(program, /org_id +(\S+)/);
    const token = await fetch(`${url}/api/partners/v2.0/auth/token`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        grant_type: "password",
        username: "eva@example.com",
        password: "simulated-password",
      }),
    });
    const { access_token } = (await token.json()) as { access_token: string };
    const headers = { authorization: `Bearer ${access_token}` };
    const users = await fetch(`${url}/api/partners/v2.0/org/${orgId}/users`, { headers });
    const [eva] = (await users.json()) as { id: string; email: string }[];
    expect(eva?.email).toBe("eva@example.com");
    const pumps = await fetch(`${url}/api/partners/v2.0/org/${orgId}/users/${eva?.id}/heat-pumps`, {
      headers,
    });
    expect(await pumps.json()).toMatchObject([
      { is_authenticated: false, actions: [{ code: "reauthenticate" }] },
    ]);
    await endsWell(program);
  });

  it("names what is wrong with a file of users or a fault", async () => {
    const seed = join(folder, "bad-seed.json");
    writeFileSync(seed, '[{"user":{"email":"nobody"}}]');
    for (const [argv, problem] of [
      [["--seed", seed], /0.user.email/],
      [["--fault", "500:2"], /--fault takes KIND/],
    ] as const) {
      const program = simulate("partner", ...argv);
      expect(await program.ended).toEqual({ code: 2, signal: null });
      expect(program.errorText()).toMatch(problem);
    }
  });

  it("runs a Partner API with the mode and thresholds that were asked for", async () => {
    const program = simulate("partner", "--mode", "none", "--thresholds", "5000,100");
    const url = await printed(program, /partner (http:\S+)/);
    const word = (name: string) => printed(program, new RegExp(`${name} +(\\S+)`));
    const token = await fetch(`${url}/api/partners/v2.0/auth/token`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        grant_type: "password",
        username: await word("username"),
        password: await word("password"),
      }),
    });
    const { access_token } = (await token.json()) as { access_token: string };
    const user = `${url}/api/partners/v2.0/org/${await word("org_id")}/users/${await word("user_id")}`;
    const config = await fetch(`${user}/charging-config`, {
      headers: { authorization: `Bearer ${access_token}` },
    });
    expect(await config.json()).toMatchObject({
      smart_charging_mode: "none",
      thresholds: { hems_min_export_to_start_w: 5_000, hems_max_import_before_stopping_w: 100 },
    });
    await endsWell(program);
  });

  it("runs an MQTT broker, also while a client is connected", async () => {
    const program = simulate("broker");
    const url = await printed(program, /mqtt:\/\/\S+:\d+/);
    const client = await mqtt.connectAsync(url, { reconnectPeriod: 0 });
    await client.publishAsync("greeting", "hello", { qos: 1 });
    await endsWell(program);
    await client.endAsync(true);
  });

  it("runs a wallbox that dials the central system with its identity and password", async () => {
    const passwordFile = join(folder, "password");
    writeFileSync(passwordFile, "a-long-password\n");
    const log = silentLog;
    const centralSystem = createCentralSystem(
      {
        host: "127.0.0.1",
        port: 0,
        callTimeoutMs: 5_000,
        pingIntervalMs: 0,
        accounts: [{ identity: "GARAGE-1", password: "a-long-password" }],
      },
      { clock: createSystemClock({ unref: true }), log, store: createMemoryStateStore() },
    );
    const calls: string[] = [];
    centralSystem.register("GARAGE-1", {
      onConnected: () => {},
      onDisconnected: () => {},
      onCall(action) {
        calls.push(action);
        return { status: "Accepted", currentTime: "2026-11-21T00:00:00Z", interval: 60 };
      },
    });
    const started = await centralSystem.start();
    if (!started.ok) throw new Error("no port");
    const program = simulate(
      ...["wallbox", "--url", `ws://127.0.0.1:${started.port}`, "--identity", "GARAGE-1"],
      ...["--password-file", passwordFile, "--phases", "1", "--quirk", "idle-meter-values"],
      ...["--quirk", "answer-delay-ms=100", "--clock-speed", "20"],
    );
    await eventually(() => calls.includes("BootNotification"), PATIENCE_MS);
    await printed(program, /wallbox connected/);
    await endsWell(program);
    await centralSystem.close();
  });

  it("runs a house, and the daemon charges in it by the config file that was written", async () => {
    const configPath = join(folder, "house.yaml");
    const [ocppPort, pagePort] = [await freePort(), await freePort()];
    const house = simulate(
      ...["house", "--write-config", configPath, "--from", "12:00", "--clock-speed", "20"],
      ...["--ocpp-port", String(ocppPort), "--page-port", String(pagePort)],
    );
    await printed(house, /hems-edge run --config (\S+)/);
    expect(statSync(configPath).mode & 0o077).toBe(0);
    const daemon = spawnProgram(["run", "--config", configPath, "--clock-speed", "20"]);
    running.push(daemon);
    await printed(house, /wallbox connected, Charging, limit \d+ A/);
    expect(daemon.messages()).not.toContain("config warning");
    await endsWell(house);
    await endsWell(daemon);
  });

  it("prints a config file that is valid as it stands", async () => {
    const program = simulate("house", "--phases", "1", "--day", "2022-01-20_golden_winter");
    await printed(program, /state_dir: \S+/);
    const path = join(folder, "printed.yaml");
    writeFileSync(path, `${program.messages().join("\n")}\n`, { mode: 0o600 });
    const loaded = loadConfig(path, { environment: {} });
    expect(loaded).toMatchObject({ ok: true, config: { wallboxes: [{ phases: 1 }] } });
    await endsWell(program);
  });

  it.each([
    [["meter", "--unit", "256"], "--unit takes a whole number from 0 to 255"],
    [["meter", "--from", "25:00"], "--from takes HH:MM"],
    [["inverter", "--day", "2022-13-01"], "no shipped day"],
    [["inverter", "--unti", "1"], "did you mean --unit?"],
    [["wallbox", "--url", "http://127.0.0.1"], "--url takes ws://HOST:PORT"],
    [["wallbox", "--quirk", "lazy"], 'there is no quirk "lazy"'],
    [["wallbox", "--quirk", "answer-delay-ms"], "needs milliseconds"],
    [["wallbox", "--phases", "2"], "--phases takes one of 1, 3"],
    [["wallbox", "--password-file", "/nowhere/password"], "cannot be read"],
    [["partner", "--thresholds", "1500"], "--thresholds takes two whole numbers"],
    [["partner", "--mode", "fast"], "--mode takes one of none, spot"],
    [["broker", "--port", "99999"], "--port takes a whole number"],
    [["house", "--clock-speed", "0"], "--clock-speed takes a number"],
    [["brokr"], "did you mean broker?"],
    [[], "missing inverter|meter"],
  ])("refuses %j with exit code 2 and the remedy", async (argv, words) => {
    const { code, err } = await inProcess(["simulate", ...argv]);
    expect(code).toBe(2);
    expect(err).toContain(words);
  });

  it.each(["inverter", "meter", "wallbox", "partner", "broker", "house"])(
    "explains %s with an example that starts with its own name",
    async (name) => {
      const { code, out } = await inProcess(["simulate", name, "--help"]);
      expect(code).toBe(0);
      expect(out).toContain(`Usage: hems-edge simulate ${name} [OPTIONS]`);
      expect(out).toContain(`  hems-edge simulate ${name} `);
    },
  );

  it("ends with 1 when its port is taken", async () => {
    const first = simulate("broker");
    const port = await printed(first, /127\.0\.0\.1:(\d+)/);
    const second = simulate("meter", "--port", port);
    expect(await second.ended).toEqual({ code: 1, signal: null });
    expect(second.errorText()).toContain("choose another --port");
  });
});

async function inProcess(argv: readonly string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const io = {
    out: (text: string) => void out.push(text),
    err: (text: string) => void err.push(text),
    environment: {},
    isTerminal: false,
  };
  return { code: await runCli(argv, io), out: out.join(""), err: err.join("") };
}

/** The first two registers at 40000 as text. */
async function marker(port: number, unit: number): Promise<string> {
  const request = Buffer.from([0, 1, 0, 0, 0, 6, unit, 3, 0x9c, 0x40, 0, 2]);
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(request));
    socket.once("error", reject);
    socket.once("data", (answer) => {
      socket.destroy();
      resolve(answer.subarray(9, 13).toString("latin1"));
    });
  });
}
