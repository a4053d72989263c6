import { type BackOffRange, backOffMs } from "../../core/back-off.ts";
import type { PartnerErrorKind, PartnerResult } from "../../partner/partner-error.ts";
import { getUser, type PartnerUser, updateUser } from "../../partner/users.ts";
import { delay } from "../../ports/clock.ts";
import type { BulkRow } from "./bulk-input.ts";
import type { BulkJournal, RowResult } from "./bulk-journal.ts";
import type { PartnerSession } from "./session.ts";
import { type Change, changedFields, isChange } from "./user-changes.ts";

export interface BulkRunOptions {
  /** Rows between two looks at the disk and at the wish to stop. */
  readonly batchSize: number;
}

export interface BulkRunDeps {
  readonly session: PartnerSession;
  readonly journal: BulkJournal;
  /** All users as they were just now; undefined for one who is not there. */
  readonly known: ReadonlyMap<string, PartnerUser>;
  readonly isStopped: () => boolean;
  onProgress(done: number, failed: number): void;
}

const RETRIES = 4;
const RETRY_RANGE: BackOffRange = { shortestMs: 500, longestMs: 30_000 };

/** After these nobody knows whether the server did what it was asked. */
const IN_DOUBT: ReadonlySet<PartnerErrorKind> = new Set<PartnerErrorKind>([
  "timeout",
  "unreachable",
  "malformed",
  "server_error",
]);

/**
 * Works on the rows that have no good result yet. What differs is sent, and nothing else: a row whose answer got lost in
 * a kill is found to be as wanted and not sent again. Returns the last result of each row that was reached.
 */
export async function runBulk(
  rows: readonly BulkRow[],
  options: BulkRunOptions,
  deps: BulkRunDeps,
): Promise<ReadonlyMap<number, RowResult>> {
  const { journal } = deps;
  const results = new Map([...journal.results].filter(([, { status }]) => status !== "failed"));
  const open = rows.filter(({ row }) => !results.has(row));
  let failures = 0;

  async function work(row: BulkRow): Promise<void> {
    const result = await resultOf(row, deps);
    if (result.status === "failed") failures++;
    results.set(row.row, result);
    journal.noteResult(result);
    deps.onProgress(results.size, failures);
  }

  deps.onProgress(results.size, 0);
  for (let begin = 0; begin < open.length && !deps.isStopped(); begin += options.batchSize) {
    await Promise.all(open.slice(begin, begin + options.batchSize).map(work));
    journal.sync();
  }
  return results;
}

async function resultOf({ row, userId, update }: BulkRow, deps: BulkRunDeps): Promise<RowResult> {
  const { journal, known } = deps;
  const base = { row, userId, error: undefined, detail: undefined };
  const user = known.get(userId);
  if (user === undefined) {
    return { ...base, status: "failed", error: "not_found", detail: "there is no such user" };
  }
  const change = changedFields(user, update);
  if (!isChange(change)) return { ...base, status: journal.inDoubt.has(row) ? "updated" : "unchanged" };
  journal.noteSent(row);
  const updated = await updatedOnce({ userId, update }, change, deps);
  if (updated.ok) return { ...base, status: "updated" };
  return { ...base, status: "failed", error: updated.error.kind, detail: updated.error.detail };
}

/** Sends a change again only when the server is seen not to have made it: an answer that got lost is no second update. */
async function updatedOnce(
  wanted: Pick<BulkRow, "userId" | "update">,
  change: Change,
  { session, isStopped }: BulkRunDeps,
): Promise<PartnerResult<unknown>> {
  const { userId, update } = wanted;
  const call = { ...updateUser(userId, update), isRepeatable: false };
  const entry = { action: "users.update", target: userId, ...change };
  for (let failures = 1; ; failures++) {
    const updated = await session.write(call, entry);
    if (updated.ok || !IN_DOUBT.has(updated.error.kind)) return updated;
    if (await isAsWanted(wanted, session)) return { ok: true, value: undefined };
    if (failures > RETRIES || isStopped()) return updated;
    await delay(session.clock, backOffMs(failures, RETRY_RANGE, Math.random));
  }
}

/** The server may have done what it could not say. */
async function isAsWanted(
  { userId, update }: Pick<BulkRow, "userId" | "update">,
  { api }: PartnerSession,
): Promise<boolean> {
  const user = await api.call(getUser(userId));
  return user.ok && !isChange(changedFields(user.value, update));
}
