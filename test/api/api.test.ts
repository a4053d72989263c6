import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { createApi } from "../../src/api/api.ts";
import { createHistogram } from "../../src/api/histogram.ts";
import { createMemoryAccessFile } from "../../src/api/login/access-file.ts";
import { createLocalCommands } from "../../src/control/local-commands.ts";
import { createSettingsKeeper } from "../../src/control/settings-keeper.ts";
import { initialHealth } from "../../src/core/device-health.ts";
import { createMemoryStateStore } from "../../src/history/memory-state-store.ts";
import type { SettingsChange } from "../../src/ports/settings.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { recordingCommands } from "../support/recording-commands.ts";
import { sampleReport } from "../support/sample-report.ts";
import { silentLog } from "../support/silent-log.ts";
import { ask } from "./support/http.ts";
import { OPTIONS, serve } from "./support/serve.ts";

const ORG = "0b0e7a52-3c0e-4a57-9a43-000000000001";
const USER = "0b0e7a52-3c0e-4a57-9a43-000000000002";
const CONFIG = `/api/partners/v2.0/org/${ORG}/users/${USER}/charging-config`;

const PARTNER_STATE = {
  pulls: 3,
  puts: 1,
  ageMs: 12_000,
  error: undefined,
  pending: undefined,
  rejected: { reason: "the band is too narrow" },
  status: { pushes: 9, isUnsupported: false },
  token: { kind: "valid" as const, value: "s3cret" },
  config: {
    mode_conflict: true,
    config_divergence: false,
    health_warning: { code: "wallbox_disconnected", since: undefined },
  },
  decisions: [{ wallMs: 0, part: "mode", local: "spot", remote: "none", winner: "remote" as const }],
};

describe("GET /api/state", () => {
  it("answers 503 before the first pass", async () => {
    const { port } = await serve();
    const answer = await ask(port, "/api/state");
    expect(answer.status).toBe(503);
    expect(answer.json()).toEqual({ detail: expect.stringContaining("starting") });
  });

  it("tells the newest pass with what stands around it", async () => {
    const { api, port, clock } = await serve(
      {},
      {
        partnerState: () => PARTNER_STATE,
        mqttState: () => ({
          isConnected: true,
          published: 5,
          dropped: 1,
          eventsSpooled: 2,
          eventsDropped: 0,
        }),
      },
    );
    api.report(
      sampleReport({
        monotonicMs: clock.monotonicMs(),
        healthWarning: { code: "config_divergence", sinceWallMs: 0 },
      }),
    );
    await clock.advance(250);
    const answer = await ask(port, "/api/state");
    expect(answer.status).toBe(200);
    expect(answer.text).not.toContain("s3cret");
    expect(answer.json()).toMatchObject({
      site: "home",
      version: "1.2.3",
      pass: 1,
      pass_age_ms: 250,
      state: {
        mode: "hems",
        phase: "active",
        reason_text: "Charging with 10 A from the sun.",
        reason_text_de: "Lädt mit 10 A von der Sonne.",
        setpoint_a: 10,
      },
      wallboxes: [{ reason_text_de: "Lädt mit 10 A von der Sonne." }],
      telemetry: { grid_w: -150, pv_w: 3_000, battery_w: null, ages_ms: { grid: 400 } },
      status: { ux_phase: "active", boost: "available" },
      meter: "good",
      wallbox: { is_connected: true, vehicle: "charging", is_following: true, writes_today: 7 },
      health_warning: { code: "config_divergence", since: "1970-01-01T00:00:00.000Z" },
      partner: {
        is_online: true,
        error: null,
        age_ms: 12_000,
        pulls: 3,
        puts: 1,
        token: "valid",
        mode_conflict: true,
        config_divergence: false,
        health_warning: { code: "wallbox_disconnected", since: null },
        last_decision: { part: "mode", local: "spot", remote: "none", winner: "remote" },
        has_pending_change: false,
        rejected: "the band is too narrow",
        status_pushes: 9,
        is_status_unsupported: false,
      },
      mqtt: { is_connected: true, published: 5, dropped: 1, events_spooled: 2, events_dropped: 0 },
    });
  });

  it("tells why the partner is not reached, and what waits for it", async () => {
    const partnerState = () => ({
      ...PARTNER_STATE,
      error: { kind: "timeout" },
      pending: { mode: "hems" },
      rejected: undefined,
    });
    const { api, port } = await serve({}, { partnerState });
    api.report(sampleReport());
    expect((await ask(port, "/api/state")).json()).toMatchObject({
      partner: {
        is_online: false,
        error: "timeout",
        age_ms: 12_000,
        has_pending_change: true,
        rejected: null,
      },
    });
  });

  it("does not call a partner online that it never reached", async () => {
    const { api, port } = await serve({}, { partnerState: () => ({ ...PARTNER_STATE, ageMs: undefined }) });
    api.report(sampleReport());
    expect((await ask(port, "/api/state")).json()).toMatchObject({
      partner: { is_online: false, age_ms: null },
    });
  });

  it("says null for a partner and a broker that the site does not have", async () => {
    const { api, port } = await serve();
    api.report(sampleReport());
    expect((await ask(port, "/api/state")).json()).toMatchObject({
      partner: null,
      mqtt: null,
      health_warning: null,
    });
  });
});

