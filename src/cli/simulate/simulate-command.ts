import { closestName } from "../../config/closest-name.ts";
import { EXIT } from "../../service/exit-codes.ts";
import type { Command } from "../command.ts";
import type { CommandEntry } from "../commands.ts";

const subcommands: readonly CommandEntry[] = [
  {
    name: "simulate inverter",
    summary: "A SunSpec inverter on Modbus TCP that replays a measured day.",
    load: async () => (await import("./modbus-command.ts")).inverterCommand,
  },
  {
    name: "simulate meter",
    summary: "A SunSpec meter at the house connection on Modbus TCP.",
    load: async () => (await import("./modbus-command.ts")).meterCommand,
  },
  {
    name: "simulate wallbox",
    summary: "An OCPP 1.6J wallbox with a car, which dials a central system.",
    load: async () => (await import("./wallbox-command.ts")).wallboxCommand,
  },
  {
    name: "simulate partner",
    summary: "A Partner API for one user, with charging-config's rules.",
    load: async () => (await import("./partner-command.ts")).partnerCommand,
  },
  {
    name: "simulate broker",
    summary: "An MQTT 3.1.1 broker.",
    load: async () => (await import("./broker-command.ts")).brokerCommand,
  },
  {
    name: "simulate house",
    summary: "All of them in one house, with a config file for the daemon.",
    load: async () => (await import("./house-command.ts")).houseCommand,
  },
];

const peers = subcommands.map(({ name }) => name.split(" ").at(-1) ?? name);

export const simulateCommand: Command = {
  options: {},
  positionals: { usage: peers.join("|"), min: 1, max: 1 },
  subcommands,
  example: "hems-edge simulate house",
  async run({ positionals, io }) {
    const [peer = ""] = positionals;
    const meant = closestName(peer, peers);
    const hint = meant === undefined ? `use one of ${peers.join(", ")}` : `did you mean ${meant}?`;
    io.err(`hems-edge simulate: there is no ${peer} to simulate, ${hint}\n`);
    return EXIT.usage;
  },
};
