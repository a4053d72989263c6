import { describe, expect, it, onTestFinished } from "vitest";
import { createMemoryStateStore } from "../../src/history/memory-state-store.ts";
import type { StateStore } from "../../src/ports/state-store.ts";
import { parseCommand } from "../../src/telemetry/command-parser.ts";
import { type DiscoveryFacts, discoveryPayload } from "../../src/telemetry/home-assistant.ts";
import { createMqttTelemetry } from "../../src/telemetry/mqtt-telemetry.ts";
import { eventually } from "../support/eventually.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { recordingCommands } from "../support/recording-commands.ts";
import { sampleReport } from "../support/sample-report.ts";
import { silentLog } from "../support/silent-log.ts";
import { startBroker } from "./support/broker.ts";
import {
  commandOf,
  discoverySchema,
  type HomeAssistantComponent,
  rendered,
} from "./support/home-assistant.ts";

const CONFIG = "homeassistant/device/hems-edge-home/config";
const FACTS: DiscoveryFacts = {
  siteName: "home",
  version: "1.2.3",
  devices: ["grid", "pv", "battery"],
  wallboxNames: ["garage", "yard"],
  largestCurrentA: 16,
  telemetryIntervalMs: 0,
};

function components(changes: Partial<DiscoveryFacts> = {}): Record<string, HomeAssistantComponent> {
  return discoverySchema.parse(JSON.parse(JSON.stringify(discoveryPayload({ ...FACTS, ...changes })))).cmps;
}

function broker() {
  return startBroker().then((started) => {
    onTestFinished(() => started.close());
    return started;
  });
}

interface Setup {
  readonly facts?: Partial<DiscoveryFacts>;
  readonly store?: StateStore;
  readonly homeAssistant?: { readonly enabled?: boolean; readonly prefix?: string };
}

/** A running telemetry that has said that it is online. */
async function running(peer: Awaited<ReturnType<typeof broker>>, setup: Setup = {}) {
  const { store = createMemoryStateStore() } = setup;
  const facts = { ...FACTS, ...setup.facts };
  const clock = createManualClock();
  const recorder = recordingCommands();
  const telemetry = createMqttTelemetry(
    {
      ...facts,
      mqtt: {
        url: peer.url,
        protocol_version: 4,
        telemetry_interval_ms: facts.telemetryIntervalMs,
        home_assistant: { enabled: true, prefix: "homeassistant", ...setup.homeAssistant },
      },
    },
    { clock, log: silentLog, store, commands: recorder.commands, random: () => 0.5 },
  );
  onTestFinished(() => telemetry.stop());
  telemetry.start();
  await eventually(() => telemetry.state().isConnected);
  return { telemetry, clock, store, recorder };
}

/** Everything that the site publishes in one pass, by topic. */
async function published() {
  const peer = await broker();
  const { telemetry } = await running(peer);
  const { wallboxes, powers } = sampleReport();
  const [box] = wallboxes;
  if (box === undefined) throw new Error("there is a box");
  telemetry.report(
    sampleReport({
      powers: { ...powers, batteryPowerW: -800, batterySocPct: 63.5 },
      reason: { code: "following_surplus", text: "Sun. ".repeat(100), germanText: "" },
      wallboxes: [
        { ...box, name: "garage" },
        { ...box, name: "yard", boost: "armed", setpointA: 6 },
      ],
    }),
  );
  await eventually(() => peer.messages.length === telemetry.state().published);
  return new Map(peer.messages.map(({ topic, payload }) => [topic, payload]));
}