describe("commands over HTTP", () => {
  it("boosts and cancels with 204", async () => {
    const { port, recorder } = await serve();
    expect((await ask(port, "/api/boost", { method: "POST" })).status).toBe(204);
    expect(
      (await ask(port, "/api/boost", { method: "POST", headers: { "content-type": "application/json" } }))
        .status,
    ).toBe(204);
    expect((await ask(port, "/api/boost", { method: "DELETE" })).status).toBe(204);
    expect(recorder.asked).toEqual([["startBoost"], ["startBoost"], ["cancelBoost"]]);
  });

  it("boosts and cancels the wallbox that is named, and refuses a strange question", async () => {
    const { port, recorder } = await serve();
    expect((await ask(port, "/api/boost?wallbox=garage", { method: "POST" })).status).toBe(204);
    expect((await ask(port, "/api/boost?wallbox=garage", { method: "DELETE" })).status).toBe(204);
    expect(recorder.asked).toEqual([
      ["startBoost", "garage"],
      ["cancelBoost", "garage"],
    ]);
    const strange = await ask(port, "/api/boost?box=garage", { method: "POST" });
    expect(strange.status).toBe(422);
    expect(strange.json()).toMatchObject({ detail: [{ loc: ["query"], type: "unrecognized_keys" }] });
  });

  it("answers a refused boost with 409, the state and the reason", async () => {
    const { api, port, recorder } = await serve();
    recorder.outcome = { ok: false, reason: "already_charging", detail: "It charges already." };
    expect((await ask(port, "/api/boost", { method: "POST" })).json()).toMatchObject({
      state: "unavailable",
    });
    api.report(sampleReport({ boost: "ongoing" }));
    const answer = await ask(port, "/api/boost", { method: "POST" });
    expect(answer.status).toBe(409);
    expect(answer.json()).toEqual({
      detail: "It charges already.",
      state: "ongoing",
      reason: "already_charging",
    });
  });

  it("sets the mode and either threshold", async () => {
    const { port, recorder } = await serve();
    const put = (path: string, body: object) => ask(port, path, { method: "PUT", body });
    expect((await put("/api/mode", { mode: "none" })).status).toBe(204);
    expect((await put("/api/thresholds", { hems_min_export_to_start_w: 1_500 })).status).toBe(204);
    expect((await put("/api/thresholds", { hems_max_import_before_stopping_w: 0 })).status).toBe(204);
    expect(recorder.asked).toEqual([
      ["setMode", "none"],
      ["setThresholds", { minExportToStartW: 1_500 }],
      ["setThresholds", { maxImportBeforeStoppingW: 0 }],
    ]);
  });

  it.each<[string, string, unknown, object]>([
    ["an unknown mode", "/api/mode", { mode: "turbo" }, { loc: ["body", "mode"] }],
    ["an unknown member", "/api/mode", { mode: "hems", x: 1 }, { loc: ["body"], type: "unrecognized_keys" }],
    ["no body", "/api/mode", undefined, { loc: ["body"] }],
    ["no threshold", "/api/thresholds", {}, { loc: ["body"] }],
    [
      "a threshold beyond its range",
      "/api/thresholds",
      { hems_min_export_to_start_w: 50_001 },
      { loc: ["body", "hems_min_export_to_start_w"], type: "too_big" },
    ],
  ])("answers %s with 422 and where it is", async (_case, path, body, problem) => {
    const { port, recorder } = await serve();
    const answer = await ask(port, path, { method: "PUT", body });
    expect(answer.status).toBe(422);
    expect(answer.json()).toEqual({
      detail: [expect.objectContaining({ ...problem, msg: expect.any(String) })],
    });
    expect(recorder.asked).toEqual([]);
  });
});

