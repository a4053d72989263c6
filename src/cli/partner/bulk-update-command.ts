import { existsSync, renameSync, writeFileSync } from "node:fs";
import { listUsers, type PartnerUser } from "../../partner/users.ts";
import { EXIT } from "../../service/exit-codes.ts";
import type { Command, CommandInput } from "../command.ts";
import { createOptionReader } from "../simulate/option-reader.ts";
import { onStopSignal } from "../stop-signal.ts";
import { type BulkInput, type BulkRow, readBulkInput } from "./bulk-input.ts";
import { openJournal, type RowResult, removeJournal } from "./bulk-journal.ts";
import { runBulk } from "./bulk-run.ts";
import { type Column, csvText } from "./output.ts";
import { createProgressBar } from "./progress-bar.ts";
import { failed, misused, type PartnerSession, sessionOptions, withPartner } from "./session.ts";
import { changedFields, isChange } from "./user-changes.ts";

const resultColumns: readonly Column<RowResult>[] = [
  { title: "row", cell: ({ row }) => row },
  { title: "user_id", cell: ({ userId }) => userId },
  { title: "status", cell: ({ status }) => status },
  { title: "error", cell: ({ error }) => error },
  { title: "detail", cell: ({ detail }) => detail },
];

export const bulkUpdateCommand: Command = {
  options: {
    "dry-run": { summary: "Check the file and say what would change; nothing is sent." },
    out: { summary: "Result file, CSV or JSON by its name; default INPUT.results.csv.", placeholder: "FILE" },
    batch: { summary: "Rows between two notes on the disk, 1 to 1000; default 100.", placeholder: "N" },
    concurrency: { summary: "Most requests at a time, 1 to 32; default 6.", placeholder: "N" },
    rate: { summary: "Most requests a second, 1 to 2000; default 20.", placeholder: "N" },
    json: { summary: "Print the counts as JSON." },
    ...sessionOptions,
  },
  positionals: { usage: "FILE.csv|FILE.json", min: 1, max: 1 },
  example: "hems-edge partner users bulk-update users.csv --dry-run",
  async run(input) {
    const [path = ""] = input.positionals;
    const reader = createOptionReader(input);
    const batchSize = reader.number("batch", { fallback: 100, min: 1, max: 1_000 });
    const concurrency = reader.number("concurrency", { fallback: 6, min: 1, max: 32 });
    const perSecond = reader.number("rate", { fallback: 20, min: 1, max: 2_000 });
    const problem = reader.problem();
    if (problem !== undefined) return misused(input, problem);
    const read = readBulkInput(path);
    if (!read.ok) return misused(input, read.detail);
    const job: Job = { ...read.value, outPath: input.texts.out ?? `${path}.results.csv`, batchSize };
    const isDryRun = input.switches.has("dry-run");
    if (!isDryRun && existsSync(job.outPath) && !existsSync(journalPath(job))) {
      return misused(input, `${job.outPath} is there already: this job is done, or name another --out`);
    }
    return withPartner(
      input,
      async (session) => {
        const users = await session.api.call(listUsers());
        if (!users.ok) return failed(input, users.error);
        const known = new Map(users.value.map((user) => [user.id, user]));
        return isDryRun ? rehearse(input, job, known) : perform(input, job, session, known);
      },
      { concurrency, perSecond },
    );
  },
};

interface Job extends BulkInput {
  readonly outPath: string;
  readonly batchSize: number;
}

const journalPath = ({ outPath }: Job) => `${outPath}.journal`;

function rehearse(input: CommandInput, { rows }: Job, known: ReadonlyMap<string, PartnerUser>): number {
  const missing = rows.filter(({ userId }) => !known.has(userId));
  const changing = rows.filter(({ userId, update }) => {
    const user = known.get(userId);
    return user !== undefined && isChange(changedFields(user, update));
  });
  const counts = {
    rows: rows.length,
    would_change: changing.length,
    unchanged: rows.length - changing.length - missing.length,
    unknown_users: missing.length,
  };
  if (input.switches.has("json") || !input.io.isTerminal) input.io.out(`${JSON.stringify(counts)}\n`);
  else {
    input.io.out(
      `${counts.rows} rows: ${counts.would_change} would change, ${counts.unchanged} are so already, ` +
        `${counts.unknown_users} name users who are not there. Nothing was sent.\n`,
    );
  }
  for (const { row, userId } of missing.slice(0, 20)) input.io.err(`  row ${row}: no user ${userId}\n`);
  return missing.length > 0 ? EXIT.failure : EXIT.ok;
}

async function perform(
  input: CommandInput,
  job: Job,
  session: PartnerSession,
  known: ReadonlyMap<string, PartnerUser>,
): Promise<number> {
  const { base_url: baseUrl, org_id: orgId } = session.profile;
  const journal = openJournal(journalPath(job), { inputSha256: job.sha256, baseUrl, orgId });
  if (!journal.ok) return misused(input, journal.detail);
  const bar = createProgressBar(input.io, job.rows.length);
  const stop = onStopSignal();
  const results = await runBulk(job.rows, job, {
    session,
    known,
    journal: journal.value,
    isStopped: stop.isStopped,
    onProgress: (done, failures) => bar.show(done, failures === 0 ? "" : `${failures} failed`),
  });
  bar.end();
  stop.close();
  journal.value.close();
  return conclude(input, job, results);
}

function conclude(input: CommandInput, job: Job, results: ReadonlyMap<number, RowResult>): number {
  const { io } = input;
  if (results.size < job.rows.length) {
    io.err(`stopped after ${results.size} of ${job.rows.length} rows: the same command goes on from here\n`);
    return EXIT.failure;
  }
  const inOrder = job.rows.map((row) => results.get(row.row) ?? unreached(row));
  writeResults(job.outPath, inOrder);
  const count = (status: RowResult["status"]) => inOrder.filter((result) => result.status === status).length;
  const counts = { updated: count("updated"), unchanged: count("unchanged"), failed: count("failed") };
  if (counts.failed === 0) removeJournal(journalPath(job));
  if (input.switches.has("json") || !io.isTerminal) {
    io.out(`${JSON.stringify({ rows: inOrder.length, ...counts, out: job.outPath })}\n`);
  } else {
    io.out(
      `${counts.updated} updated, ${counts.unchanged} were so already, ${counts.failed} failed: ${job.outPath}\n`,
    );
  }
  if (counts.failed > 0) io.err("the same command tries the failed rows again\n");
  return counts.failed > 0 ? EXIT.failure : EXIT.ok;
}

/** Cannot happen while every row has a result; a file with a gap would be worse than this line. */
function unreached({ row, userId }: BulkRow): RowResult {
  return { row, userId, status: "failed", error: "not_reached", detail: undefined };
}

function writeResults(path: string, results: readonly RowResult[]): void {
  const rows = results.map(({ row, userId, status, error, detail }) => ({
    row,
    user_id: userId,
    status,
    error,
    detail,
  }));
  const text = path.endsWith(".json")
    ? `${JSON.stringify(rows, undefined, 1)}\n`
    : csvText(results, resultColumns);
  writeFileSync(`${path}.new`, text, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}
