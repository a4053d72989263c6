import { type FindOutcome, type FoundDevice, findDevices } from "../../../drivers/index.ts";
import { createSystemClock } from "../../service/clock.ts";
import { EXIT } from "../../service/exit-codes.ts";
import type { Command, CommandInput } from "../command.ts";
import { createOptionReader } from "../simulate/option-reader.ts";
import {
  connectionYaml,
  type ModbusTarget,
  modbusTarget,
  NO_ANSWER_HINT,
  openTarget,
  TARGET_USAGE,
  targetOptions,
} from "./modbus-target.ts";
import { readingSentences } from "./reading-words.ts";

const MOST_SHOWN = 5;

export const probeModbusCommand: Command = {
  positionals: { usage: TARGET_USAGE, min: 1, max: 1 },
  options: {
    ...targetOptions,
    driver: { summary: "Try this driver only, and show what it reads.", placeholder: "NAME" },
    json: { summary: "Print JSON." },
  },
  example: "hems-edge probe modbus 192.168.1.20",
  async run(input) {
    const reader = createOptionReader(input);
    const { target, driver } = modbusTarget(input, reader);
    const problem = reader.problem();
    if (problem !== undefined) {
      input.io.err(`hems-edge probe modbus: ${problem}\n`);
      return EXIT.usage;
    }
    return probe(target, driver, input);
  },
};

async function probe(target: ModbusTarget, driver: string | undefined, input: CommandInput): Promise<number> {
  const { io, switches } = input;
  const bus = openTarget(target);
  const progress = (text: string) => {
    if (io.isTerminal) io.err(`\r\u001b[Kasking ${text}`);
  };
  const outcome = await findDevices(
    { unit: target.unit, driver, progress },
    { bus, clock: createSystemClock() },
  );
  await bus.close();
  if (io.isTerminal) io.err("\r\u001b[K");
  io.out(switches.has("json") ? `${JSON.stringify(outcome)}\n` : outcomeText(outcome, target));
  return outcome.ok && outcome.found.length > 0 ? EXIT.ok : EXIT.failure;
}

function outcomeText(outcome: FindOutcome, target: ModbusTarget): string {
  if (!outcome.ok) return `Nothing answers: ${outcome.detail}.\n${NO_ANSWER_HINT}\n`;
  const { found } = outcome;
  if (found.length === 0) return "Something answers, but no driver fits: dump its registers and tell us.\n";
  const shown = found.slice(0, MOST_SHOWN);
  const more = found.length - shown.length;
  const rest = more === 0 ? "" : `${more} more are possible; --driver NAME shows one.\n`;
  return `${shown.map((device) => deviceText(device, target)).join("\n")}${rest}`;
}

function deviceText(device: FoundDevice, target: ModbusTarget): string {
  const { driver, title, unit, certainty, maturity, values, subDevices = [] } = device;
  const sureness = certainty === "certain" ? "it says so itself" : "its values fit";
  const sentences = readingSentences(values);
  return [
    `${title}, unit ${unit}: ${sureness}${maturity === undefined ? "" : `; driver ${maturity}`}`,
    ...subDevices.map(
      ({ manufacturer, model, models }) =>
        `  ${manufacturer} ${model}: SunSpec models ${models.map(({ id }) => id).join(", ")}`,
    ),
    ...(sentences.length === 0
      ? ["  it tells no power at the moment"]
      : sentences.map((line) => `  ${line}`)),
    "  - name: device",
    `    driver: ${driver}`,
    ...(driver === "sunspec" ? [`    roles: [${foundRoles(device).join(", ")}]`] : []),
    `    connection: ${connectionYaml(target)}`,
    `    unit: ${unit}`,
    "",
  ].join("\n");
}

function foundRoles({ values }: FoundDevice): readonly string[] {
  return [
    values.gridPowerW === undefined ? [] : ["grid"],
    values.pvPowerW === undefined ? [] : ["pv"],
    values.batteryPowerW === undefined ? [] : ["battery"],
  ].flat();
}
