import type { Readable } from "node:stream";
import type { CommandEntry } from "./commands.ts";

/** One option of a command, as a person types it: `--name` or `--name VALUE`. */
export interface OptionSpec {
  readonly summary: string;
  /** What to write after the option, in capitals; an option without it is a switch. */
  readonly placeholder?: string;
}

/** What a person types, or a pipe brings. */
export interface TypedInput extends Readable {
  readonly isTTY?: boolean;
  setRawMode?(isRaw: boolean): unknown;
}

/** Where a command reads and writes. Tests pass their own. */
export interface CliIo {
  out(text: string): void;
  err(text: string): void;
  readonly environment: NodeJS.ProcessEnv;
  /** True when a person watches; progress is shown only then. */
  readonly isTerminal: boolean;
  /** Without it nothing is ever typed. */
  readonly stdin?: TypedInput;
}

export interface CommandInput {
  /** Text of the options that were given, by name without dashes. */
  readonly texts: Readonly<Record<string, string>>;
  /** Names of the switches that were given. */
  readonly switches: ReadonlySet<string>;
  /** Every text of an option that may be repeated, in order. */
  readonly lists: Readonly<Record<string, readonly string[]>>;
  readonly positionals: readonly string[];
  readonly io: CliIo;
}

/** One command as it is used; its name and summary stand in the table, `commands.ts`. */
export interface Command {
  /** As shown in the usage line, e.g. `[MODE]`; with the fewest and most that are allowed. */
  readonly positionals?: { readonly usage: string; readonly min: number; readonly max: number };
  readonly options: Readonly<Record<string, OptionSpec>>;
  /** What can follow the name as a command of its own; each is named in full, as `simulate meter`. */
  readonly subcommands?: readonly CommandEntry[];
  /** A whole command line that works. */
  readonly example: string;
  /** Resolves to the exit code. */
  run(input: CommandInput): Promise<number>;
}
