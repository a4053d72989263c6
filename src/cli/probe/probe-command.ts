import { commandGroup } from "../command-group.ts";

export const probeCommand = commandGroup(
  "probe",
  [
    {
      name: "probe modbus",
      summary: "Find out which driver fits a Modbus device, and what it tells.",
      load: async () => (await import("../modbus/probe-modbus-command.ts")).probeModbusCommand,
    },
    {
      name: "probe ocpp",
      summary: "Wait for a wallbox to dial in, and show what it is and can do.",
      load: async () => (await import("./probe-ocpp-command.ts")).probeOcppCommand,
    },
    {
      name: "probe mqtt",
      summary: "Log in at an MQTT broker and show what is published there.",
      load: async () => (await import("./probe-mqtt-command.ts")).probeMqttCommand,
    },
    {
      name: "probe partner",
      summary: "Log in at the config's Partner API and show the charging-config.",
      load: async () => (await import("../partner/probe-partner-command.ts")).probePartnerCommand,
    },
  ],
  "hems-edge probe modbus 192.168.1.20",
);
