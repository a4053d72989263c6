import { closeSync, existsSync, fsyncSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { z } from "zod";
import type { Outcome } from "./profile.ts";

export const ROW_STATUSES = ["updated", "unchanged", "failed"] as const;

/** What became of one row of the input. */
export interface RowResult {
  readonly row: number;
  readonly userId: string;
  readonly status: (typeof ROW_STATUSES)[number];
  /** Kind of the error, for `failed`. */
  readonly error: string | undefined;
  readonly detail: string | undefined;
}

/** Which job a journal belongs to. */
export interface JobKey {
  readonly inputSha256: string;
  readonly baseUrl: string;
  readonly orgId: string;
}

/** What is known of a job that was begun before; it survives a kill at any moment. */
export interface BulkJournal {
  /** The last result of each row. */
  readonly results: ReadonlyMap<number, RowResult>;
  /** Rows whose change was sent and whose answer was never noted. */
  readonly inDoubt: ReadonlySet<number>;
  noteSent(row: number): void;
  noteResult(result: RowResult): void;
  /** All that was noted is on the disk. */
  sync(): void;
  close(): void;
}

const keySchema = z.object({ inputSha256: z.string(), baseUrl: z.string(), orgId: z.string() });
const lineSchema = z.union([
  z.object({ job: keySchema }),
  z.object({ sent: z.number() }),
  z.object({
    result: z.object({
      row: z.number(),
      userId: z.string(),
      status: z.enum(ROW_STATUSES),
      error: z.string().optional(),
      detail: z.string().optional(),
    }),
  }),
]);

/** Opens the journal of a job, or begins one. A journal of another job is a mistake, not overwritten. */
export function openJournal(path: string, key: JobKey): Outcome<BulkJournal> {
  const results = new Map<number, RowResult>();
  const inDoubt = new Set<number>();
  const isNew = !existsSync(path);
  for (const line of isNew ? [] : readFileSync(path, "utf8").split("\n")) {
    const parsed = lineSchema.safeParse(jsonOf(line)).data;
    // A kill may leave half a line at the end.
    if (parsed === undefined) continue;
    if ("job" in parsed && !isSameJob(parsed.job, key)) {
      return {
        ok: false,
        detail: `${path} belongs to another file or server: move it away or name another --out`,
      };
    }
    if ("sent" in parsed) inDoubt.add(parsed.sent);
    if ("result" in parsed) {
      const { error, detail, ...rest } = parsed.result;
      results.set(rest.row, { ...rest, error, detail });
      inDoubt.delete(rest.row);
    }
  }
  const file = openSync(path, "a", 0o600);
  const write = (line: object) => writeSync(file, `${JSON.stringify(line)}\n`);
  // Ends half a line that a kill has left.
  if (!isNew) writeSync(file, "\n");
  else write({ job: key });

  return {
    ok: true,
    value: {
      results,
      inDoubt,
      noteSent: (row) => void write({ sent: row }),
      noteResult: (result) => void write({ result }),
      sync: () => fsyncSync(file),
      close: () => closeSync(file),
    },
  };
}

export function removeJournal(path: string): void {
  rmSync(path, { force: true });
}

function isSameJob(one: JobKey, other: JobKey): boolean {
  return one.inputSha256 === other.inputSha256 && one.baseUrl === other.baseUrl && one.orgId === other.orgId;
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
