import { writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { stringify } from "yaml";
import { listShippedDays } from "../../../simulator/house/day-trace.ts";
import { createSite, type Site } from "../../../simulator/site.ts";
import { createScaledClock } from "../../service/clock.ts";
import { EXIT } from "../../service/exit-codes.ts";
import type { Command, CommandInput } from "../command.ts";
import { type HouseConfigOptions, houseConfig } from "./house-config.ts";
import { createOptionReader, type OptionReader } from "./option-reader.ts";
import {
  batteryOf,
  batteryOptions,
  dayOptions,
  partnerChoice,
  partnerOptions,
  replayOf,
  speedOf,
  speedOptions,
} from "./peer-options.ts";
import { type RunningPeer, runPeer } from "./run-peer.ts";
import { watchWallbox } from "./wallbox-command.ts";

type HouseRequest = ReturnType<typeof houseRequest>;

export const houseCommand: Command = {
  options: {
    "write-config": {
      summary: "Write the daemon's config here instead of printing it.",
      placeholder: "FILE",
    },
    host: { summary: "Address on which the devices listen; default 127.0.0.1.", placeholder: "HOST" },
    ...dayOptions,
    wallboxes: { summary: "Wallboxes of the house, 1 to 20; default 1.", placeholder: "N" },
    phases: { summary: "Phases of the wallbox, 1 or 3; default 3.", placeholder: "N" },
    ...batteryOptions,
    ...partnerOptions,
    "ocpp-port": { summary: "Port at which the wallbox dials the daemon; default 8887.", placeholder: "N" },
    "page-port": { summary: "Port of the daemon's page; default 8090.", placeholder: "N" },
    ...speedOptions,
  },
  example: "hems-edge simulate house --write-config house.yaml --from 11:00",
  async run(input) {
    const reader = createOptionReader(input);
    const asked = houseRequest(reader, input);
    const problem = reader.problem();
    if (problem !== undefined) {
      input.io.err(`hems-edge simulate house: ${problem}\n`);
      return EXIT.usage;
    }
    return runPeer("house", input.io, () => openHouse(asked, input));
  },
};

function houseRequest(reader: OptionReader, { texts }: CommandInput) {
  const port = (name: string, fallback: number) => reader.number(name, { fallback, min: 1, max: 65_535 });
  return {
    configPath: texts["write-config"] === undefined ? undefined : resolve(texts["write-config"]),
    host: reader.text("host", "127.0.0.1"),
    wallboxes: reader.number("wallboxes", { fallback: 1, min: 1, max: 20 }),
    phases: reader.choice("phases", ["1", "3"], "3") === "1" ? (1 as const) : (3 as const),
    ocppPort: port("ocpp-port", 8_887),
    pagePort: port("page-port", 8_090),
    speed: speedOf(reader),
    replay: replayOf(reader),
    partner: partnerChoice(reader),
    battery: batteryOf(reader),
  };
}

async function openHouse(asked: HouseRequest, { io }: CommandInput): Promise<RunningPeer> {
  const { replay, host, phases, wallboxes, partner, battery, configPath, speed } = asked;
  const clock = createScaledClock(speed);
  const site = await createSite({
    ...{ clock, host, partner, trace: replay.trace, evse: { phases }, wallboxes },
    ...(battery === undefined ? {} : { battery: battery.options }),
    startMonotonicMs: clock.monotonicMs() - replay.fromMs,
  });
  const yaml = configText(site, asked);
  try {
    if (configPath !== undefined) writeFileSync(configPath, yaml, { mode: 0o600 });
  } catch (error) {
    await site.close();
    throw error;
  }
  const boxes = site.connectWallboxes(`ws://127.0.0.1:${asked.ocppPort}`);
  const name = (index: number) => (boxes.length === 1 ? "wallbox" : `wallbox-${index + 1}`);
  const watches =
    configPath === undefined ? [] : boxes.map((box, index) => watchWallbox(box, clock, io, name(index)));
  return {
    lines: configPath === undefined ? [yaml.trimEnd()] : [...introduction(site, asked), runLine(asked)],
    async close() {
      for (const watch of watches) watch.close();
      await site.close();
    },
  };
}

/** The config file; what a person should know stands above it, so that standard output is a config file as it is. */
function configText(site: Site, asked: HouseRequest): string {
  const { replay, configPath, partner, ocppPort, pagePort } = asked;
  const folder = configPath === undefined ? process.cwd() : dirname(configPath);
  const options: HouseConfigOptions = {
    siteName: "simulated",
    timeZone: listShippedDays().find(({ name }) => name === replay.trace.name)?.time_zone ?? "UTC",
    stateDir: resolve(folder, "simulated-house-state"),
    ...{ ocppPort, pagePort, thresholds: partner.thresholds, batteryPolicy: asked.battery?.policy },
  };
  const comments = [...introduction(site, asked), runLine(asked)].map((line) => `# ${line}\n`);
  return `${comments.join("")}${stringify(houseConfig(site, options))}`;
}

function introduction(site: Site, { replay, ocppPort }: HouseRequest): readonly string[] {
  const at = ({ host, port }: { host: string; port: number }) => `${host}:${port}`;
  return [
    `house on ${replay.trace.name}`,
    `  Modbus  inverter ${at(site.inverter.address())}, meter ${at(site.meter.address())}`,
    `  OCPP    the wallbox dials ws://127.0.0.1:${ocppPort}`,
    `  Partner ${site.partner.address().url}`,
    `  MQTT    ${site.broker.url}`,
  ];
}

function runLine({ configPath, speed }: HouseRequest): string {
  const clock = speed === 1 ? "" : ` --clock-speed ${speed}`;
  return `in a second terminal: hems-edge run --config ${configPath ?? "FILE"}${clock}`;
}
