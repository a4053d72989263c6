import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  createPartnerServer,
  SIMULATED_ORG_ID,
  SIMULATED_USER_ID,
} from "../../simulator/partner/partner-server.ts";
import { createPriceServer } from "../../simulator/prices/price-server.ts";
import { profileRegisters } from "../../simulator/profile/profile-registers.ts";
import type { Diagnosis } from "../../src/cli/doctor-checks.ts";
import { onlineDiagnoses } from "../../src/cli/online/online-check.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import { delay } from "../../src/ports/clock.ts";
import { createSystemClock } from "../../src/service/clock.ts";
import { serve } from "../api/support/serve.ts";
import { closedAfterTest } from "../drivers/modbus/support/bus-under-test.ts";
import { createSimulatedSite } from "../drivers/ocpp/support/simulated-site.ts";
import { modbusProfile, serve as serveDevice } from "../drivers/profiles/support.ts";
import { capturedCli } from "../support/captured-cli.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { webServer } from "../support/web-server.ts";
import { startBroker } from "../telemetry/support/broker.ts";

const folder = temporaryFolder();

const NOON = { gridPowerW: -2_310, pvPowerW: 6_360, batteryPowerW: -1_500, batterySocPct: 64 };
/** Nobody listens on port 1. */
const NOBODY = { host: "127.0.0.1", port: 1 };

const house = {
  site: { main_fuse_a: 35, pv_peak_w: 10_000 },
  control: { thresholds: { hems_min_export_to_start_w: 4_000, hems_max_import_before_stopping_w: 200 } },
  wallbox: { name: "garage", identity: "BOX", phases: 3, max_current_a: 16 },
  api: { port: 0 },
  ocpp: { port: 0 },
};

const inverter = (address: { host: string; port: number }) => ({
  name: "hybrid",
  driver: "sungrow-sh",
  connection: { type: "tcp", ...address },
  timeout_ms: 10_000,
});

const partnerAt = (url: string, password: string) => ({
  base_url: url,
  org_id: SIMULATED_ORG_ID,
  user_id: SIMULATED_USER_ID,
  auth: { grant: "password", username: "gateway@example.com", password },
});

/** A broker with a login; a roof publishes 1200 W there all the time. */
async function brokerWithRoof() {
  const broker = await startBroker({
    authenticate: (_client, username, password, done) =>
      done(null, username === "hems" && password?.toString() === "broker-canary"),
  });
  const ending = new AbortController();
  const publishing = (async () => {
    while (!ending.signal.aborted) {
      await broker.publish("roof/power", "1200");
      await delay(createSystemClock(), 50, ending.signal);
    }
  })();
  closedAfterTest({
    async close() {
      ending.abort();
      await publishing;
      await broker.close();
    },
  });
  return broker;
}

const contactAt = (address: { host: string; port: number }) => ({
  failsafe_limit_w: 4_200,
  source: {
    type: "contact",
    connection: { type: "tcp", ...address },
    table: "input_register",
    address: 7,
    timeout_ms: 10_000,
  },
});

const roof = {
  name: "roof",
  driver: "mqtt-json",
  roles: ["pv"],
  connection: { type: "mqtt", topic: "roof/power" },
  values: { pv_w: {} },
};

/** The path of a file with this config. */
function written(config: object): string {
  const path = join(folder, "config.yaml");
  writeFileSync(path, JSON.stringify(config), { mode: 0o600 });
  return path;
}

async function cli(config: object) {
  const path = written(config);
  const { code, out } = await capturedCli(["check", "--online", "--json", "--config", path]);
  const answer: { ok: boolean; problems: unknown[]; online?: Diagnosis[] } = JSON.parse(out);
  return {
    code,
    ...answer,
    text: out,
    of: (name: string) => answer.online?.find((one) => one.name === name),
  };
}

/** As the command does, but topics are listened to for a moment only. */
async function heardBriefly(config: object) {
  const path = written(config);
  const outcome = loadConfig(path, { environment: {} });
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.problems));
  const io = { out() {}, err() {}, environment: {}, isTerminal: false };
  const input = { texts: { config: path }, switches: new Set<string>(), lists: {}, positionals: [], io };
  const online = await onlineDiagnoses(outcome.config, input, 300);
  return (name: string) => online.find((one) => one.name === name);
}

