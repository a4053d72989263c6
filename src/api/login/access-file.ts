import { chmodSync, chownSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import { SCOPES } from "./scope.ts";

const tokenSchema = z.strictObject({
  id: z.string(),
  name: z.string(),
  scope: z.enum(SCOPES),
  /** SHA-256 of the token in base64url: it is random, so that nothing slower is needed. */
  hash: z.string(),
  created: z.string(),
});

const recordSchema = z.strictObject({
  password_hash: z.string().optional(),
  tokens: z.array(tokenSchema),
});

export type StoredToken = z.infer<typeof tokenSchema>;
/** Who may come in. */
export type AccessRecord = Readonly<z.infer<typeof recordSchema>>;

export type AccessRead =
  | { readonly ok: true; readonly record: AccessRecord }
  | { readonly ok: false; readonly detail: string };
export type AccessChange = { readonly ok: true } | { readonly ok: false; readonly detail: string };

/** Password and tokens, as hashes. */
export interface AccessFile {
  /** As it is now: others on this machine may have changed it. A file that cannot be read lets nobody in. */
  read(): AccessRead;
  change(edit: (record: AccessRecord) => AccessRecord): AccessChange;
  /**
   * Lays the code with which the first password is set beside the file, for its owner only; undefined takes it away. Whoever
   * can read it there could as well set the password. The log has the code in any case: a full disk is no fault here.
   */
  layOutCode(code: string | undefined): void;
}

export const ACCESS_FILE = "access.json";
const CODE_FILE = "set-up-code";
const NOBODY: AccessRecord = { tokens: [] };

/** `access.json` in the state folder, readable by its owner only. A missing file is one without password and tokens. */
export function createAccessFile(stateDir: string): AccessFile {
  const path = join(stateDir, ACCESS_FILE);
  let known: { readonly mark: string; readonly read: AccessRead } | undefined;

  function read(): AccessRead {
    const mark = fileMark(path);
    if (known?.mark !== mark) known = { mark, read: mark === "ENOENT" ? ok(NOBODY) : readRecord(path) };
    return known.read;
  }

  return {
    read,
    change(edit) {
      const before = read();
      if (!before.ok) return before;
      try {
        writeForOwner(path, `${JSON.stringify(edit(before.record), null, 2)}\n`);
        return { ok: true };
      } catch (error) {
        const code = codeOf(error);
        const remedy = code === "ENOENT" ? "there is no such folder" : "only root and the service's user may";
        return { ok: false, detail: `${path} cannot be written (${code}): ${remedy}` };
      }
    },
    layOutCode(code) {
      const codePath = join(stateDir, CODE_FILE);
      try {
        if (code === undefined) rmSync(codePath, { force: true });
        else writeForOwner(codePath, `${code}\n`);
      } catch {}
    },
  };
}

/** The code that waits for a first password; undefined where a password is set, or nobody here may read the code. */
export function laidOutCode(stateDir: string): string | undefined {
  const access = createAccessFile(stateDir).read();
  if (!access.ok || access.record.password_hash !== undefined) return undefined;
  try {
    return readFileSync(join(stateDir, CODE_FILE), "utf8").trim();
  } catch {
    return undefined;
  }
}

/** For a gateway without a folder of its own: the demo, and tests. */
export function createMemoryAccessFile(first: AccessRecord = NOBODY): AccessFile {
  let record = first;
  return {
    read: () => ok(record),
    change(edit) {
      record = edit(record);
      return { ok: true };
    },
    layOutCode() {},
  };
}

/** Undefined also where the file cannot be read: then no password is right. */
export function passwordHashOf(access: AccessRead): string | undefined {
  return access.ok ? access.record.password_hash : undefined;
}

/** Why nobody could come in with the file of this path; undefined where it is sound. */
export function accessFlaw(path: string): string | undefined {
  const read = readRecord(path);
  return read.ok ? undefined : read.detail;
}

function ok(record: AccessRecord): AccessRead {
  return { ok: true, record };
}

/** Differs when the file does; the code of the error where there is none to look at. */
function fileMark(path: string): string {
  try {
    const { ino, size, mtimeNs } = statSync(path, { bigint: true });
    return `${ino} ${size} ${mtimeNs}`;
  } catch (error) {
    return codeOf(error);
  }
}

function readRecord(path: string): AccessRead {
  try {
    const parsed = recordSchema.safeParse(JSON.parse(readFileSync(path, "utf8")));
    if (parsed.success) return ok(parsed.data);
  } catch (error) {
    if (!(error instanceof SyntaxError)) {
      return {
        ok: false,
        detail: `${path} cannot be read (${codeOf(error)}): give it to the service's user`,
      };
    }
  }
  return { ok: false, detail: `${path} is damaged: remove it and set the password anew` };
}

/** Whole or not at all, and owned as the folder is, so that the service can read what root wrote. */
function writeForOwner(path: string, text: string): void {
  const newPath = `${path}.${process.pid}.new`;
  writeFileSync(newPath, text, { mode: 0o600, flush: true });
  chmodSync(newPath, 0o600);
  const folder = statSync(dirname(path));
  if (process.getuid?.() === 0) chownSync(newPath, folder.uid, folder.gid);
  renameSync(newPath, path);
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "unreadable";
}