/** The daemon's own commands, before any pass. */
function realCommands(queue: (change: SettingsChange) => void) {
  const { mode, thresholds } = sampleReport();
  const defaults = { mode, thresholds: thresholds.asked, maxCurrentA: undefined };
  return createLocalCommands({
    settings: createSettingsKeeper(defaults, { store: createMemoryStateStore(), log: silentLog }),
    latest: () => undefined,
    requestBoost() {},
    wallboxNames: ["garage"],
    configuredMaxA: 16,
    changes: { queue },
    chargePlans: new Map(),
  });
}

describe("charging-config in the house", () => {
  it("has every key that the Partner API requires", async () => {
    const { api, port } = await serve();
    expect((await ask(port, CONFIG)).status).toBe(503);
    api.report(sampleReport());
    expect((await ask(port, CONFIG)).json()).toEqual({
      smart_charging_mode: "hems",
      mode_conflict: false,
      config_divergence: true,
      devices: [
        {
          device_id: expect.stringMatching(
            /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/,
          ),
          device_type: "wallbox",
          smart_charging_mode: "hems",
          is_primary_actuator: true,
        },
      ],
      available_modes: [
        { mode: "none", available: true, reasons: [] },
        { mode: "spot", available: false, reasons: [] },
        { mode: "hems", available: true, reasons: [] },
        { mode: "hems_and_spot", available: true, reasons: [] },
      ],
      hems_eligible: true,
      hems_ineligible_reasons: [],
      thresholds: {
        hems_min_export_to_start_w: 1_000,
        hems_max_import_before_stopping_w: 200,
        min_band_w: 1_380,
      },
      health_warning: null,
      status: expect.objectContaining({ ux_phase: "active", mechanism: "wallbox" }),
    });
  });

  it.each([
    [[], "following_surplus", ["no_inverter"]],
    [["pv"], "following_surplus", ["inverter_no_export_data"]],
    [["grid"], "wallbox_not_modulating", ["wallbox_not_modulating"]],
  ] as const)(
    "says why surplus charging is not possible: roles %j, %s",
    async (deviceRoles, code, reasons) => {
      const { api, port } = await serve({ deviceRoles });
      api.report(sampleReport({ reason: { code, text: "", germanText: "" } }));
      const config = (await ask(port, CONFIG)).json();
      expect(config).toMatchObject({ hems_eligible: false, hems_ineligible_reasons: reasons });
      const refused = await ask(port, CONFIG, { method: "PUT", body: { smart_charging_mode: "hems" } });
      expect(refused.status).toBe(422);
      expect(refused.text).toContain(reasons[0]);
    },
  );

  it("applies a change and answers what will be", async () => {
    const { api, port, recorder } = await serve({ hasPrices: true });
    api.report(sampleReport());
    const body = {
      smart_charging_mode: "spot",
      hems_min_export_to_start_w: 2_000,
      hems_max_import_before_stopping_w: null,
      later: 1,
    };
    const answer = await ask(port, CONFIG, { method: "PUT", body });
    expect(answer.status).toBe(200);
    expect(answer.json()).toMatchObject({
      smart_charging_mode: "spot",
      thresholds: { hems_min_export_to_start_w: 2_000, hems_max_import_before_stopping_w: 200 },
    });
    expect(recorder.asked).toEqual([
      ["setThresholds", { minExportToStartW: 2_000 }],
      ["setMode", "spot"],
    ]);
  });

  it("keeps changes that no pass has seen yet, in the next change and in the next answer", async () => {
    const queued: unknown[] = [];
    const { api, port } = await serve({}, { commands: realCommands((change) => queued.push(change)) });
    api.report(sampleReport());
    const changes = [
      { smart_charging_mode: "none" },
      { hems_min_export_to_start_w: 5_000 },
      { hems_max_import_before_stopping_w: 777 },
    ];
    const answers = [];
    for (const body of changes) answers.push((await ask(port, CONFIG, { method: "PUT", body })).json());
    const all = {
      smart_charging_mode: "none",
      devices: [expect.objectContaining({ smart_charging_mode: "none" })],
      config_divergence: false,
      thresholds: expect.objectContaining({
        hems_min_export_to_start_w: 5_000,
        hems_max_import_before_stopping_w: 777,
      }),
    };
    expect(answers.at(-1)).toMatchObject(all);
    expect((await ask(port, CONFIG)).json()).toMatchObject(all);
    expect(queued).toEqual([
      { mode: "none" },
      { minExportToStartW: 5_000 },
      { maxImportBeforeStoppingW: 777 },
    ]);
  });

  it("judges a narrow band by what was asked for last", async () => {
    const { api, port } = await serve({}, { commands: realCommands(() => undefined) });
    api.report(sampleReport());
    const put = (body: object) => ask(port, CONFIG, { method: "PUT", body });
    expect((await put({ hems_max_import_before_stopping_w: 1_380 })).status).toBe(200);
    expect((await put({ hems_min_export_to_start_w: 0 })).status).toBe(200);
    expect((await put({ hems_max_import_before_stopping_w: 1_379 })).status).toBe(422);
  });

  it("leaves everything as it is for an empty change", async () => {
    const { api, port, recorder } = await serve();
    api.report(sampleReport());
    const answer = await ask(port, CONFIG, { method: "PUT", body: {} });
    expect(answer.status).toBe(200);
    expect(recorder.asked).toEqual([]);
  });

  it.each<[string, object, string]>([
    [
      "a band narrower than the wallbox's minimum",
      { hems_min_export_to_start_w: 1_179 },
      "hems_min_export_to_start_w",
    ],
    [
      "a band that the stop makes too narrow",
      { hems_max_import_before_stopping_w: 379 },
      "hems_max_import_before_stopping_w",
    ],
    ["a mode that is not available", { smart_charging_mode: "spot" }, "smart_charging_mode"],
    ["a value beyond its range", { hems_min_export_to_start_w: -1 }, "hems_min_export_to_start_w"],
    ["a number as text", { hems_min_export_to_start_w: "1500" }, "hems_min_export_to_start_w"],
  ])("refuses %s with 422 and changes nothing", async (_case, change, field) => {
    const { api, port, recorder } = await serve();
    api.report(sampleReport());
    const body = { smart_charging_mode: "none", ...change };
    const answer = await ask(port, CONFIG, { method: "PUT", body });
    expect(answer.status).toBe(422);
    expect(answer.json()).toEqual({
      detail: [{ type: expect.any(String), loc: ["body", field], msg: expect.any(String) }],
    });
    expect(recorder.asked).toEqual([]);
  });

  it("takes a band of exactly the wallbox's minimum", async () => {
    const { api, port } = await serve();
    api.report(sampleReport());
    const answer = await ask(port, CONFIG, { method: "PUT", body: { hems_min_export_to_start_w: 1_180 } });
    expect(answer.status).toBe(200);
  });

  it("takes the thresholds back when the daemon refuses the mode", async () => {
    const { recorder } = await serve();
    const commands = {
      ...recorder.commands,
      setMode: () => ({ ok: false, reason: "no", detail: "not now" }) as const,
    };
    const { api, port } = await serve({}, { commands });
    api.report(sampleReport());
    const body = { smart_charging_mode: "none", hems_min_export_to_start_w: 3_000 };
    const answer = await ask(port, CONFIG, { method: "PUT", body });
    expect(answer.json()).toEqual({
      detail: [{ type: "no", loc: ["body", "smart_charging_mode"], msg: "not now" }],
    });
    expect(recorder.asked.at(-1)).toEqual(["setThresholds", sampleReport().thresholds.asked]);
  });

  it("knows only its own user where one is configured", async () => {
    const { api, port } = await serve({ partner: { orgId: ORG, userId: USER.toUpperCase() } });
    api.report(sampleReport());
    expect((await ask(port, CONFIG)).status).toBe(200);
    expect((await ask(port, CONFIG.replace(USER, ORG))).status).toBe(404);
    expect((await ask(port, CONFIG.replace(USER, "nobody"))).status).toBe(404);
    expect((await ask(port, CONFIG.replace(USER, ORG), { method: "PUT", body: {} })).status).toBe(404);
  });
});

