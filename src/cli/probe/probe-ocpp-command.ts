import { pino } from "pino";
import { type VisitedBox, visitBox } from "../../../drivers/index.ts";
import { createMemoryStateStore } from "../../history/memory-state-store.ts";
import { createSystemClock } from "../../service/clock.ts";
import { EXIT } from "../../service/exit-codes.ts";
import type { Command } from "../command.ts";
import { printable } from "../partner/output.ts";
import { createOptionReader } from "../simulate/option-reader.ts";

export const probeOcppCommand: Command = {
  positionals: { usage: "[IDENTITY]", min: 0, max: 1 },
  options: {
    host: { summary: "Address to listen on; default 0.0.0.0.", placeholder: "HOST" },
    port: { summary: "Port that the box dials; default 8887.", placeholder: "N" },
    "wait-s": { summary: "How long to wait for the box, 1 to 3600 s; default 180.", placeholder: "N" },
    json: { summary: "Print JSON." },
  },
  example: "hems-edge probe ocpp GARAGE-1 --port 8887",
  async run(input) {
    const { io, switches } = input;
    const [identity] = input.positionals;
    const reader = createOptionReader(input);
    const host = reader.text("host", "0.0.0.0");
    const port = reader.number("port", { fallback: 8_887, min: 1, max: 65_535 });
    const waitMs = reader.number("wait-s", { fallback: 180, min: 1, max: 3_600 }) * 1_000;
    const problem = reader.problem();
    if (problem !== undefined) {
      io.err(`hems-edge probe ocpp: ${problem}\n`);
      return EXIT.usage;
    }
    if (io.isTerminal) io.err(`waiting for ${identity ?? "a box"} at ws://THIS-MACHINE:${port}\n`);
    const visit = await visitBox(
      { host, port, identity, waitMs },
      { clock: createSystemClock(), log: pino({ level: "silent" }), store: createMemoryStateStore() },
    );
    if (!visit.ok) {
      io.err(`hems-edge probe ocpp: ${printable(visit.detail)}. ${HINT}\n`);
      return EXIT.failure;
    }
    io.out(switches.has("json") ? `${JSON.stringify(wireOf(visit.box))}\n` : textOf(visit.box));
    return EXIT.ok;
  },
};

const HINT =
  "Enter ws://THIS-MACHINE:PORT in the box; a running daemon has the port for itself: hems-edge wallbox show.";

function wireOf({ identity, protocol, boot, known, limits, facts, ...box }: VisitedBox) {
  return {
    identity,
    protocol,
    vendor: boot?.vendor ?? null,
    model: boot?.model ?? null,
    firmware: boot?.firmware ?? null,
    serial: boot?.serial ?? null,
    known_as: known?.name ?? null,
    advice: known?.advice ?? null,
    is_configuration_told: box.isConfigurationTold,
    feature_profiles: facts.featureProfiles,
    rate_units: facts.rateUnits,
    measurands: facts.measurands,
    available_measurands: facts.availableMeasurands,
    supply_phases: facts.supplyPhases ?? null,
    claims_phase_switching: facts.claimsPhaseSwitching,
    max_stack_level: limits.maxStackLevel ?? null,
    max_periods: limits.maxPeriods ?? null,
    max_profiles: limits.maxProfiles ?? null,
  };
}

function textOf(box: VisitedBox): string {
  const { boot, known, facts, limits } = box;
  const list = (items: readonly string[]) => (items.length === 0 ? "has not said" : items.join(", "));
  const number = (value: number | undefined) => value ?? "?";
  const rows: readonly (readonly [string, string])[] = [
    ["box", boot === undefined ? "has not said what it is" : Object.values(boot).filter(Boolean).join(" ")],
    ["known as", known?.name ?? "no known model: spoken to by the specification"],
    ["features", list(facts.featureProfiles)],
    [
      "profiles",
      `in ${list(facts.rateUnits)}; levels to ${number(limits.maxStackLevel)}, ${number(limits.maxPeriods)} periods, ${number(limits.maxProfiles)} profiles`,
    ],
    ["measures", list(facts.measurands)],
    [
      "phases",
      facts.claimsPhaseSwitching ? "says that it can switch between 1 and 3" : "no word of switching",
    ],
    ...(known?.advice === undefined ? [] : [["advice", known.advice] as const]),
  ];
  const lines = rows.map(([name, text]) => `  ${name.padEnd(10)} ${printable(text)}`);
  return [
    `${printable(box.identity)} dialled in, ${box.protocol}`,
    ...lines,
    `wallbox: { identity: ${JSON.stringify(box.identity)}, phases: 3, max_current_a: 16 }  # as installed`,
    "",
  ].join("\n");
}
