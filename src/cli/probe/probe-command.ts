import { commandGroup } from "../command-group.ts";

export const probeCommand = commandGroup("probe", [
  {
    name: "probe modbus",
    summary: "Find out which driver fits a Modbus device, and what it tells.",
    load: async () => (await import("../modbus/probe-modbus-command.ts")).probeModbusCommand,
  },
]);
