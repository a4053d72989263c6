import { runCli } from "../../src/cli/cli.ts";
import type { TypedInput } from "../../src/cli/command.ts";

export interface Captured {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command in this process, as in a pipe, and catches what it prints. */
export async function capturedCli(
  argv: readonly string[],
  environment: NodeJS.ProcessEnv = {},
  stdin?: TypedInput,
): Promise<Captured> {
  const output = { out: "", err: "" };
  const code = await runCli(argv, {
    out: (text) => {
      output.out += text;
    },
    err: (text) => {
      output.err += text;
    },
    environment,
    isTerminal: false,
    ...(stdin === undefined ? {} : { stdin }),
  });
  return { code, ...output };
}
