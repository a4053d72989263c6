import { DatabaseSync } from "node:sqlite";
import { deflateSync, inflateSync } from "node:zlib";

/** One file in an archive. */
export interface ArchivedFile {
  readonly name: string;
  readonly content: Uint8Array;
}

/** Larger than any state folder; an archive that claims more is none of ours. */
const LARGEST_FILE_BYTES = 1024 * 1024 * 1024;

/**
 * Writes an SQLite archive, which `sqlite3 FILE -Ax` unpacks anywhere: one file, no format of ours. Throws what the disk
 * throws; `path` must not exist.
 */
export function writeArchive(path: string, files: readonly ArchivedFile[], wallMs: number): void {
  const database = new DatabaseSync(path);
  try {
    database.exec(
      "CREATE TABLE sqlar (name TEXT PRIMARY KEY, mode INT, mtime INT, sz INT, data BLOB); BEGIN;",
    );
    const insert = database.prepare("INSERT INTO sqlar (name, mode, mtime, sz, data) VALUES (?, ?, ?, ?, ?)");
    for (const { name, content } of files) {
      const packed = deflateSync(content);
      // Where packing saves nothing the bytes stand as they are: that is the format's rule.
      const data = packed.length < content.length ? packed : content;
      insert.run(name, 0o100600, Math.round(wallMs / 1_000), content.length, data);
    }
    database.exec("COMMIT");
  } finally {
    database.close();
  }
}

/** The files of an archive; throws when it is none, or broken. */
export function readArchive(path: string): readonly ArchivedFile[] {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    return database
      .prepare("SELECT name, sz, data FROM sqlar ORDER BY name")
      .all()
      .map((row) => ({ name: String(row.name), content: unpacked(row.data, Number(row.sz)) }));
  } finally {
    database.close();
  }
}

function unpacked(data: unknown, size: number): Uint8Array {
  if (!(data instanceof Uint8Array)) throw new Error("an entry without bytes");
  if (!(size >= 0 && size <= LARGEST_FILE_BYTES)) throw new Error("an entry of impossible size");
  const content = data.length === size ? data : inflateSync(data, { maxOutputLength: Math.max(1, size) });
  if (content.length !== size) throw new Error("an entry of another size than it says");
  return content;
}