describe("what Home Assistant is told", () => {
  it("has the documented form, with one component for each topic and command", () => {
    expect(Object.keys(components({ wallboxNames: ["garage"] })).toSorted()).toEqual(
      [
        ...["gateway", "phase", "reason", "limited_by", "meter_problem", "mode"],
        ...["load_power", "charge_power", "surplus_power"],
        ...["start_threshold", "stop_threshold", "max_current", "max_current_reset"],
        ...["grid_connectivity", "grid_power_w", "pv_connectivity", "pv_power_w"],
        ...["battery_connectivity", "battery_power_w", "battery_soc_pct"],
        ...["connectivity", "power_w", "solar_energy_today_wh", "setpoint_a", "phases", "vehicle"].map(
          (name) => `wallbox_garage_${name}`,
        ),
        ...["wallbox_garage_boost", "wallbox_garage_boost_start", "wallbox_garage_boost_cancel"],
      ].toSorted(),
    );
  });

  it("identifies the gateway by its site and says what made the message", () => {
    expect(discoveryPayload(FACTS)).toMatchObject({
      dev: { ids: ["hems-edge-home"], sw: "1.2.3" },
      o: { name: "hems-edge", sw: "1.2.3" },
    });
  });

  it("gives every entity an id of its own that only its site and its name make", () => {
    const ids = (facts: Partial<DiscoveryFacts>) =>
      Object.values(components(facts)).map(({ unique_id }) => unique_id);
    const here = ids({});
    expect(new Set(here).size).toBe(here.length);
    expect(ids({ wallboxNames: ["yard", "garage"], version: "2" }).toSorted()).toEqual(here.toSorted());
    expect(ids({ siteName: "cabin" }).filter((id) => here.includes(id))).toEqual([]);
  });

  it("has nothing of devices that the site has not", () => {
    const keys = Object.keys(components({ devices: ["grid"], wallboxNames: [] }));
    expect(keys.filter((key) => /^(pv|battery|wallbox)_/.test(key))).toEqual([]);
  });

  it("lets values expire that are told again and again, and no others", () => {
    const expiries = (facts: Partial<DiscoveryFacts>) =>
      Object.fromEntries(
        Object.values(components(facts)).flatMap((its) =>
          "expire_after" in its && "state_topic" in its ? [[its.state_topic, its.expire_after]] : [],
        ),
      );
    expect(expiries({})).toEqual({ "hems-edge/home/state": 180, "hems-edge/home/telemetry": 30 });
    expect(expiries({ telemetryIntervalMs: 60_000 })["hems-edge/home/telemetry"]).toBe(180);
  });

  it("refers only to topics that are published, and makes legal states of them", async () => {
    const messages = await published();
    const states = Object.fromEntries(
      Object.entries(components()).flatMap(([key, its]) => {
        for (const { topic } of its.availability ?? []) expect(messages.get(topic)).toBe("online");
        if (!("state_topic" in its) || its.state_topic === undefined) return [];
        const payload = messages.get(its.state_topic);
        if (payload === undefined) throw new Error(`nobody publishes ${its.state_topic}`);
        return [[key, rendered(its.value_template, payload)]];
      }),
    );
    for (const [key, its] of Object.entries(components())) {
      if ("options" in its && its.options !== undefined) expect(its.options).toContain(states[key]);
    }
    expect(states).toMatchObject({
      gateway: "online",
      mode: "hems",
      phase: "active",
      limited_by: "none",
      meter_problem: "OFF",
      start_threshold: "1000",
      stop_threshold: "200",
      load_power: "2850",
      grid_power_w: "-150",
      battery_soc_pct: "63.5",
      wallbox_garage_setpoint_a: "10",
      wallbox_yard_setpoint_a: "6",
      wallbox_garage_boost: "off",
      wallbox_yard_boost: "armed",
      wallbox_yard_solar_energy_today_wh: "4321",
    });
    expect(states.reason).toHaveLength(255);
  });

  it.each<[string, string | number, object]>([
    ["mode", "spot", { kind: "mode", mode: "spot" }],
    ["start_threshold", 50_000, { kind: "thresholds", change: { minExportToStartW: 50_000 } }],
    ["stop_threshold", 0, { kind: "thresholds", change: { maxImportBeforeStoppingW: 0 } }],
    ["max_current", 6, { kind: "max_current", currentA: 6 }],
    ["max_current", 10.5, { kind: "max_current", currentA: 10.5 }],
    ["max_current_reset", "PRESS", { kind: "max_current", currentA: undefined }],
    ["wallbox_yard_boost_start", "PRESS", { kind: "boost", isWanted: true, wallbox: "yard" }],
    ["wallbox_yard_boost_cancel", "PRESS", { kind: "boost", isWanted: false, wallbox: "yard" }],
  ])("sends a command from %s at %s that is understood", (key, value, command) => {
    const its = components()[key];
    if (its === undefined || !("command_topic" in its)) throw new Error(`${key} sends nothing`);
    const name = its.command_topic.replace("hems-edge/home/cmd/", "");
    const payload = Buffer.from(commandOf(its.command_template, value));
    expect(parseCommand({ name, payload, isRetained: false, receivedWallMs: 0 })).toEqual({
      ok: true,
      id: "ha-1790000000.123456",
      command,
    });
  });

  it("offers no other commands", () => {
    const commands = Object.entries(components({ wallboxNames: ["yard"] })).filter(
      ([, its]) => "command_topic" in its,
    );
    expect(commands.map(([key]) => key).toSorted()).toEqual([
      "max_current",
      "max_current_reset",
      "mode",
      "start_threshold",
      "stop_threshold",
      "wallbox_yard_boost_cancel",
      "wallbox_yard_boost_start",
    ]);
  });
});

