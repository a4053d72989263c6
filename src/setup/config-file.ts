import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";

const OWNER_ONLY = 0o600;

export type ReplaceOutcome = { readonly ok: true } | { readonly ok: false; readonly detail: string };

/** The config file as it is; empty where there is none. */
export function readConfigFile(path: string): string {
  return existsSync(path) ? readFileSync(path, "utf8") : "";
}

/**
 * Puts `text` in place of the config file: wholly or, after a power cut, not at all. Only its owner can read it. What
 * stood there before stays beside it as `FILE.before-set-up`.
 */
export function replaceConfigFile(path: string, text: string): ReplaceOutcome {
  const target = existsSync(path) ? realpathSync(path) : path;
  const draft = `${target}.new`;
  try {
    const former = readConfigFile(target);
    if (former.trim() !== "") writeWhole(`${target}.before-set-up`, former);
    writeWhole(draft, text);
    renameSync(draft, target);
    syncFolder(dirname(target));
    return { ok: true };
  } catch (error) {
    removeDraft(draft);
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    return {
      ok: false,
      detail: `cannot write ${path} (${code}): let the user of this program write to its folder, or put the text there yourself`,
    };
  }
}

/** Where nothing can be written, nothing can be removed either. */
function removeDraft(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {}
}

function writeWhole(path: string, text: string): void {
  // A file that is there already would keep its own permissions.
  rmSync(path, { force: true });
  const file = openSync(path, "wx", OWNER_ONLY);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Makes the new name last over a power cut. */
function syncFolder(path: string): void {
  const folder = openSync(path, "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
