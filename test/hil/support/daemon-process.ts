import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

export const MAIN = join(import.meta.dirname, "../../../src/main.ts");

/** What node runs: its flags, and the program's first file. */
export interface Program {
  readonly flags: readonly string[];
  readonly main: string;
}

const SOURCES: Program = { flags: [], main: MAIN };

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** The real program as a child process. */
export interface DaemonProcess {
  readonly child: ChildProcess;
  /** Resolves when it has ended. */
  readonly ended: Promise<Ended>;
  readonly isRunning: boolean;
  /** Messages of the log lines so far, in order. */
  messages(): readonly string[];
  errorText(): string;
  kill(signal: NodeJS.Signals): void;
}

export function spawnProgram(
  argv: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  options: {
    readonly channel?: "ipc" | "ignore" | undefined;
    readonly program?: Program | undefined;
  } = {},
): DaemonProcess {
  const { channel = "ignore", program = SOURCES } = options;
  const child = spawn(process.execPath, [...program.flags, program.main, ...argv], {
    stdio: ["ignore", "pipe", "pipe", channel],
    env: { PATH: process.env.PATH, ...environment },
  });
  const messages: string[] = [];
  const errors: string[] = [];
  collectLines(child.stdout, (line) => messages.push(messageOf(line)));
  collectLines(child.stderr, (line) => errors.push(line));
  const ended = once(child, "close").then(([code, signal]): Ended => ({ code, signal }));
  return {
    child,
    ended,
    get isRunning() {
      return child.exitCode === null && child.signalCode === null;
    },
    messages: () => messages,
    errorText: () => errors.join("\n"),
    kill: (signal) => void child.kill(signal),
  };
}

function collectLines(stream: Readable | null, take: (line: string) => void): void {
  if (stream !== null) createInterface({ input: stream }).on("line", take);
}

/** The message of a JSON log line, or the line itself. */
function messageOf(line: string): string {
  try {
    const entry: unknown = JSON.parse(line);
    return typeof entry === "object" && entry !== null && "msg" in entry ? String(entry.msg) : line;
  } catch {
    return line;
  }
}
