import { afterEach, describe, expect, it } from "vitest";
import type { TickReport } from "../../src/core/tick-report.ts";
import { createMemoryStateStore } from "../../src/history/memory-state-store.ts";
import { createMqttTelemetry, type MqttTelemetry } from "../../src/telemetry/mqtt-telemetry.ts";
import type { TelemetryDevice } from "../../src/telemetry/topics.ts";
import { eventually } from "../support/eventually.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { recordingCommands } from "../support/recording-commands.ts";
import { sampleReport } from "../support/sample-report.ts";
import { silentLog } from "../support/silent-log.ts";
import { startBroker, type TestBroker } from "./support/broker.ts";

const BASE = "hems-edge/home";
const cleanups: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function broker(options: Parameters<typeof startBroker>[0] = {}): Promise<TestBroker> {
  const started = await startBroker(options);
  cleanups.push(() => started.close());
  return started;
}

interface Setup {
  readonly url: string;
  readonly devices?: readonly TelemetryDevice[];
  readonly wallboxNames?: readonly string[];
  readonly telemetryIntervalMs?: number;
  readonly username?: string;
  readonly password?: string;
  readonly caFile?: string;
}

function telemetryAgainst(setup: Setup) {
  const clock = createManualClock();
  const recorder = recordingCommands();
  const telemetry = createMqttTelemetry(
    {
      mqtt: {
        url: setup.url,
        protocol_version: 4,
        telemetry_interval_ms: setup.telemetryIntervalMs ?? 0,
        username: setup.username,
        password: setup.password,
        ca_file: setup.caFile,
        home_assistant: { enabled: true, prefix: "homeassistant" },
      },
      siteName: "home",
      devices: setup.devices ?? ["grid", "pv"],
      wallboxNames: setup.wallboxNames ?? ["wallbox"],
      largestCurrentA: 16,
      version: "1.0.0",
    },
    {
      clock,
      log: silentLog,
      store: createMemoryStateStore(),
      commands: recorder.commands,
      random: () => 0,
    },
  );
  cleanups.push(() => telemetry.stop());
  return { telemetry, clock, recorder };
}

/** Reports numbered passes one second apart. */
function reporter(telemetry: MqttTelemetry) {
  let pass = 0;
  return (changes: Partial<TickReport> = {}, afterMs = 1_000) => {
    pass += 1;
    nowMs += afterMs;
    telemetry.report(sampleReport({ pass, monotonicMs: nowMs, ...changes }));
  };
}
let nowMs = 0;

async function connected(setup: Setup) {
  const parts = telemetryAgainst(setup);
  parts.telemetry.start();
  await eventually(() => parts.telemetry.state().isConnected);
  return { ...parts, report: reporter(parts.telemetry) };
}

/** Everything that was handed over is at the broker, which may take QoS 0 before an earlier QoS 1. */
async function allArrived(peer: TestBroker, telemetry: MqttTelemetry): Promise<void> {
  await eventually(() => peer.messages.length === telemetry.state().published);
}

function powers(changes: Partial<TickReport["powers"]>) {
  return { powers: { ...sampleReport().powers, ...changes } };
}

