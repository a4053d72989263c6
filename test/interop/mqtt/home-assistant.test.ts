import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pino } from "pino";
import { describe, expect, it, onTestFinished } from "vitest";
import { createMemoryStateStore } from "../../../src/history/memory-state-store.ts";
import { createSystemClock } from "../../../src/service/clock.ts";
import { parseCommand } from "../../../src/telemetry/command-parser.ts";
import { createMqttTelemetry } from "../../../src/telemetry/mqtt-telemetry.ts";
import { eventually } from "../../support/eventually.ts";
import { recordingCommands } from "../../support/recording-commands.ts";
import { sampleReport } from "../../support/sample-report.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { discoverySchema } from "../../telemetry/support/home-assistant.ts";
import { run } from "../programs.ts";
import { authority, GATEWAY, type Mosquitto, startMosquitto } from "./mosquitto.ts";

const CONFIG = "homeassistant/device/hems-edge-home/config";
const COMMAND = "hems-edge/home/cmd/mode";

function gateway(
  { url }: Pick<Mosquitto, "url">,
  {
    protocolVersion,
    password = GATEWAY.password,
    caFile,
  }: {
    readonly protocolVersion: 4 | 5;
    readonly password?: string;
    readonly caFile?: string | undefined;
  },
) {
  const lines: { readonly msg: string; readonly cause?: string }[] = [];
  const recorder = recordingCommands();
  const telemetry = createMqttTelemetry(
    {
      siteName: "home",
      devices: ["grid", "pv"],
      wallboxNames: ["wallbox"],
      largestCurrentA: 16,
      version: "1.0.0",
      mqtt: {
        url,
        username: GATEWAY.username,
        password,
        protocol_version: protocolVersion,
        ca_file: caFile,
        telemetry_interval_ms: 0,
        home_assistant: { enabled: true, prefix: "homeassistant" },
      },
    },
    {
      clock: createSystemClock(),
      log: pino({ level: "info" }, { write: (line: string) => void lines.push(JSON.parse(line)) }),
      store: createMemoryStateStore(),
      commands: recorder.commands,
      random: () => 0,
    },
  );
  onTestFinished(() => telemetry.stop());
  telemetry.start();
  const connected = () => eventually(() => telemetry.state().isConnected, 10_000);
  return { telemetry, recorder, lines, connected };
}

/** Payloads by topic of what a subscriber has printed. */
function printed(text: string): ReadonlyMap<string, string> {
  const messages = [...text.matchAll(/^[01] [01] (\S+) (.*)$/gm)];
  return new Map(messages.map(([, topic = "", payload = ""]) => [topic, payload]));
}

/** What Home Assistant's template engine makes of each payload. */
async function renderedByJinja(parts: readonly { readonly template: string; readonly payload: string }[]) {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "parts.json"), JSON.stringify(parts));
  const text = await run("python3", [join(import.meta.dirname, "render.py"), join(folder, "parts.json")]);
  return JSON.parse(text) as string[];
}

