import { randomBytes } from "node:crypto";
import { stringify } from "yaml";
import { z } from "zod";
import { closestName } from "../../config/closest-name.ts";
import { delay } from "../../ports/clock.ts";
import { createSystemClock } from "../../service/clock.ts";
import { EXIT } from "../../service/exit-codes.ts";
import type { Command, CommandInput } from "../command.ts";
import type { CommandEntry } from "../commands.ts";
import { daemonOptions } from "../daemon-client.ts";
import { cardsText, strangersText } from "./card-text.ts";
import { ask, askWallboxes, type Card, chosenCard } from "./wallbox-answers.ts";

const json = { summary: "Print JSON." };
const NAME = { usage: "[NAME]", min: 0, max: 1 };
const LOOK_AGAIN_MS = 1_000;
/** A box may take so long to dial again after the test, ms. */
const LONGEST_TEST_MS = 25 * 60_000;

const showCommand: Command = {
  positionals: NAME,
  options: { ...daemonOptions, json },
  example: "hems-edge wallbox show",
  async run(input) {
    const asked = await askWallboxes(input);
    if (!asked.ok) return refuse(input, asked.detail);
    const [name] = input.positionals;
    const wanted = asked.value.wallboxes.filter((card) => name === undefined || card.name === name);
    if (wanted.length === 0) return refuse(input, `there is no wallbox ${name}`);
    input.io.out(
      input.switches.has("json")
        ? `${JSON.stringify(asked.body)}\n`
        : cardsText({ ...asked.value, wallboxes: wanted }),
    );
    return EXIT.ok;
  },
};

const pairCommand: Command = {
  positionals: { usage: "[IDENTITY]", min: 0, max: 1 },
  options: { ...daemonOptions, json },
  example: "hems-edge wallbox pair CHARGER-0815",
  async run(input) {
    const asked = await askWallboxes(input);
    if (!asked.ok) return refuse(input, asked.detail);
    const { wallboxes, strangers } = asked.value;
    const [identity] = input.positionals;
    if (identity === undefined) {
      input.io.out(
        input.switches.has("json") ? `${JSON.stringify({ strangers })}\n` : strangersText(strangers),
      );
      return EXIT.ok;
    }
    const known = wallboxes.find((card) => card.identity === identity || card.name === identity);
    return known === undefined ? printEntry(input, identity) : pairAnew(input, known);
  },
};

/** A box that is in the config already: the next machine that dials is believed. */
async function pairAnew(input: CommandInput, { name }: Card): Promise<number> {
  const path = `/api/wallboxes/${encodeURIComponent(name)}/pair`;
  const done = await ask(input, { method: "POST", path }, z.undefined());
  if (!done.ok) return refuse(input, done.detail);
  input.io.out(`the next machine that dials as ${name} is let in\n`);
  return EXIT.ok;
}

/** What to write into the config: the installation is nothing that a box could tell. */
function printEntry({ io, switches }: CommandInput, identity: string): number {
  const wallbox = {
    identity,
    password: randomBytes(20).toString("hex"),
    phases: 3,
    max_current_a: 16,
    rated_current_a: 16,
  };
  if (switches.has("json")) {
    io.out(`${JSON.stringify({ wallbox })}\n`);
    return EXIT.ok;
  }
  io.out("# For the config; set phases and currents as installed, and the same password in the box.\n");
  io.out("# A box that knows no passwords: leave the line out.\n");
  io.out(stringify({ wallbox }));
  return EXIT.ok;
}

const keyCommand: Command = {
  positionals: NAME,
  options: { ...daemonOptions, json },
  example: "hems-edge wallbox key garage",
  async run(input) {
    const asked = await askWallboxes(input);
    if (!asked.ok) return refuse(input, asked.detail);
    const chosen = chosenCard(asked.value, input.positionals[0]);
    if (!chosen.ok) return refuse(input, chosen.detail);
    const path = `/api/wallboxes/${encodeURIComponent(chosen.card.name)}/key`;
    const changed = await ask(input, { method: "POST", path }, z.object({ key: z.string() }));
    if (!changed.ok) return refuse(input, changed.detail);
    const text = `${changed.value.key}\nThe wallbox took this password; the old one is refused. Keep it: put it into the config.\n`;
    input.io.out(input.switches.has("json") ? `${JSON.stringify(changed.value)}\n` : text);
    return EXIT.ok;
  },
};