describe("what is published", () => {
  it("says online and the schema version, retained, as soon as it is connected", async () => {
    const peer = await broker();
    await connected({ url: peer.url });
    await eventually(() => peer.payloads(`${BASE}/schema_version`).length === 1);
    expect(peer.messages).toContainEqual({
      topic: `${BASE}/status`,
      payload: "online",
      qos: 1,
      isRetained: true,
    });
    expect(peer.messages).toContainEqual({
      topic: `${BASE}/schema_version`,
      payload: "1",
      qos: 1,
      isRetained: true,
    });
  });

  it("leaves offline behind when it stops", async () => {
    const peer = await broker();
    const { telemetry } = await connected({ url: peer.url });
    await telemetry.stop();
    expect(peer.payloads(`${BASE}/status`).at(-1)).toBe("offline");
    expect(telemetry.state().isConnected).toBe(false);
  });

  it("leaves offline behind through the last will when the connection dies", async () => {
    const peer = await broker();
    await connected({ url: peer.url });
    await eventually(() => peer.payloads(`${BASE}/status`).length === 1);
    peer.cut();
    await eventually(() => peer.payloads(`${BASE}/status`).length === 2);
    expect(peer.messages.filter((message) => message.topic === `${BASE}/status`).at(-1)).toEqual({
      topic: `${BASE}/status`,
      payload: "offline",
      qos: 1,
      isRetained: true,
    });
  });

  it("publishes the state retained on a new decision, on nothing that wobbles, and every minute", async () => {
    const peer = await broker();
    const { telemetry, report } = await connected({ url: peer.url });
    report();
    report({
      reason: { code: "following_surplus", text: "other figures", germanText: "" },
      ...powers({ gridPowerW: 90 }),
    });
    report({ setpointA: 11 });
    report({ setpointA: 11, ...powers({ gridPowerW: -20 }) });
    report({ setpointA: 11, wallMs: 1_647_669_700_000 }, 60_000);
    await allArrived(peer, telemetry);
    const states = peer.messages.filter((message) => message.topic === `${BASE}/state`);
    expect(states.map((message) => JSON.parse(message.payload).setpoint_a)).toEqual([10, 11, 11]);
    expect(states.every((message) => message.isRetained)).toBe(true);
    expect(JSON.parse(states[0]?.payload ?? "")).toMatchObject({
      mode: "hems",
      phase: "active",
      ux_phase: "active",
      reason: "following_surplus",
      reason_text: expect.any(String),
      phases: 1,
      limited_by: null,
      thresholds: { hems_min_export_to_start_w: 1_000, hems_max_import_before_stopping_w: 200 },
      valid: true,
      ts: "2022-03-19T06:00:00.000Z",
    });
  });

  it("publishes telemetry each pass with QoS 0, not retained, import positive", async () => {
    const peer = await broker();
    const { telemetry, report } = await connected({ url: peer.url });
    report(powers({ gridPowerW: 1_234 }));
    report(powers({ gridPowerW: -1_234 }));
    await allArrived(peer, telemetry);
    const [first, second] = peer.messages.filter((message) => message.topic === `${BASE}/telemetry`);
    expect(first).toMatchObject({ qos: 0, isRetained: false });
    expect(JSON.parse(first?.payload ?? "")).toEqual({
      ts: "2022-03-19T06:00:00.000Z",
      grid_w: 1_234,
      grid_phases_a: null,
      pv_w: 3_000,
      battery_w: null,
      battery_soc_pct: null,
      load_w: 2_850,
      charge_w: 2_300,
      surplus_w: 2_450,
      wallboxes: [{ name: "wallbox", charge_w: 2_300 }],
      ages_ms: { grid: 400, pv: 400, battery: null, charge: 3_000 },
    });
    expect(JSON.parse(second?.payload ?? "").grid_w).toBe(-1_234);
  });

  it("keeps to the configured interval between telemetry messages", async () => {
    const peer = await broker();
    const { telemetry, report } = await connected({ url: peer.url, telemetryIntervalMs: 5_000 });
    for (let pass = 0; pass < 11; pass++) report({ wallMs: 1_647_669_600_000 + pass });
    report({ setpointA: 16 });
    await allArrived(peer, telemetry);
    expect(peer.payloads(`${BASE}/telemetry`).map((text) => JSON.parse(text).ts.slice(-5))).toEqual([
      ".000Z",
      ".005Z",
      ".010Z",
    ]);
  });

  it("publishes device scalars retained, with a deadband and a least interval", async () => {
    const peer = await broker();
    const { telemetry, report } = await connected({ url: peer.url });
    report(powers({ gridPowerW: -1_000 }), 10_000);
    report(powers({ gridPowerW: -1_020 }), 10_000);
    report(powers({ gridPowerW: -1_030 }), 10_000);
    report(powers({ gridPowerW: -2_000 }), 1_000);
    report(powers({ gridPowerW: -2_000 }), 1_000);
    report({ ...powers({ gridPowerW: -2_001 }), setpointA: 12 }, 1_000);
    report({ ...powers({ gridPowerW: -2_001 }), setpointA: 12 }, 60_000);
    await allArrived(peer, telemetry);
    expect(peer.payloads(`${BASE}/grid/power_w`)).toEqual(["-1000", "-1030", "-2000", "-2001"]);
    expect(peer.payloads(`${BASE}/wallbox/setpoint_a`)).toEqual(["10", "12"]);
    expect(peer.payloads(`${BASE}/wallbox/vehicle`)).toEqual(["charging"]);
    expect(peer.payloads(`${BASE}/pv/power_w`)).toEqual(["3000"]);
    expect(peer.messages.find((message) => message.topic === `${BASE}/pv/power_w`)?.isRetained).toBe(true);
    expect(peer.messages.some((message) => message.topic.startsWith(`${BASE}/battery/`))).toBe(false);
  });

  it("publishes each of several wallboxes below its name, and the decision anew when one of them changes", async () => {
    const peer = await broker();
    const { telemetry, report } = await connected({
      url: peer.url,
      devices: [],
      wallboxNames: ["garage", "yard"],
    });
    const [box] = sampleReport().wallboxes;
    if (box === undefined) throw new Error("there is a box");
    const garage = { ...box, name: "garage" };
    const yard = { ...box, name: "yard", setpointA: 6, wallbox: { ...box.wallbox, isConnected: false } };
    report({ wallboxes: [garage, yard] });
    report({ wallboxes: [garage, { ...yard, setpointA: 0 }] });
    await allArrived(peer, telemetry);
    expect(peer.payloads(`${BASE}/garage/setpoint_a`)).toEqual(["10"]);
    expect(peer.payloads(`${BASE}/yard/setpoint_a`)).toEqual(["6", "0"]);
    expect(peer.payloads(`${BASE}/garage/availability`)).toEqual(["online"]);
    expect(peer.payloads(`${BASE}/yard/availability`)).toEqual(["offline"]);
    expect(peer.payloads(`${BASE}/state`)).toHaveLength(2);
  });

  it("deletes a scalar that is not known any more and marks its device offline", async () => {
    const peer = await broker();
    const { telemetry, report } = await connected({ url: peer.url });
    report();
    report({ meterTrust: "lost", ...powers({ gridPowerW: undefined, pvPowerW: undefined }) });
    await allArrived(peer, telemetry);
    expect(peer.payloads(`${BASE}/grid/power_w`)).toEqual(["-150", ""]);
    expect(peer.payloads(`${BASE}/grid/availability`)).toEqual(["online", "offline"]);
    expect(peer.payloads(`${BASE}/pv/availability`)).toEqual(["online", "offline"]);
    expect(peer.payloads(`${BASE}/wallbox/availability`)).toEqual(["online"]);
  });

  it("publishes battery power and charge where the site has a battery", async () => {
    const peer = await broker();
    const { telemetry, report } = await connected({ url: peer.url, devices: ["battery"] });
    report(powers({ batteryPowerW: -800, batterySocPct: 63.5 }));
    await allArrived(peer, telemetry);
    expect(peer.payloads(`${BASE}/battery/power_w`)).toEqual(["-800"]);
    expect(peer.payloads(`${BASE}/battery/availability`)).toEqual(["online"]);
  });

  it("publishes the partner's status retained and in the partner's shape", async () => {
    const peer = await broker();
    const { telemetry, report } = await connected({ url: peer.url });
    report();
    report({ wallMs: 1_647_669_601_000 });
    report({ uxPhase: "paused", ...powers({ chargePowerW: undefined }) });
    await allArrived(peer, telemetry);
    const [first, second] = peer.messages.filter((message) => message.topic === `${BASE}/partner/status`);
    expect(first?.isRetained).toBe(true);
    expect(JSON.parse(first?.payload ?? "")).toEqual({
      ux_phase: "active",
      mechanism: "wallbox",
      charge_power_w: 2_300,
      boost: "available",
      solar_kwh_today: 4.321,
      as_of: "2022-03-19T06:00:00.000Z",
    });
    expect(JSON.parse(second?.payload ?? "")).toMatchObject({ ux_phase: "paused", charge_power_w: null });
  });

  it("tells what happened as events with QoS 1, not retained", async () => {
    const peer = await broker();
    const { telemetry, report } = await connected({ url: peer.url });
    report({ state: "idle" });
    report({
      state: "commitment",
      reason: { code: "proving_start", text: "starts in 60 s", germanText: "" },
    });
    await allArrived(peer, telemetry);
    const event = peer.messages.find((message) => message.topic === `${BASE}/event`);
    expect(event).toMatchObject({ qos: 1, isRetained: false });
    expect(JSON.parse(event?.payload ?? "")).toEqual({
      ts: "2022-03-19T06:00:00.000Z",
      event: "state_changed",
      from: "idle",
      to: "commitment",
      reason: "proving_start",
      reason_text: "starts in 60 s",
    });
  });
});

