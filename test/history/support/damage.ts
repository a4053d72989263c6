import { existsSync, readFileSync, renameSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";

const GARBAGE = 0xa5;
/** SQLite's own header ends there. */
const HEADER_BYTES = 100;
const PAGE_SIZE_AT = 16;

/** What a power cut, a bad card or a person can make of a database file that nobody has open. */
export const DAMAGES: readonly (readonly [name: string, inflict: (path: string) => void])[] = [
  ["text", (path) => writeFileSync(path, "no database at all, and long enough for a header ".repeat(100))],
  ["a torn end", (path) => truncateSync(path, Math.floor(statSync(path).size / 2) + 100)],
  ["an overwritten page", overwriteSecondPage],
  ["a later version", (path) => alter(path, "PRAGMA user_version = 99")],
  [
    "tables of somebody else",
    (path) => {
      rmSync(path);
      alter(path, "CREATE TABLE state (a INTEGER); CREATE TABLE minutes (a INTEGER)");
    },
  ],
];

/** Destroys the content of a file while somebody has it open. */
export function garbleOpenFile(path: string): void {
  alter(path, "PRAGMA wal_checkpoint(TRUNCATE)");
  const bytes = readFileSync(path);
  bytes.fill(GARBAGE, HEADER_BYTES);
  writeFileSync(path, bytes);
}

/** Makes every insert into `table` fail as on a full disk, where `condition` holds, until the returned function is called. */
export function fillDisk(path: string, table: string, condition = "1"): () => void {
  alter(
    path,
    `CREATE TRIGGER full BEFORE INSERT ON ${table} WHEN ${condition} BEGIN SELECT RAISE(ABORT, 'disk full'); END`,
  );
  return () => alter(path, "DROP TRIGGER full");
}

/** The disk of the file is gone; whoever has the file open keeps it. */
export function takeDiskAway(path: string): void {
  for (const suffix of ["", "-wal", "-shm"]) {
    if (existsSync(`${path}${suffix}`)) renameSync(`${path}${suffix}`, `${path}.away${suffix}`);
  }
}

function overwriteSecondPage(path: string): void {
  const bytes = readFileSync(path);
  const pageBytes = bytes.readUInt16BE(PAGE_SIZE_AT);
  bytes.fill(GARBAGE, pageBytes, 2 * pageBytes);
  writeFileSync(path, bytes);
}

function alter(path: string, sql: string): void {
  const database = new DatabaseSync(path);
  database.exec(sql);
  database.close();
}
