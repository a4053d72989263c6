import { writeFileSync } from "node:fs";
import type { ModbusBus } from "../../../drivers/modbus/modbus-bus.ts";
import { loadProfile, PROFILE_NAMES } from "../../../drivers/profiles/catalogue.ts";
import { profileRoles, REGISTER_SIZES } from "../../../drivers/profiles/profile-schema.ts";
import { planReads } from "../../../drivers/profiles/read-plan.ts";
import { discover, HEADER_REGISTERS } from "../../../drivers/sunspec/discovery.ts";
import { EXIT } from "../../service/exit-codes.ts";
import type { Command, CommandInput } from "../command.ts";
import { createOptionReader, type OptionReader } from "../simulate/option-reader.ts";
import { type ModbusTarget, modbusTarget, openTarget, TARGET_USAGE, targetOptions } from "./modbus-target.ts";
import { type DumpRange, recordRegisters } from "./register-dump.ts";

export const dumpModbusCommand: Command = {
  positionals: { usage: TARGET_USAGE, min: 1, max: 1 },
  options: {
    ...targetOptions,
    driver: {
      summary: "Record the registers of this driver; without it, the SunSpec models.",
      placeholder: "NAME",
    },
    range: {
      summary: "Record these registers, e.g. holding:40000-40099 or input:5000-5099; may be repeated.",
      placeholder: "RANGE",
    },
    out: { summary: "Write the file here instead of printing it.", placeholder: "FILE" },
  },
  example: "hems-edge dump modbus 192.168.1.20 --driver sungrow-sh --out sungrow.json",
  async run(input) {
    const reader = createOptionReader(input);
    const { target, driver } = modbusTarget(input, reader);
    const ranges = (input.lists.range ?? []).map((text) => rangeOf(text, reader));
    const problem = reader.problem();
    if (problem !== undefined) {
      input.io.err(`hems-edge dump modbus: ${problem}\n`);
      return EXIT.usage;
    }
    const bus = openTarget(target);
    const code = await dump({ target, driver, ranges, bus }, input);
    await bus.close();
    return code;
  },
};

interface DumpRequest {
  readonly target: ModbusTarget;
  readonly driver: string | undefined;
  readonly ranges: readonly DumpRange[];
  readonly bus: ModbusBus;
}

async function dump(
  { target, driver, ranges, bus }: DumpRequest,
  { io, texts }: CommandInput,
): Promise<number> {
  const unit = target.unit ?? driverUnit(driver);
  const wanted =
    ranges.length > 0 ? ranges : (driverRanges(driver, unit) ?? (await sunspecRanges(bus, unit)));
  if (wanted.length === 0) {
    io.err("hems-edge dump modbus: no SunSpec device answers; name a --driver or a --range\n");
    return EXIT.failure;
  }
  const outcome = await recordRegisters(bus, unit, wanted);
  if (!outcome.ok) {
    io.err(`hems-edge dump modbus: ${outcome.detail}\n`);
    return EXIT.failure;
  }
  const device = driver === undefined ? "recorded device" : `recorded device, driver ${driver}`;
  const note = "what looks like a serial number is replaced by zeros: check before you share it";
  const text = `${JSON.stringify({ device, unit, note, ...outcome.tables })}\n`;
  if (texts.out === undefined) io.out(text);
  else writeFileSync(texts.out, text);
  return EXIT.ok;
}

function driverUnit(driver: string | undefined): number {
  if (driver === undefined || !PROFILE_NAMES.includes(driver)) return 1;
  const profile = loadProfile(driver);
  return "connection" in profile ? profile.connection.unit : 1;
}

function driverRanges(driver: string | undefined, unit: number): readonly DumpRange[] | undefined {
  if (driver === undefined || !PROFILE_NAMES.includes(driver)) return undefined;
  const profile = loadProfile(driver);
  if (profile.protocol !== "modbus") return undefined;
  const signs = profile.detect.flatMap(({ register }) => {
    const spec = profile.registers[register];
    if (spec === undefined) return [];
    const functionCode = spec.functionCode ?? profile.functionCode;
    return [{ functionCode, address: spec.at, count: REGISTER_SIZES[spec.type] }];
  });
  return [
    ...signs,
    ...planReads(profile, unit, profileRoles(profile)).filter((block) => block.unit === unit),
  ];
}

async function sunspecRanges(bus: ModbusBus, unit: number): Promise<readonly DumpRange[]> {
  const discovery = await discover(bus, unit);
  if (!discovery.ok) return [];
  const models = discovery.subDevices.flatMap((device) => device.models);
  const last = models.at(-1);
  if (last === undefined) return [];
  const end = last.address + HEADER_REGISTERS + last.length + HEADER_REGISTERS;
  const { baseAddress } = discovery;
  return [{ functionCode: 3, address: baseAddress, count: Math.min(end, 65_536) - baseAddress }];
}

function rangeOf(text: string, reader: OptionReader): DumpRange {
  const match = /^(holding|input):(\d{1,5})-(\d{1,5})$/.exec(text);
  const [address, last] = [Number(match?.[2]), Number(match?.[3])];
  if (match === null || last < address || last > 65_535) {
    reader.reject(`--range takes holding:FIRST-LAST or input:FIRST-LAST, not "${text}"`);
  }
  return { functionCode: match?.[1] === "input" ? 4 : 3, address, count: last - address + 1 };
}
