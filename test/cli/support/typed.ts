import { type Captured, capturedCli } from "../../support/captured-cli.ts";

/** Runs the program as a person types it, without a config file, and keeps what it prints. */
export function typed(...argv: readonly string[]): Promise<Captured> {
  return capturedCli(argv, { HEMS_EDGE_CONFIG: "/nonexistent" });
}