describe("check --online", () => {
  it("tells of every peer that answers, with the signs in words", async () => {
    const device = await serveDevice(profileRegisters(modbusProfile("sungrow-sh"), NOON));
    const json = await webServer((_request, response) => void response.end('{"power": 800}'));
    const broker = await brokerWithRoof();
    const partner = closedAfterTest(await createPartnerServer({ clock: createSystemClock() }));
    const hourMs = Math.floor(Date.now() / 3_600_000) * 3_600_000;
    const hours = [0, 1, 2].map((hour) => ({ startMs: hourMs + hour * 3_600_000, priceEurMwh: 80 }));
    const prices = closedAfterTest(await createPriceServer({ format: "awattar", hours }));
    const answer = await cli({
      ...house,
      devices: [
        inverter(device.address),
        {
          name: "shed",
          driver: "http-json",
          roles: ["pv"],
          connection: { type: "http", host: "127.0.0.1", port: Number(new URL(json).port), path: "/" },
          values: { pv_w: { path: "power" } },
        },
        roof,
      ],
      mqtt: { url: broker.url, username: "hems", password: "broker-canary" },
      partner: partnerAt(partner.address().url, "simulated-password"),
      prices: { source: { type: "awattar", url: prices.url } },
      influx: { type: "http", url: json },
    });
    expect(answer.online?.filter(({ verdict }) => verdict === "fail")).toEqual([]);
    expect(answer.code).toBe(0);
    expect(answer.of("device hybrid")?.detail).toMatch(
      /^sungrow-sh at 127\.0\.0\.1:\d+ unit 1: your house exports 2 310 W, PV makes 6 360 W, the battery charges with 1 500 W/,
    );
    expect(answer.of("device shed")?.detail).toContain("PV makes 800 W");
    expect(answer.of("device roof")).toMatchObject({
      verdict: "ok",
      detail: expect.stringContaining("1 200 W"),
    });
    expect(answer.of("house")).toMatchObject({ verdict: "ok", detail: "so the house uses 4 550 W" });
    expect(answer.of("mqtt broker")).toMatchObject({ verdict: "ok" });
    expect(answer.of("partner api")?.detail).toMatch(/takes our login; its mode is \w+$/);
    expect(answer.of("prices")?.detail).toContain("3 prices around now");
    expect(answer.of("influx")).toMatchObject({ verdict: "ok" });
    expect(answer.of("ocpp port")).toMatchObject({
      verdict: "ok",
      detail: expect.stringContaining("is free"),
    });
    expect(answer.of("wallbox garage")).toMatchObject({ verdict: "unknown" });
    // The daemon's own connections and topics are left alone.
    expect(broker.messages.filter(({ topic }) => topic.startsWith("hems-edge/"))).toEqual([]);
    expect(answer.text).not.toMatch(/broker-canary|simulated-password/);
  });

  it("names each peer that does not answer or refuses us, with what to look at, and exits 78", async () => {
    const broker = await brokerWithRoof();
    const partner = closedAfterTest(await createPartnerServer({ clock: createSystemClock() }));
    const prices = closedAfterTest(await createPriceServer({ format: "awattar", hours: [] }));
    const answer = await cli({
      ...house,
      devices: [
        inverter(NOBODY),
        {
          name: "shed",
          driver: "http-json",
          roles: ["pv"],
          connection: { type: "http", ...NOBODY, path: "/" },
          values: { pv_w: { path: "power" } },
        },
      ],
      mqtt: { url: broker.url, username: "hems", password: "wrong-canary" },
      partner: partnerAt(partner.address().url, "wrong-canary"),
      prices: { source: { type: "awattar", url: prices.url } },
      influx: { type: "http", url: "http://127.0.0.1:1" },
      api: { host: "127.0.0.1", port: Number(new URL(broker.url).port) },
    });
    expect([answer.code, answer.ok]).toEqual([78, true]);
    const failed = (detail: RegExp) => ({ verdict: "fail", detail: expect.stringMatching(detail) });
    expect(answer.of("device hybrid")).toMatchObject(
      failed(/ECONNREFUSED.*hems-edge probe modbus 127\.0\.0\.1:1/),
    );
    expect(answer.of("device shed")).toMatchObject(failed(/127\.0\.0\.1:1 unreachable.*switched on/));
    expect(answer.of("mqtt broker")).toMatchObject(failed(/mqtt\.username and mqtt\.password/));
    expect(answer.of("partner api")).toMatchObject(failed(/unauthorized.*under partner/));
    expect(answer.of("prices")).toMatchObject(failed(/no usable price.*prices\.source/));
    expect(answer.of("influx")).toMatchObject(failed(/takes no connection/));
    expect(answer.of("api port")).toMatchObject(failed(/another program/));
    expect(answer.text.replace(/"warnings":.*?"online"/, "")).not.toContain("wrong-canary");
  });

  it("listens to topics for a while only, and does not count what is retained", async () => {
    const broker = closedAfterTest(await startBroker());
    await broker.publish("roof/power", "1200", { isRetained: true });
    const of = await heardBriefly({
      ...house,
      devices: [roof],
      mqtt: { url: broker.url },
      prices: { source: { type: "mqtt", topic: "market/prices" } },
      grid_operator: { failsafe_limit_w: 4_200, source: { type: "mqtt", topic: "control-box/limit" } },
    });
    expect(of("device roof")).toMatchObject({ verdict: "fail", detail: expect.stringContaining("Retained") });
    expect(of("prices")).toMatchObject({
      verdict: "fail",
      detail: expect.stringContaining("no message came"),
    });
    expect(of("grid operator")).toMatchObject({
      verdict: "warn",
      detail: expect.stringContaining("no message came"),
    });
    expect(of("mqtt broker")).toMatchObject({ verdict: "ok" });
  });

  it("blames nobody where it cannot read a secret of the service", async () => {
    const secret = { credential: "kept-by-systemd" };
    const answer = await cli({
      ...house,
      devices: [roof],
      mqtt: { url: "mqtt://127.0.0.1:1", username: "hems", password: secret },
      partner: {
        ...partnerAt("http://127.0.0.1:1", ""),
        auth: { grant: "password", username: "a", password: secret },
      },
    });
    expect(answer.code).toBe(0);
    for (const name of ["device roof", "mqtt broker", "partner api"]) {
      expect(answer.of(name)).toMatchObject({
        verdict: "unknown",
        detail: expect.stringContaining("systemd gave this process no credentials"),
      });
    }
  });

  it("asks the running daemon for its wallboxes, and leaves a serial line to it", async () => {
    const site = await createSimulatedSite({
      wallbox: { name: "garage" },
      box: { vendor: "ABB", model: "TAC-W11" },
    });
    onTestFinished(() => site.close());
    await site.until(() => site.wallbox.card().isConnected && site.wallbox.card().vendor === "ABB");
    const desk = { wallboxes: [site.wallbox], strangers: () => [], certificate: () => undefined };
    const daemon = await serve({ login: "always" }, { clock: site.clock, desk });
    const config = {
      ...house,
      devices: [{ ...inverter(NOBODY), connection: { type: "rtu", path: "/dev/null" } }],
      wallbox: { ...house.wallbox, identity: "BOX1" },
      api: { port: Number(new URL(daemon.url).port) },
    };
    const locked = await heardBriefly(config);
    expect(locked("api port")).toMatchObject({
      verdict: "ok",
      detail: expect.stringContaining("the daemon runs"),
    });
    expect(locked("device hybrid")).toMatchObject({
      verdict: "unknown",
      detail: expect.stringContaining("the running daemon holds /dev/null"),
    });
    expect(locked("wallbox garage")).toMatchObject({
      verdict: "unknown",
      detail: expect.stringContaining("HEMS_EDGE_TOKEN"),
    });

    const open = await serve({}, { clock: site.clock, desk });
    const opened = { ...config, api: { port: Number(new URL(open.url).port) } };
    const of = await heardBriefly(opened);
    expect(of("wallbox garage")).toMatchObject({
      verdict: "ok",
      detail: expect.stringMatching(/^connected: ABB TAC-W11/),
    });
    site.box.close();
    await site.until(() => !site.wallbox.card().isConnected);
    expect((await heardBriefly(opened))("wallbox garage")).toMatchObject({
      verdict: "fail",
      detail: expect.stringContaining("does not dial in: enter ws://THIS-MACHINE:0 and BOX1 there"),
    });
    const strange = { ...opened, wallbox: { ...house.wallbox, identity: "OTHER" } };
    expect((await heardBriefly(strange))("wallbox garage")).toMatchObject({
      verdict: "fail",
      detail: expect.stringContaining("restart it with this config"),
    });
  });

  it("reads the grid operator's contact", async () => {
    const device = await serveDevice({
      word: (_unit, functionCode, address) => (functionCode === 4 && address === 7 ? 1 : undefined),
    });
    const of = await heardBriefly({ ...house, grid_operator: contactAt(device.address) });
    expect(of("grid operator")).toMatchObject({ verdict: "ok", detail: "the contact is closed: limited" });
    const gone = await heardBriefly({ ...house, grid_operator: contactAt(NOBODY) });
    expect(gone("grid operator")).toMatchObject({
      verdict: "fail",
      detail: expect.stringContaining("ECONNREFUSED"),
    });
  });

  it("tells signs that cannot be right", async () => {
    const wrong = { ...NOON, gridPowerW: -9_000 };
    const device = await serveDevice(profileRegisters(modbusProfile("sungrow-sh"), wrong));
    const of = await heardBriefly({ ...house, devices: [inverter(device.address)] });
    expect(of("house")).toMatchObject({ verdict: "warn", detail: expect.stringContaining("cannot be") });
  });

  it("asks nobody for a config that is not valid", async () => {
    const device = await serveDevice(profileRegisters(modbusProfile("sungrow-sh"), NOON));
    const { site: _site, ...rest } = house;
    const answer = await cli({ ...rest, devices: [inverter(device.address)] });
    expect([answer.code, answer.ok, answer.online]).toEqual([78, false, undefined]);
    expect(device.requests).toEqual([]);
  });
});