describe("announcing", () => {
  it("comes after online, retained and with QoS 1", async () => {
    const peer = await broker();
    await running(peer);
    await eventually(() => peer.payloads(CONFIG).length === 1);
    const topics = peer.messages.map(({ topic }) => topic);
    expect(topics.indexOf("hems-edge/home/status")).toBeLessThan(topics.indexOf(CONFIG));
    const message = peer.messages.find(({ topic }) => topic === CONFIG);
    expect(message).toMatchObject({ qos: 1, isRetained: true });
    expect(discoverySchema.parse(JSON.parse(message?.payload ?? "")).cmps).toEqual(components());
  });

  it("comes again after the connection was lost", async () => {
    const peer = await broker();
    const { telemetry, clock } = await running(peer);
    await eventually(() => peer.payloads(CONFIG).length === 1);
    peer.cut();
    await eventually(() => !telemetry.state().isConnected);
    await clock.advance(5_000);
    await eventually(() => peer.payloads(CONFIG).length === 2);
  });

  /** A birth that is noticed, with nothing on its way any more: the broker may grant the subscription late. */
  async function born(peer: Awaited<ReturnType<typeof broker>>, clock: { readonly pendingTimers: number }) {
    await eventually(() => peer.payloads(CONFIG).length > 0);
    await eventually(async () => {
      await peer.publish("homeassistant/status", "online");
      return clock.pendingTimers === 1;
    });
    await heard(peer);
  }

  /** The gateway has read everything that was sent to it: it answers what came last. */
  async function heard(peer: Awaited<ReturnType<typeof broker>>) {
    const answers = () => peer.payloads("hems-edge/home/cmd/mode/result").length;
    const before = answers();
    await peer.publish("hems-edge/home/cmd/mode", '{"id":"1","mode":"none"}');
    await eventually(() => answers() > before);
  }

  it("comes again some seconds after Home Assistant's birth, once for several births", async () => {
    const peer = await broker();
    const { clock } = await running(peer);
    await born(peer, clock);
    await peer.publish("homeassistant/status", "online");
    await heard(peer);
    await clock.advance(2_499);
    expect(peer.payloads(CONFIG)).toHaveLength(1);
    await clock.advance(1);
    await eventually(() => peer.payloads(CONFIG).length === 2);
    await clock.advance(10_000);
    expect(clock.pendingTimers).toBe(0);
    await born(peer, clock);
    await clock.advance(2_500);
    await eventually(() => peer.payloads(CONFIG).length === 3);
  });

  it("is not moved by any other message, however large", async () => {
    const peer = await broker();
    const { clock, telemetry } = await running(peer);
    await born(peer, clock);
    await clock.advance(2_500);
    await eventually(() => peer.payloads(CONFIG).length === 2);
    for (const payload of ["offline", "", "ONLINE", "online ", "online".repeat(5_000)]) {
      await peer.publish("homeassistant/status", payload);
    }
    await heard(peer);
    expect(clock.pendingTimers).toBe(0);
    expect(telemetry.state()).toMatchObject({ isConnected: true, commandsRefused: 0 });
  });

  it("forgets a birth when it stops", async () => {
    const peer = await broker();
    const { clock, telemetry } = await running(peer);
    await born(peer, clock);
    await telemetry.stop();
    expect(clock.pendingTimers).toBe(0);
  });
});

