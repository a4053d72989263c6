import { DatabaseSync } from "node:sqlite";
import type { RecordKind, RecordOfKind } from "./records.ts";

/** All that the simulated cloud remembers, by kind and id; each record belongs to one user. */
export interface RecordStore {
  get<K extends RecordKind>(kind: K, id: string): RecordOfKind[K] | undefined;
  /** In the order of creation; all users' without `userId`. */
  list<K extends RecordKind>(kind: K, userId?: string): RecordOfKind[K][];
  put<K extends RecordKind>(kind: K, id: string, userId: string, record: RecordOfKind[K]): void;
  /** All of `run` or, when it throws or returns false, nothing of it. */
  transaction(run: () => boolean): boolean;
  close(): void;
}

const SCHEMA = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = OFF;
  CREATE TABLE IF NOT EXISTS record (
    seq INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (kind, id)
  );
  CREATE INDEX IF NOT EXISTS record_of_user ON record (kind, user_id, seq);
`;

/** In memory, or in the SQLite file that is named. */
export function createRecordStore(file = ":memory:"): RecordStore {
  const database = new DatabaseSync(file);
  database.exec(SCHEMA);
  const one = database.prepare("SELECT body FROM record WHERE kind = ? AND id = ?");
  const all = database.prepare("SELECT body FROM record WHERE kind = ? ORDER BY seq");
  const ofUser = database.prepare("SELECT body FROM record WHERE kind = ? AND user_id = ? ORDER BY seq");
  const upsert = database.prepare(
    `INSERT INTO record (kind, id, user_id, body) VALUES (?, ?, ?, ?)
     ON CONFLICT (kind, id) DO UPDATE SET user_id = excluded.user_id, body = excluded.body`,
  );
  const bodyOf = (row: unknown) => JSON.parse((row as { readonly body: string }).body);

  return {
    get(kind, id) {
      const row = one.get(kind, id);
      return row === undefined ? undefined : bodyOf(row);
    },
    list: (kind, userId) => (userId === undefined ? all.all(kind) : ofUser.all(kind, userId)).map(bodyOf),
    put(kind, id, userId, record) {
      upsert.run(kind, id, userId, JSON.stringify(record));
    },
    transaction(run) {
      database.exec("BEGIN");
      try {
        const isDone = run();
        database.exec(isDone ? "COMMIT" : "ROLLBACK");
        return isDone;
      } catch (error) {
        database.exec("ROLLBACK");
        throw error;
      }
    },
    close() {
      if (database.isOpen) database.close();
    },
  };
}
