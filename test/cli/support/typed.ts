import { runCli } from "../../../src/cli/cli.ts";

/** Runs the program as a person types it, without a config file, and keeps what it prints. */
export async function typed(...argv: readonly string[]) {
  const output = { out: "", err: "" };
  const code = await runCli(argv, {
    out: (text) => {
      output.out += text;
    },
    err: (text) => {
      output.err += text;
    },
    environment: { HEMS_EDGE_CONFIG: "/nonexistent" },
    isTerminal: false,
  });
  return { code, ...output };
}