describe("what is gone", () => {
  /** One run of the daemon until the broker has confirmed its announcement. */
  async function run(
    peer: Awaited<ReturnType<typeof broker>>,
    setup: Setup & { readonly store: StateStore },
  ) {
    const before = JSON.stringify(setup.store.get("home_assistant"));
    const { telemetry } = await running(peer, setup);
    await eventually(() => telemetry.state().published >= 3);
    await telemetry.stop();
    return { before, after: JSON.stringify(setup.store.get("home_assistant")) };
  }

  it("is taken back once, by its platform alone, after a restart without it", async () => {
    const peer = await broker();
    const store = createMemoryStateStore();
    await run(peer, { store });
    await run(peer, { store, facts: { devices: ["grid", "pv"], wallboxNames: ["garage"] } });
    await run(peer, { store, facts: { devices: ["grid", "pv"], wallboxNames: ["garage"] } });
    const [first, second, third] = peer.payloads(CONFIG).map((text) => JSON.parse(text).cmps);
    const left = Object.keys(third);
    expect(left).not.toContain("battery_soc_pct");
    const gone = Object.keys(first).filter((key) => !left.includes(key));
    expect(gone).toContain("wallbox_yard_boost_start");
    expect(Object.fromEntries(gone.map((key) => [key, second[key]]))).toEqual(
      Object.fromEntries(gone.map((key) => [key, { p: first[key].p }])),
    );
    expect({ ...second, ...third }).toEqual(second);
  });

  it("changes nothing at a restart with the same config", async () => {
    const peer = await broker();
    const store = createMemoryStateStore();
    await run(peer, { store });
    const { before, after } = await run(peer, { store });
    expect(after).toBe(before);
    const [first, second] = peer.payloads(CONFIG);
    expect(second).toBe(first);
  });

  it("is the whole device when Home Assistant is switched off, and stays quiet afterwards", async () => {
    const peer = await broker();
    const store = createMemoryStateStore();
    await run(peer, { store });
    await run(peer, { store, homeAssistant: { enabled: false } });
    expect(peer.payloads(CONFIG).at(-1)).toBe("");
    expect(peer.messages.findLast(({ topic }) => topic === CONFIG)).toMatchObject({
      qos: 1,
      isRetained: true,
    });
    const { telemetry } = await running(peer, { store, homeAssistant: { enabled: false } });
    await eventually(() => peer.payloads("hems-edge/home/schema_version").length === 3);
    await telemetry.stop();
    expect(peer.payloads(CONFIG)).toHaveLength(2);
  });

  it("is the old place when the prefix changes", async () => {
    const peer = await broker();
    const store = createMemoryStateStore();
    await run(peer, { store });
    await run(peer, { store, homeAssistant: { prefix: "ha/disco" } });
    expect(peer.payloads(CONFIG).at(-1)).toBe("");
    const moved = peer.payloads("ha/disco/device/hems-edge-home/config");
    expect(moved.map((text) => Object.keys(JSON.parse(text).cmps))).toEqual([Object.keys(components())]);
    expect(store.get("home_assistant")).toMatchObject({ topic: "ha/disco/device/hems-edge-home/config" });
  });

  it("is not guessed from a memory that cannot be read", async () => {
    const peer = await broker();
    const store = createMemoryStateStore();
    store.put("home_assistant", { topic: 7, components: "none" });
    await run(peer, { store });
    expect(Object.keys(JSON.parse(peer.payloads(CONFIG)[0] ?? "").cmps)).toEqual(Object.keys(components()));
  });
});