describe("health", () => {
  it("is alive while passes go on, to the very limit", async () => {
    const { api, port, clock } = await serve();
    expect((await ask(port, "/healthz")).status).toBe(503);
    api.report(sampleReport({ monotonicMs: clock.monotonicMs() }));
    expect((await ask(port, "/healthz")).json()).toEqual({ status: "ok" });
    await clock.advance(5_000);
    expect((await ask(port, "/healthz")).status).toBe(200);
    await clock.advance(1);
    const answer = await ask(port, "/healthz");
    expect(answer.status).toBe(503);
    expect(answer.json()).toEqual({ detail: "last pass was 5 s ago" });
  });

  it("gives slow passes three intervals", async () => {
    const { api, port, clock } = await serve({ intervalMs: 10_000 });
    api.report(sampleReport({ monotonicMs: clock.monotonicMs() }));
    await clock.advance(30_000);
    expect((await ask(port, "/healthz")).status).toBe(200);
    await clock.advance(1);
    expect((await ask(port, "/healthz")).status).toBe(503);
  });

  it("is ready only with a good meter and a connected wallbox", async () => {
    const { api, port, clock } = await serve();
    const base = sampleReport({ monotonicMs: clock.monotonicMs() });
    expect((await ask(port, "/readyz")).status).toBe(503);
    api.report(base);
    expect((await ask(port, "/readyz")).status).toBe(200);
    const away = { ...base.wallbox, isConnected: false };
    const { monotonicMs } = base;
    api.report(sampleReport({ monotonicMs, meterTrust: "lost", wallbox: away }));
    const answer = await ask(port, "/readyz");
    expect(answer.status).toBe(503);
    expect(answer.json()).toEqual({ detail: "meter is lost, wallbox is not connected" });
  });
});