describe("commands", () => {
  async function answer(
    name: string,
    payload: string | Buffer,
    {
      outcome,
      isRetained = false,
    }: { outcome?: { ok: false; reason: string; detail: string }; isRetained?: boolean } = {},
  ) {
    const peer = await broker();
    if (isRetained) await peer.publish(`${BASE}/cmd/${name}`, payload, { isRetained });
    const { recorder } = await connected({ url: peer.url });
    if (outcome !== undefined) recorder.outcome = outcome;
    const topic = `${BASE}/cmd/${name}/result`;
    await eventually(() => peer.payloads(`${BASE}/schema_version`).length === 1);
    // The broker handles a connection's packets in order, so the subscription may lag behind the connect.
    await eventually(async () => {
      if (!isRetained && peer.payloads(topic).length === 0)
        await peer.publish(`${BASE}/cmd/${name}`, payload);
      return peer.payloads(topic).length > 0;
    });
    const message = peer.messages.find((each) => each.topic === topic);
    expect(message).toMatchObject({ qos: 1, isRetained: false });
    return { result: JSON.parse(message?.payload ?? ""), asked: recorder.asked[0] };
  }

  it.each<[string, object, unknown[]]>([
    ["mode", { id: "1", mode: "hems" }, ["setMode", "hems"]],
    [
      "thresholds",
      { id: "2", hems_min_export_to_start_w: 1_500, hems_max_import_before_stopping_w: 200 },
      ["setThresholds", { minExportToStartW: 1_500, maxImportBeforeStoppingW: 200 }],
    ],
    [
      "thresholds",
      { id: "2", hems_max_import_before_stopping_w: 0 },
      ["setThresholds", { maxImportBeforeStoppingW: 0 }],
    ],
    ["boost", { id: "3", boost: true }, ["startBoost"]],
    ["boost", { id: "3", boost: false }, ["cancelBoost"]],
    ["boost", { id: "3", boost: true, wallbox: "yard" }, ["startBoost", "yard"]],
    ["boost", { id: "3", boost: false, wallbox: "yard" }, ["cancelBoost", "yard"]],
    ["max_current", { id: "4", max_current_a: 10 }, ["setMaxCurrent", 10]],
    ["max_current", { id: "4", max_current_a: null }, ["setMaxCurrent", undefined]],
    ["mode", { id: "5", mode: "none", expires_at: "2022-03-19T06:00:01Z" }, ["setMode", "none"]],
  ])("takes cmd/%s %j", async (name, body, call) => {
    const { result, asked } = await answer(name, JSON.stringify(body));
    expect(result).toEqual({ id: (body as { id: string }).id, ok: true });
    expect(asked).toEqual(call);
  });

  it("passes on why the daemon refused", async () => {
    const outcome = { ok: false, reason: "already_charging", detail: "It charges already." } as const;
    const { result } = await answer("boost", '{"id":"7","boost":true}', { outcome });
    expect(result).toEqual({ id: "7", ...outcome });
  });

  it.each<[string, string, string | Buffer, string, string | null]>([
    ["is no JSON", "mode", "hems", "malformed", null],
    ["is no UTF-8", "mode", Buffer.from([0xff, 0xfe]), "malformed", null],
    ["has no id", "mode", '{"mode":"hems"}', "malformed", null],
    ["has an unknown member", "mode", '{"id":"a","mode":"hems","modus":1}', "malformed", "a"],
    ["has an unknown mode", "mode", '{"id":"a","mode":"turbo"}', "malformed", "a"],
    ["changes no threshold", "thresholds", '{"id":"a"}', "malformed", "a"],
    ["is beyond the range", "thresholds", '{"id":"a","hems_min_export_to_start_w":50001}', "malformed", "a"],
    ["asks for less than 6 A", "max_current", '{"id":"a","max_current_a":5}', "malformed", "a"],
    ["has no such name", "reboot", '{"id":"a"}', "unknown_command", "a"],
    ["has expired", "boost", '{"id":"a","boost":true,"expires_at":"2022-03-19T06:00:00Z"}', "expired", "a"],
    ["has a bad expiry", "boost", '{"id":"a","boost":true,"expires_at":"soon"}', "malformed", "a"],
    ["is too large", "boost", `{"id":"a","boost":true,"x":"${"x".repeat(4_096)}"}`, "too_large", null],
  ])("refuses what %s and says so", async (_case, name, payload, reason, id) => {
    const { result, asked } = await answer(name, payload);
    expect(result).toEqual({ id, ok: false, reason, detail: expect.stringMatching(/.{8,}/) });
    expect(asked).toBeUndefined();
  });

  it("refuses a retained command and says so", async () => {
    const { result, asked } = await answer("boost", '{"id":"r","boost":true}', { isRetained: true });
    expect(result).toMatchObject({ id: "r", ok: false, reason: "retained" });
    expect(asked).toBeUndefined();
  });
});

