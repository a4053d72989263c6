import { closestName } from "../config/closest-name.ts";
import { EXIT } from "../service/exit-codes.ts";
import type { Command } from "./command.ts";
import type { CommandEntry } from "./commands.ts";

/** A command that is nothing without one of `subcommands` behind it. */
export function commandGroup(
  name: string,
  subcommands: readonly [CommandEntry, ...CommandEntry[]],
  example = `hems-edge ${subcommands[0].name}`,
): Command {
  const names = subcommands.map((entry) => entry.name.slice(name.length + 1));
  return {
    options: {},
    positionals: { usage: names.join("|"), min: 1, max: 1 },
    subcommands,
    example,
    async run({ positionals, io }) {
      const [given = ""] = positionals;
      const meant = closestName(given, names);
      const hint = meant === undefined ? `use one of ${names.join(", ")}` : `did you mean ${meant}?`;
      io.err(`hems-edge ${name}: there is no ${given} here, ${hint}\n`);
      return EXIT.usage;
    },
  };
}
