import { closestName } from "../../config/closest-name.ts";
import { EXIT } from "../../service/exit-codes.ts";
import type { Command } from "../command.ts";
import type { CommandEntry } from "../commands.ts";

/** A command that only holds others; `name` is its own name in full. */
export function groupCommand(name: string, subcommands: readonly CommandEntry[], example: string): Command {
  const names = subcommands.map((entry) => entry.name.slice(name.length + 1));
  return {
    options: {},
    positionals: { usage: names.join("|"), min: 1, max: 1 },
    subcommands,
    example,
    async run({ positionals, io }) {
      const [typed = ""] = positionals;
      const meant = closestName(typed, names);
      const hint = meant === undefined ? `use one of ${names.join(", ")}` : `did you mean ${meant}?`;
      io.err(`hems-edge ${name}: there is no ${typed}, ${hint}\n`);
      return EXIT.usage;
    },
  };
}
