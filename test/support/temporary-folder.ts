import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

const folders: string[] = [];

// Registered when a test file imports this, before its own hooks: hooks run last in, first out, so this one comes last.
afterAll(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A new folder that is removed when the test file is done, whether its tests passed or not. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "hems-edge-test-"));
  folders.push(folder);
  return folder;
}