describe("GET /metrics", () => {
  it("speaks Prometheus text with base units", async () => {
    const mqttState = () => ({
      isConnected: true,
      published: 5,
      dropped: 1,
      eventsSpooled: 2,
      eventsDropped: 3,
    });
    const { api, port } = await serve({}, { mqttState, partnerState: () => PARTNER_STATE });
    api.report(sampleReport({ limitedBy: "main_fuse" }));
    const answer = await ask(port, "/metrics");
    expect(answer.headers["content-type"]).toMatch(/^text\/plain; version=0\.0\.4/);
    for (const line of [
      'hems_edge_build_info{version="1.2.3"} 1',
      'hems_edge_power_watts{source="grid"} -150.4',
      'hems_edge_state{state="active"} 1',
      'hems_edge_state{state="idle"} 0',
      'hems_edge_source_age_seconds{source="grid"} 0.4',
      'hems_edge_limit_active{kind="main_fuse"} 1',
      "hems_edge_setpoint_amperes 10",
      "hems_edge_partner_sync_age_seconds 12",
      "hems_edge_partner_status_pushes_total 9",
      "hems_edge_partner_up 1",
      "hems_edge_partner_token_valid 1",
      "hems_edge_partner_config_divergence 1",
      'hems_edge_partner_health_warning{code="wallbox_disconnected"} 1',
      "hems_edge_mqtt_published_total 5",
      "hems_edge_spool_dropped_total 3",
    ]) {
      expect(answer.text.split("\n")).toContain(line);
    }
    expect(answer.text).not.toMatch(/source="battery|soc_ratio/);
    expect(answer.text).toMatch(
      /^(# (HELP|TYPE) hems_edge_\w+ .+\n|hems_edge_\w+(\{[^}]*\})? -?[\d.e+-]+\n)+$/,
    );
  });

  it("counts energies since the start, and what the program and its peers do", async () => {
    const passTimes = createHistogram([0.01, 0.1]);
    for (const timeS of [0.005, 0.05, 5]) passTimes.observe(timeS);
    const { api, port } = await serve(
      {},
      {
        historyState: () => ({
          isFailing: true,
          minutesWritten: 60,
          sessionsWritten: 2,
          eventsWritten: 9,
          waiting: 3,
          dropped: 1,
          usedBytes: 4_096,
        }),
        ocppCounters: () => ({ callsReceived: 40, callsSent: 20, connections: 2 }),
        runtime: () => ({ passTimes: passTimes.view(), eventLoopLagS: { p50: 0, p99: 0.001, max: 0.2 } }),
        devices: () => ({
          devices: [
            {
              name: "meter",
              driver: "sunspec",
              maturity: undefined,
              roles: ["grid"],
              health: initialHealth(0),
              reads: { good: 5, partial: 0, failed: 2 },
            },
          ],
          balance: { kind: "checking" },
          advice: [],
        }),
      },
    );
    const operator = {
      state: "failsafe",
      limitW: 4_200,
      endsWallMs: undefined,
      endsAtClock: undefined,
    } as const;
    for (let pass = 1; pass <= 11; pass++) {
      api.report(sampleReport({ pass, monotonicMs: pass * 1_000, gridOperator: operator }));
    }
    const lines = (await ask(port, "/metrics")).text.split("\n");
    for (const line of [
      'hems_edge_energy_joules_total{source="grid_export"} 1504',
      'hems_edge_energy_joules_total{source="grid_import"} 0',
      'hems_edge_energy_joules_total{source="ev"} 23000',
      'hems_edge_energy_joules_total{source="ev_solar"} 23000',
      'hems_edge_wallbox_power_watts{wallbox="wallbox"} 2300',
      'hems_edge_setpoint_watts{wallbox="wallbox"} 2300',
      'hems_edge_limit_watts{kind="grid_operator"} 4200',
      'hems_edge_failsafe_active{cause="meter"} 0',
      'hems_edge_failsafe_active{cause="grid_operator"} 1',
      'hems_edge_failsafe_active{cause="disk"} 1',
      "# TYPE hems_edge_control_tick_duration_seconds histogram",
      'hems_edge_control_tick_duration_seconds_bucket{le="0.01"} 1',
      'hems_edge_control_tick_duration_seconds_bucket{le="0.1"} 2',
      'hems_edge_control_tick_duration_seconds_bucket{le="+Inf"} 3',
      "hems_edge_control_tick_duration_seconds_sum 5.055",
      "hems_edge_control_tick_duration_seconds_count 3",
      'hems_edge_event_loop_lag_seconds{quantile="0.99"} 0.001',
      'hems_edge_history_written_total{kind="minute"} 60',
      "hems_edge_history_size_bytes 4096",
      "hems_edge_history_dropped_total 1",
      'hems_edge_ocpp_messages_total{direction="received"} 40',
      'hems_edge_device_reads_total{device="meter",result="failed"} 2',
    ]) {
      expect(lines).toContain(line);
    }
  });

  it("answers before the first pass too", async () => {
    const { port } = await serve();
    expect((await ask(port, "/metrics")).text).toContain("hems_edge_process_resident_memory_bytes");
  });
});

describe("errors and hardening", () => {
  it("sends the security headers with every answer", async () => {
    const { port } = await serve();
    for (const path of ["/", "/api/state", "/nothing", "/api/boost"]) {
      const { headers } = await ask(port, path);
      expect(headers["content-security-policy"]).toContain("default-src 'none'");
      expect(headers["content-security-policy"]).toContain("frame-ancestors 'none'");
      expect(headers["x-content-type-options"]).toBe("nosniff");
      expect(headers["referrer-policy"]).toBe("no-referrer");
      expect(headers["access-control-allow-origin"]).toBeUndefined();
    }
  });

  it.each<[string, string, object, number]>([
    ["an unknown address", "/nothing", {}, 404],
    ["a path that climbs", "/../package.json", {}, 404],
    ["a broken escape", "/%zz", {}, 400],
    [
      "broken JSON",
      "/api/mode",
      { method: "PUT", body: "{", headers: { "content-type": "application/json" } },
      400,
    ],
    [
      "a poisoned prototype",
      "/api/mode",
      { method: "PUT", body: '{"__proto__":{}}', headers: { "content-type": "application/json" } },
      400,
    ],
    [
      "a form",
      "/api/mode",
      { method: "PUT", body: "mode=hems", headers: { "content-type": "text/plain" } },
      415,
    ],
    ["a body over 16 KiB", "/api/mode", { method: "PUT", body: { mode: "x".repeat(17_000) } }, 413],
  ])("answers %s with a detail", async (_case, path, request, status) => {
    const { port, recorder } = await serve();
    const answer = await ask(port, path, request);
    expect(answer.status).toBe(status);
    expect(answer.json()).toEqual({ detail: expect.stringMatching(/.+/) });
    expect(recorder.asked).toEqual([]);
  });

  it("answers bytes that are no HTTP with a detail and goes on", async () => {
    const { port } = await serve();
    for (const bytes of [
      "\0\xff\r\n\r\n",
      "GET / HTTP/9.9\r\n\r\n",
      `GET / HTTP/1.1\r\nx: ${"x".repeat(20_000)}\r\n\r\n`,
    ]) {
      const socket = connect(port, "127.0.0.1", () => socket.write(bytes));
      const chunks: Buffer[] = [];
      socket.on("data", (chunk: Buffer) => chunks.push(chunk));
      await once(socket, "close");
      expect(Buffer.concat(chunks).toString()).toMatch(
        /^HTTP\/1\.1 400 [\s\S]*\{"detail":"malformed request"\}$/,
      );
    }
    expect((await ask(port, "/healthz")).status).toBe(503);
  });

  it("refuses foreign host names, which is how DNS rebinding comes in", async () => {
    const { port } = await serve();
    for (const host of ["evil.example", "evil.example:8090", "10.0.0.1", "127.0.0.1.evil.example", "a@b"]) {
      const answer = await ask(port, "/api/state", { headers: { host } });
      expect(answer.status, host).toBe(403);
      expect(answer.json()).toEqual({ detail: expect.any(String) });
    }
    for (const host of ["localhost:1234", "127.0.0.1", "[::1]:8090", `127.0.0.1:${port}`]) {
      expect((await ask(port, "/api/state", { headers: { host } })).status, host).toBe(503);
    }
  });

  it("refuses changes that another site's page sends", async () => {
    const { port, recorder } = await serve();
    const post = (headers: Record<string, string>) => ask(port, "/api/boost", { method: "POST", headers });
    expect((await post({ origin: "https://evil.example" })).status).toBe(403);
    expect((await post({ origin: "null" })).status).toBe(403);
    expect((await post({ origin: "http://127.0.0.1:1" })).status).toBe(403);
    expect((await post({ "sec-fetch-site": "cross-site" })).status).toBe(403);
    expect((await post({ "sec-fetch-site": "same-site" })).status).toBe(403);
    expect(recorder.asked).toEqual([]);
    expect((await post({ origin: `http://127.0.0.1:${port}`, "sec-fetch-site": "same-origin" })).status).toBe(
      204,
    );
  });

  it("says which port is taken, and can start again once it is free", async () => {
    const squatter = createServer();
    squatter.listen(0, "127.0.0.1");
    await once(squatter, "listening");
    const { port } = squatter.address() as AddressInfo;
    const deps = {
      clock: createManualClock(),
      log: silentLog,
      commands: recordingCommands().commands,
      chargePlans: new Map(),
      store: createMemoryStateStore(),
      accessFile: createMemoryAccessFile(),
    };
    const api = createApi({ ...OPTIONS, port }, deps);
    onTestFinished(() => api.stop());
    const refused = await api.start();
    expect(refused).toEqual({ ok: false, detail: expect.stringContaining(`port ${port}: another program`) });
    api.report(sampleReport());
    squatter.close();
    await once(squatter, "close");
    expect(await api.start()).toMatchObject({ ok: true, port });
    expect((await ask(port, "/api/state")).status).toBe(200);
  });

  it("describes every one of its addresses", async () => {
    const { port } = await serve();
    const document = (await ask(port, "/api/openapi.json")).json() as { paths: Record<string, object> };
    expect(Object.keys(document.paths)).toContain(
      "/api/partners/v2.0/org/{org_id}/users/{user_id}/charging-config",
    );
    for (const path of Object.keys(document.paths)) {
      const answer = await ask(port, path.replace(/\{\w+\}/g, ORG), { method: "PATCH" });
      expect(answer.status, path).toBe(404);
    }
  });
});

describe("the page", () => {
  it("is served with its files and nothing else", async () => {
    const { port } = await serve();
    const page = await ask(port, "/");
    expect(page.status).toBe(200);
    expect(page.headers["content-type"]).toBe("text/html; charset=utf-8");
    const references = [...page.text.matchAll(/(?:src|href)="([^"#]+)"/g)].map((match) => match[1] ?? "");
    expect(references.length).toBeGreaterThan(1);
    for (const reference of references) {
      expect(reference).toMatch(/^\/[\w.]+$/);
      expect((await ask(port, reference)).status, reference).toBe(200);
    }
    expect((await ask(port, "/index.html")).status).toBe(404);
  });

  it("may be missing: the API answers all the same, and the page's place says how to make it", async () => {
    const { api, port } = await serve({ pageFolder: "/nonexistent" });
    api.report(sampleReport());
    const page = await ask(port, "/");
    expect(page.status).toBe(503);
    expect(page.text).toContain("npm run build:page");
    expect((await ask(port, "/api/state")).status).toBe(200);
  });
});
