import { readFileSync } from "node:fs";
import { createCar } from "../../../simulator/house/car.ts";
import { createEvse } from "../../../simulator/house/evse.ts";
import { WALLBOX_IDENTITY } from "../../../simulator/site.ts";
import { type ChargePoint, createChargePoint } from "../../../simulator/wallbox/charge-point.ts";
import type { Clock } from "../../ports/clock.ts";
import { createScaledClock } from "../../service/clock.ts";
import { EXIT } from "../../service/exit-codes.ts";
import type { CliIo, Command, CommandInput } from "../command.ts";
import { createOptionReader, type OptionReader } from "./option-reader.ts";
import { speedOf, speedOptions } from "./peer-options.ts";
import { quirkHelp, quirksOf } from "./quirk-options.ts";
import { runPeer } from "./run-peer.ts";

const WATCH_MS = 1_000;

export const wallboxCommand: Command = {
  options: {
    url: {
      summary: "The central system, without the identity; default ws://127.0.0.1:8887.",
      placeholder: "URL",
    },
    identity: { summary: `OCPP identity; default ${WALLBOX_IDENTITY}.`, placeholder: "ID" },
    "password-file": { summary: "File that holds the Basic-auth password.", placeholder: "FILE" },
    phases: { summary: "Phases of the installation, 1 or 3; default 3.", placeholder: "N" },
    quirk: { summary: `Behave as some real boxes do; repeatable: ${quirkHelp}.`, placeholder: "NAME" },
    ...speedOptions,
  },
  example: "hems-edge simulate wallbox --url ws://127.0.0.1:8887 --identity GARAGE-1 --phases 1",
  async run(input) {
    const reader = createOptionReader(input);
    const asked = wallboxRequest(reader, input);
    const problem = reader.problem();
    if (problem !== undefined) {
      input.io.err(`hems-edge simulate wallbox: ${problem}\n`);
      return EXIT.usage;
    }
    return runPeer("wallbox", input.io, async () => {
      const clock = createScaledClock(asked.speed);
      const evse = createEvse(createCar(), { phases: asked.phases });
      const { url, identity, password, quirks } = asked;
      const wallbox = createChargePoint({
        ...{ url, identity, password, quirks, clock },
        vendor: "Simulated",
        model: "Nominal",
        hardware: evse,
      });
      const watch = watchWallbox(wallbox, clock, input.io);
      return {
        lines: [`wallbox ${identity} dials ${url}/${encodeURIComponent(identity)}`],
        async close() {
          watch.close();
          wallbox.close();
        },
      };
    });
  },
};

function wallboxRequest(reader: OptionReader, { texts, lists }: CommandInput) {
  const url = reader.text("url", "ws://127.0.0.1:8887").replace(/\/+$/, "");
  if (!URL.canParse(url) || !/^wss?:\/\//.test(url))
    reader.reject("--url takes ws://HOST:PORT or wss://HOST:PORT");
  return {
    url,
    identity: reader.text("identity", WALLBOX_IDENTITY),
    password: texts["password-file"] === undefined ? undefined : passwordOf(reader, texts["password-file"]),
    phases: reader.choice("phases", ["1", "3"], "3") === "1" ? (1 as const) : (3 as const),
    quirks: quirksOf(reader, lists.quirk ?? []),
    speed: speedOf(reader),
  };
}

function passwordOf(reader: OptionReader, path: string): string | undefined {
  try {
    return readFileSync(path, "utf8").trim();
  } catch (error) {
    reader.reject(
      `--password-file ${path} cannot be read: ${error instanceof Error ? error.message : error}`,
    );
    return undefined;
  }
}

/** A line whenever the box's connection, status or limit changes. */
export function watchWallbox(
  wallbox: ChargePoint,
  clock: Clock,
  io: CliIo,
  name = "wallbox",
): { close(): void } {
  let shown = "";
  let timer = clock.setTimeout(look, WATCH_MS);
  function look(): void {
    timer = clock.setTimeout(look, WATCH_MS);
    const { isConnected, status, limitA, offeredCurrentA } = wallbox.state();
    const limit = limitA === undefined ? "no limit" : `limit ${limitA} A`;
    const line = `${isConnected ? "connected" : "not connected"}, ${status}, ${limit}, offers ${offeredCurrentA} A`;
    if (line !== shown) io.out(`${name} ${line}\n`);
    shown = line;
  }
  return { close: () => clock.clearTimeout(timer) };
}
