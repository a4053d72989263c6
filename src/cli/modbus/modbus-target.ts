import { pino } from "pino";
import { createModbusBus, type ModbusBus } from "../../../drivers/modbus/modbus-bus.ts";
import { closestName } from "../../config/closest-name.ts";
import { DRIVER_NAMES } from "../../config/device-schema.ts";
import { createSystemClock } from "../../service/clock.ts";
import type { CommandInput, OptionSpec } from "../command.ts";
import type { OptionReader } from "../simulate/option-reader.ts";

/** How a device is reached, as a person types it: `HOST`, `HOST:PORT` or a serial port. */
export interface ModbusTarget {
  readonly connection:
    | { readonly type: "tcp" | "rtu_over_tcp"; readonly host: string; readonly port: number }
    | { readonly type: "rtu"; readonly path: string; readonly baud: number; readonly parity: Parity };
  readonly unit: number | undefined;
  readonly timeoutMs: number;
}

type Parity = "none" | "even" | "odd";

export const TARGET_USAGE = "HOST[:PORT]|/dev/...";

export const targetOptions: Readonly<Record<string, OptionSpec>> = {
  unit: { summary: "Modbus unit; default: those that devices usually have.", placeholder: "N" },
  rtu: { summary: "RTU frames through a serial-to-network converter at HOST:PORT." },
  baud: { summary: "Speed of a serial port; default 9600.", placeholder: "N" },
  parity: { summary: "Parity of a serial port: none, even or odd; default none.", placeholder: "WORD" },
  "timeout-ms": { summary: "Longest wait for one answer; default 2000.", placeholder: "MS" },
};

/** What to look at when nothing answers. */
export const NO_ANSWER_HINT =
  "Is Modbus switched on in the device, is the port right (502, 1502 or 6607 mostly), and is no other program connected?";

const USUAL_PORT = 502;

/** The target and the driver that a command was given; mistakes go to `reader`. */
export function modbusTarget({ positionals, switches, texts }: CommandInput, reader: OptionReader) {
  const [address = ""] = positionals;
  const how = { isRtu: switches.has("rtu"), hasUnit: texts.unit !== undefined };
  return { target: addressTarget(address, reader, how), driver: driverOption(reader, texts.driver) };
}

/** The driver that was asked for, or a mistake with the nearest name. */
function driverOption(reader: OptionReader, name: string | undefined): string | undefined {
  if (name === undefined || DRIVER_NAMES.includes(name)) return name;
  const meant = closestName(name, DRIVER_NAMES);
  reader.reject(`there is no driver ${name}${meant === undefined ? "" : `, did you mean ${meant}?`}`);
  return undefined;
}

function addressTarget(
  address: string,
  reader: OptionReader,
  { isRtu, hasUnit }: { readonly isRtu: boolean; readonly hasUnit: boolean },
): ModbusTarget {
  const unit = reader.number("unit", { fallback: 1, min: 0, max: 255 });
  const timeoutMs = reader.number("timeout-ms", { fallback: 2_000, min: 50, max: 30_000 });
  const baud = reader.number("baud", { fallback: 9_600, min: 1_200, max: 115_200 });
  const parity = reader.choice("parity", ["none", "even", "odd"], "none");
  const common = { unit: hasUnit ? unit : undefined, timeoutMs };
  if (address.startsWith("/")) {
    return { ...common, connection: { type: "rtu", path: address, baud, parity } };
  }
  const match = /^(\[[^\]]+\]|[^:]+)(?::(\d{1,5}))?$/.exec(address);
  const port = match?.[2] === undefined ? USUAL_PORT : Number(match[2]);
  if (match === null || port < 1 || port > 65_535) reader.reject(`${address} is not ${TARGET_USAGE}`);
  const host = (match?.[1] ?? "").replace(/^\[|\]$/g, "");
  return { ...common, connection: { type: isRtu ? "rtu_over_tcp" : "tcp", host, port } };
}

/** A bus for a command: it says nothing by itself. */
export function openTarget({ connection, timeoutMs }: ModbusTarget): ModbusBus {
  return createModbusBus(
    {
      connection: connection.type === "rtu" ? { ...connection, stopBits: 1 } : connection,
      timeoutMs,
      gapMs: 0,
      connectDelayMs: 0,
    },
    { clock: createSystemClock(), log: pino({ level: "silent" }) },
  );
}

/** The connection as it stands in a config file. */
export function connectionYaml({ connection }: ModbusTarget): string {
  switch (connection.type) {
    case "rtu":
      return `{ type: rtu, path: ${connection.path}, baud: ${connection.baud}, parity: ${connection.parity} }`;
    case "tcp":
    case "rtu_over_tcp":
      return `{ type: ${connection.type}, host: "${connection.host}", port: ${connection.port} }`;
  }
}
