import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { eventually } from "../support/eventually.ts";

/** What the suite installs and builds; not checked in. */
export const INTEROP_FOLDER = join(import.meta.dirname, "..", "..", ".interop");
export const PYTHON = join(INTEROP_FOLDER, "python", "bin", "python");
export const LIBMODBUS_SERVER = join(INTEROP_FOLDER, "unit-test-server");

export interface Program {
  /** Everything that it has printed. */
  text(): string;
  /** Resolves when it has printed `pattern`. */
  printed(pattern: RegExp): Promise<void>;
  readonly isRunning: boolean;
  kill(): Promise<void>;
}

/** Starts a program that ends with the test at the latest. */
export function start(
  command: string,
  argv: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Program {
  const child: ChildProcess = spawn(command, argv, {
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...process.env, ...environment },
  });
  const output: string[] = [];
  child.stdout?.on("data", (chunk: Buffer) => output.push(chunk.toString()));
  child.stderr?.on("data", (chunk: Buffer) => output.push(chunk.toString()));
  let isRunning = true;
  const ended = new Promise<void>((resolve) => {
    child.once("close", () => {
      isRunning = false;
      resolve();
    });
    child.once("error", (error) => {
      output.push(String(error));
      isRunning = false;
      resolve();
    });
  });
  const program: Program = {
    text: () => output.join(""),
    get isRunning() {
      return isRunning;
    },
    async printed(pattern) {
      await eventually(() => pattern.test(program.text()) || !isRunning, 20_000);
      if (!pattern.test(program.text())) throw new Error(`${command} ended: ${program.text()}`);
    },
    async kill() {
      if (isRunning) child.kill("SIGKILL");
      await ended;
    },
  };
  onTestFinished(() => program.kill());
  return program;
}

/** Runs a program to its end and gives its output. */
export async function run(command: string, argv: readonly string[]): Promise<string> {
  const program = start(command, argv);
  await eventually(() => !program.isRunning, 30_000);
  return program.text();
}

/** Two serial ports that are connected with each other. Killing it is like pulling the plug. */
export async function serialPair(
  name: string,
): Promise<Program & { readonly a: string; readonly b: string }> {
  const [a, b] = [join(INTEROP_FOLDER, `${name}-a`), join(INTEROP_FOLDER, `${name}-b`)];
  const socat = start("socat", [`pty,raw,echo=0,link=${a}`, `pty,raw,echo=0,link=${b}`]);
  await eventually(() => existsSync(a) && existsSync(b), 10_000);
  return {
    ...socat,
    a,
    b,
    get isRunning() {
      return socat.isRunning;
    },
  };
}
