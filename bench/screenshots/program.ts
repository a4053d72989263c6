import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";

const MAIN = join(import.meta.dirname, "../../src/main.ts");

/** The program as a child, with what it said. */
export interface Program {
  readonly child: ChildProcess;
  hasEnded(): boolean;
  output(): string;
}

export function startProgram(argv: readonly string[]): Program {
  const child = spawn(process.execPath, [MAIN, ...argv], { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-2_000);
    });
  return {
    child,
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
    output: () => output,
  };
}