const selfTestCommand: Command = {
  positionals: NAME,
  options: {
    ...daemonOptions,
    phases: { summary: "Test whether the phases really change, instead." },
    json,
  },
  example: "hems-edge wallbox selftest",
  async run(input) {
    const before = await askWallboxes(input);
    if (!before.ok) return refuse(input, before.detail);
    const chosen = chosenCard(before.value, input.positionals[0]);
    if (!chosen.ok) return refuse(input, chosen.detail);
    const kind = input.switches.has("phases") ? "phases" : "dead_man";
    const path = `/api/wallboxes/${encodeURIComponent(chosen.card.name)}/selftest`;
    const started = await ask(
      input,
      { method: "POST", path, body: { kind } },
      z.object({ lasts_s: z.number() }),
    );
    if (!started.ok) return refuse(input, started.detail);
    if (input.io.isTerminal)
      input.io.err(`testing, takes about ${Math.ceil(started.value.lasts_s / 60)} min\n`);
    return awaitResult(input, chosen.card, kind);
  },
};

async function awaitResult(input: CommandInput, before: Card, kind: "phases" | "dead_man"): Promise<number> {
  const clock = createSystemClock();
  const deadlineMs = clock.monotonicMs() + LONGEST_TEST_MS;
  while (clock.monotonicMs() < deadlineMs) {
    await delay(clock, LOOK_AGAIN_MS);
    const asked = await askWallboxes(input);
    if (!asked.ok) return refuse(input, asked.detail);
    const chosen = chosenCard(asked.value, before.name);
    if (!chosen.ok) return refuse(input, chosen.detail);
    const result = resultOf(chosen.card, kind);
    if (result !== null && result.at !== resultOf(before, kind)?.at) {
      input.io.out(
        input.switches.has("json") ? `${JSON.stringify(result)}\n` : `${result.outcome}: ${result.detail}\n`,
      );
      return result.outcome === "passed" ? EXIT.ok : EXIT.failure;
    }
  }
  return refuse(input, "no result in time: hems-edge wallbox show tells it later");
}

function resultOf({ dead_man, phases }: Card, kind: "phases" | "dead_man") {
  if (kind === "dead_man") return dead_man.self_test;
  const { test } = phases;
  return test === null ? null : { ...test, outcome: test.can_switch ? "passed" : "failed" };
}

function refuse({ io }: CommandInput, detail: string): number {
  io.err(`hems-edge: ${detail}\n`);
  return EXIT.failure;
}

const subcommands: readonly CommandEntry[] = [
  {
    name: "wallbox show",
    summary: "What is known of each wallbox: model, abilities, how it falls back, security.",
    load: async () => showCommand,
  },
  {
    name: "wallbox selftest",
    summary: "Pull the plug: prove that the wallbox falls back by itself. Needs a charging car.",
    load: async () => selfTestCommand,
  },
  {
    name: "wallbox pair",
    summary: "Who dialled and was refused; with an identity, how to let it in.",
    load: async () => pairCommand,
  },
  {
    name: "wallbox key",
    summary: "Give the wallbox a new password over its connection.",
    load: async () => keyCommand,
  },
];

const names = subcommands.map(({ name }) => name.split(" ").at(-1) ?? name);

export const wallboxCommand: Command = {
  options: {},
  positionals: { usage: names.join("|"), min: 1, max: 1 },
  subcommands,
  example: "hems-edge wallbox show",
  async run({ positionals, io }) {
    const [asked = ""] = positionals;
    const meant = closestName(asked, names);
    const hint = meant === undefined ? `use one of ${names.join(", ")}` : `did you mean ${meant}?`;
    io.err(`hems-edge wallbox: there is no ${asked}, ${hint}\n`);
    return EXIT.usage;
  },
};