describe.each([4, 5] as const)(
  "Mosquitto with passwords and our access list, protocol version %i",
  (version) => {
    it("keeps the discovery message and hands it to Home Assistant, anew on its birth", async () => {
      const broker = await startMosquitto({ protocolVersion: version });
      const { connected, lines } = gateway(broker, { protocolVersion: version });
      await connected();
      const subscriber = broker.subscriber(["homeassistant/#"]);
      await subscriber.printed(new RegExp(`^1 1 ${CONFIG} \\{.*\\}\\n`, "m"));
      discoverySchema.parse(JSON.parse(printed(subscriber.text()).get(CONFIG) ?? ""));
      await broker.publish("homeassistant/status", "online");
      await subscriber.printed(new RegExp(`^0 1 ${CONFIG} \\{.*\\}\\n`, "m"));
      expect(lines.map(({ msg }) => msg)).toEqual(["MQTT broker connected"]);
    });

    it("tells it anew after the broker died and forgot everything", async () => {
      const broker = await startMosquitto({ protocolVersion: version });
      const { telemetry, connected } = gateway(broker, { protocolVersion: version });
      await connected();
      telemetry.report(sampleReport());
      await broker.subscriber(["hems-edge/#"]).printed(/^1 1 hems-edge\/home\/state \{/m);
      await broker.restart();
      const subscriber = broker.subscriber(["homeassistant/#", "hems-edge/#"]);
      await subscriber.printed(new RegExp(`^[01] 1 ${CONFIG} \\{.*\\}\\n`, "m"));
      await subscriber.printed(/^[01] 1 hems-edge\/home\/state \{/m);
      const later = broker.subscriber([CONFIG]);
      await later.printed(new RegExp(`^1 1 ${CONFIG} \\{.*\\}\\n`, "m"));
    });

    it("carries commands of those who may, and of nobody else", async () => {
      const broker = await startMosquitto({ protocolVersion: version });
      const { recorder, connected } = gateway(broker, { protocolVersion: version });
      await connected();
      const subscriber = broker.subscriber([`${COMMAND}/result`]);
      await broker.publish(COMMAND, '{"id": "bad", "mode": "none"}', "guest");
      // The broker may grant the gateway's subscription after its connect.
      await eventually(async () => {
        await broker.publish(COMMAND, '{"id": "good", "mode": "spot"}');
        return subscriber.text().includes('"id":"good","ok":true');
      }, 10_000);
      expect(subscriber.text()).not.toContain("bad");
      expect(new Set(recorder.asked.map(String))).toEqual(new Set(["setMode,spot"]));
    });

    it("refuses a wrong password, which is told without the password", async () => {
      const broker = await startMosquitto({ protocolVersion: version });
      const { telemetry, lines } = gateway(broker, { protocolVersion: version, password: "wrong" });
      await eventually(() => lines.length > 0, 10_000);
      expect(lines[0]).toMatchObject({
        msg: "MQTT broker lost",
        cause: expect.stringMatching(/not authori[sz]ed|bad user/i),
      });
      expect(telemetry.state().isConnected).toBe(false);
      expect(JSON.stringify(lines)).not.toContain("wrong");
    });

    it("is reached over TLS with its own authority, and with no other", async () => {
      const broker = await startMosquitto({ protocolVersion: version, isTls: true });
      const { connected } = gateway(broker, { protocolVersion: version, caFile: broker.caFile });
      await connected();
      await broker.subscriber([CONFIG]).printed(new RegExp(`^1 1 ${CONFIG} \\{.*\\}\\n`, "m"));

      const folder = temporaryFolder();
      const stranger = gateway(broker, {
        protocolVersion: version,
        caFile: await authority(folder, "stranger"),
      });
      await eventually(() => stranger.lines.length > 0, 10_000);
      expect(stranger.lines[0]).toMatchObject({ msg: "MQTT broker lost" });
      expect(stranger.lines[0]?.cause).toMatch(/certificate|signature/i);
      expect(stranger.telemetry.state().isConnected).toBe(false);
    });
  },
);

describe("Home Assistant's template engine", () => {
  it("makes legal states and commands of everything that is told", async () => {
    const broker = await startMosquitto({ protocolVersion: 4 });
    const { telemetry, connected } = gateway(broker, { protocolVersion: 4 });
    await connected();
    const subscriber = broker.subscriber(["homeassistant/#", "hems-edge/#"]);
    await subscriber.printed(/home\/status online/);
    telemetry.report(sampleReport());
    await subscriber.printed(/wallbox\/vehicle charging/);
    const messages = printed(subscriber.text());
    const { cmps } = discoverySchema.parse(JSON.parse(messages.get(CONFIG) ?? ""));

    const readers = Object.entries(cmps).flatMap(([key, its]) =>
      "value_template" in its && its.value_template !== undefined && its.state_topic !== undefined
        ? [{ key, template: its.value_template, payload: messages.get(its.state_topic) ?? "" }]
        : [],
    );
    const states = await renderedByJinja(readers.map(({ template, payload }) => ({ template, payload })));
    expect(Object.fromEntries(readers.map(({ key }, index) => [key, states[index]]))).toMatchObject({
      mode: "hems",
      phase: "active",
      reason: "Charging with 10 A from the sun.",
      limited_by: "none",
      meter_problem: "OFF",
      start_threshold: "1000",
      load_power: "2850",
      grid_power_w: "-150",
      wallbox_wallbox_boost: "off",
      wallbox_wallbox_vehicle: "charging",
    });
    const empty = [{ template: "{{ value or None }}", payload: "" }];
    expect(await renderedByJinja(empty)).toEqual(["None"]);

    const writers = Object.values(cmps).flatMap((its) =>
      "command_topic" in its
        ? [
            {
              name: its.command_topic.slice("hems-edge/home/cmd/".length),
              template: its.command_template,
              payload: its.p === "select" ? "spot" : "10.0",
            },
          ]
        : [],
    );
    const bodies = await renderedByJinja(writers.map(({ template, payload }) => ({ template, payload })));
    const parsed = writers.map(({ name }, index) => {
      const payload = Buffer.from(bodies[index] ?? "");
      return parseCommand({ name, payload, isRetained: false, receivedWallMs: 0 });
    });
    expect(parsed.filter(({ ok }) => !ok)).toEqual([]);
    expect(parsed).toHaveLength(7);
  });
});