describe("without a broker", () => {
  it("drops telemetry, counts it, and never throws", async () => {
    const { telemetry } = telemetryAgainst({ url: "mqtt://127.0.0.1:1" });
    telemetry.start();
    const report = reporter(telemetry);
    for (let pass = 0; pass < 50; pass++) report();
    expect(telemetry.state()).toMatchObject({ isConnected: false, published: 0, dropped: 50 });
  });

  it("keeps the newest 1000 events and sends them in order when the broker is back", async () => {
    const peer = await broker();
    const { telemetry, clock, report } = await connected({ url: peer.url });
    report({ mode: "none" });
    await peer.close();
    await eventually(() => !telemetry.state().isConnected);
    for (let pass = 0; pass < 1_200; pass++) report({ mode: pass % 2 === 0 ? "hems" : "none", wallMs: pass });
    expect(telemetry.state()).toMatchObject({ eventsSpooled: 1_000, eventsDropped: 200 });

    const back = await broker({ port: peer.port });
    await eventually(async () => {
      await clock.advance(1_000);
      return telemetry.state().isConnected;
    });
    await eventually(() => telemetry.state().eventsSpooled === 0);
    const passes = back.payloads(`${BASE}/event`).map((text) => Date.parse(JSON.parse(text).ts));
    expect(passes).toEqual(Array.from({ length: 1_000 }, (_, index) => index + 200));
    expect(back.payloads(`${BASE}/status`)).toEqual(["online"]);
    expect(back.payloads(`${BASE}/state`)).toHaveLength(1);
    expect(back.payloads(`${BASE}/wallbox/availability`)).toEqual(["online"]);
  });

  it("tries again after a wait that the clock measures", async () => {
    const peer = await broker();
    const { telemetry, clock } = await connected({ url: peer.url });
    peer.cut();
    await eventually(() => !telemetry.state().isConnected);
    await clock.advance(999);
    expect(clock.pendingTimers).toBe(1);
    await clock.advance(1);
    await eventually(() => telemetry.state().isConnected);
    await eventually(() => peer.payloads(`${BASE}/status`).at(-1) === "online");
  });

  it("goes on trying while the password is refused, and connects when it is right", async () => {
    let isOpen = false;
    const seen: (string | undefined)[] = [];
    const peer = await broker({
      authenticate: (_client, username, password, done) => {
        seen.push(`${username}:${password?.toString()}`);
        done(null, isOpen);
      },
    });
    const { telemetry, clock } = telemetryAgainst({ url: peer.url, username: "edge", password: "s3cret" });
    telemetry.start();
    await eventually(() => clock.pendingTimers === 1);
    expect(telemetry.state().isConnected).toBe(false);
    isOpen = true;
    await clock.advance(1_000);
    await eventually(() => telemetry.state().isConnected);
    expect(new Set(seen)).toEqual(new Set(["edge:s3cret"]));
  });

  it("treats an unreadable CA file as one more reason to try later", async () => {
    const { telemetry, clock } = telemetryAgainst({
      url: "mqtts://127.0.0.1:1",
      caFile: "/nonexistent/ca.pem",
    });
    telemetry.start();
    await eventually(() => clock.pendingTimers === 1);
    expect(telemetry.state().isConnected).toBe(false);
  });

  it("stops at once, also twice", async () => {
    const { telemetry, clock } = telemetryAgainst({ url: "mqtt://127.0.0.1:1" });
    telemetry.start();
    await eventually(() => clock.pendingTimers === 1);
    await telemetry.stop();
    await telemetry.stop();
    expect(clock.pendingTimers).toBe(0);
  });
});

describe("evidence of limits", () => {
  it("is an event as a period begins and as it ends", async () => {
    const { url, payloads } = await broker();
    const { telemetry } = await connected({ url });
    const period = {
      limit: "grid_operator",
      operatorState: "limited",
      value: 4_200,
      unit: "W",
      startWallMs: 1_700_000_000_000,
      endWallMs: 1_700_000_060_000,
      charge: { minW: 0, meanW: 10, maxW: 20 },
      grid: undefined,
    } as const;
    telemetry.limit("began", period);
    telemetry.limit("ended", period);
    await eventually(() => payloads(`${BASE}/event`).length === 2);
    expect(payloads(`${BASE}/event`).map((payload) => JSON.parse(payload))).toMatchObject([
      { ts: "2023-11-14T22:13:20.000Z", event: "limit_began", limit: "grid_operator" },
      { ts: "2023-11-14T22:14:20.000Z", event: "limit_ended", charge_w: { min: 0, mean: 10, max: 20 } },
    ]);
  });
});
