import { closestName } from "../config/closest-name.ts";
import { EXIT } from "../service/exit-codes.ts";
import { parseArguments } from "./arguments.ts";
import type { CliIo } from "./command.ts";
import { type CommandEntry, commands } from "./commands.ts";
import { commandHelp, overview } from "./help.ts";

/** Runs what a person typed after `hems-edge`; resolves to the exit code. */
export async function runCli(argv: readonly string[], io: CliIo = processIo()): Promise<number> {
  const [name, ...rest] = argv;
  if (name === undefined || name === "help" || name === "--help" || name === "-h") {
    io.out(overview(commands));
    return name === undefined ? EXIT.usage : EXIT.ok;
  }
  const entry = commands.find((candidate) => candidate.name === (name === "--version" ? "version" : name));
  if (entry === undefined) {
    const meant = closestName(
      name,
      commands.map((candidate) => candidate.name),
    );
    const hint = meant === undefined ? "hems-edge --help lists all" : `did you mean ${meant}?`;
    io.err(`hems-edge: unknown command ${name}, ${hint}\n`);
    return EXIT.usage;
  }
  return runCommand(entry, rest, io);
}

async function runCommand(entry: CommandEntry, argv: readonly string[], io: CliIo): Promise<number> {
  const command = await entry.load();
  const sub = command.subcommands?.find(({ name }) => name === `${entry.name} ${argv[0]}`);
  if (sub !== undefined) return runCommand(sub, argv.slice(1), io);
  if (argv.includes("--help") || argv.includes("-h")) {
    io.out(commandHelp(entry, command));
    return EXIT.ok;
  }
  const parsed = parseArguments(command, argv);
  if (!parsed.ok) {
    io.err(`hems-edge ${entry.name}: ${parsed.problem}\nTry: ${command.example}\n`);
    return EXIT.usage;
  }
  return command.run({ ...parsed.input, io });
}

/** The real terminal or pipe. A reader that goes away, as `| head` does, ends the program quietly. */
function processIo(): CliIo {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE") process.exit(EXIT.ok);
      throw error;
    });
  }
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    environment: process.env,
    isTerminal: process.stdout.isTTY === true,
    // Opened only by the command that reads it: an open one would keep the program from ending.
    get stdin() {
      return process.stdin;
    },
  };
}
