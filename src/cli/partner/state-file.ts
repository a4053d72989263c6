import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { z } from "zod";
import { auditPath } from "./audit-log.ts";

/** A file beside the audit log, unless the person names another. */
export function statePath(asked: string | undefined, name: string, environment: NodeJS.ProcessEnv): string {
  return asked ?? join(dirname(auditPath(environment)), name);
}

/** What a command noted before; undefined when there is nothing that can be read. */
export function readState<T>(path: string, schema: z.ZodType<T>): T | undefined {
  try {
    return schema.safeParse(JSON.parse(readFileSync(path, "utf8"))).data;
  } catch {
    return undefined;
  }
}

/** As a whole or not at all. */
export function writeState(path: string, state: unknown): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(`${path}.new`, `${JSON.stringify(state, undefined, 1)}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}
