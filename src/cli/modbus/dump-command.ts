import { commandGroup } from "../command-group.ts";

export const dumpCommand = commandGroup(
  "dump",
  [
    {
      name: "dump modbus",
      summary: "Record a device's registers as a file that `simulate inverter --dump` replays.",
      load: async () => (await import("./dump-modbus-command.ts")).dumpModbusCommand,
    },
  ],
  "hems-edge dump modbus 192.168.1.20 --driver sungrow-sh --out sungrow.json",
);
