import { commandGroup } from "../command-group.ts";

export const simulateCommand = commandGroup(
  "simulate",
  [
    {
      name: "simulate inverter",
      summary: "An inverter, of any driver, that replays a measured day or a recorded device.",
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
  ],
  "hems-edge simulate house",
);
