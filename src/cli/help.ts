import type { Command } from "./command.ts";
import type { CommandEntry } from "./commands.ts";

/** The list of all commands. */
export function overview(commands: readonly CommandEntry[]): string {
  return [
    "hems-edge charges a car from measured solar surplus, and says why.",
    "",
    "Usage: hems-edge COMMAND [OPTIONS]",
    "",
    ...table(commands.map(({ name, summary }) => [name, summary])),
    "",
    "hems-edge COMMAND --help shows its options and an example.",
    "",
  ].join("\n");
}

/** How one command is used. */
export function commandHelp({ name, summary }: CommandEntry, command: Command): string {
  const options = Object.entries({ ...command.options, help: { summary: "Show this text." } });
  const usage = ["hems-edge", name, command.positionals?.usage, "[OPTIONS]"];
  return [
    summary,
    "",
    `Usage: ${usage.filter((part) => part !== undefined).join(" ")}`,
    "",
    ...subcommandLines(command),
    ...table(
      options.map(([name, spec]) => [
        `--${name}${"placeholder" in spec && spec.placeholder !== undefined ? ` ${spec.placeholder}` : ""}`,
        spec.summary,
      ]),
    ),
    "",
    "Example:",
    `  ${command.example}`,
    "",
  ].join("\n");
}

function subcommandLines({ subcommands }: Command): readonly string[] {
  if (subcommands === undefined) return [];
  return [...table(subcommands.map(({ name, summary }) => [name, summary])), ""];
}

function table(rows: readonly (readonly [string, string])[]): readonly string[] {
  const widest = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(widest)}  ${right}`);
}
