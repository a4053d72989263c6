import { EXIT } from "../../service/exit-codes.ts";
import type { Command } from "../command.ts";
import { migrate, migrationSchema } from "./migration.ts";
import { printRecord } from "./output.ts";
import { failed, misused, sessionOptions, withPartner } from "./session.ts";
import { readState, statePath, writeState } from "./state-file.ts";

export const migrateCommand: Command = {
  options: {
    email: { summary: "Address of the new record; each can be used once.", placeholder: "ADDRESS" },
    "external-user-id": {
      summary: "Id in the old system; the old record's own by default.",
      placeholder: "TEXT",
    },
    state: { summary: "Where the steps are noted; beside the audit log by default.", placeholder: "FILE" },
    json: { summary: "Print JSON." },
    ...sessionOptions,
  },
  positionals: { usage: "OLD_USER_ID", min: 1, max: 1 },
  example: "hems-edge partner users migrate OLD_USER_ID --email anna@example.com",
  async run(input) {
    const { email, "external-user-id": externalUserId } = input.texts;
    const [fromId = ""] = input.positionals;
    if (email === undefined) return misused(input, "migrate needs --email, the new record's address");
    if (!/^[\w-]+$/.test(fromId)) return misused(input, `${fromId} is no id`);
    const path = statePath(input.texts.state, `migrate-${fromId}.json`, input.io.environment);
    const begun = readState(path, migrationSchema);
    if (begun !== undefined && begun.from !== fromId)
      return misused(input, `${path} belongs to another user`);
    return withPartner(input, async (session) => {
      const outcome = await migrate({ fromId, email, externalUserId }, begun, {
        session,
        note: (migration) => writeState(path, migration),
        tell: (line) => input.io.err(`${line}\n`),
      });
      if (!outcome.ok) return failed(input, outcome.error);
      const { migration, waiting } = outcome.value;
      const isDone = migration.isFlagged;
      printRecord(input, { from: fromId, to: migration.to, is_done: isDone, waiting }, [
        isDone ? `migrated to ${migration.to}` : `${waiting.length} devices wait for the user:`,
        ...waiting.map(({ device, url }) => `  ${device}  ${url}`),
        ...(isDone ? [] : ["The same command goes on when they are connected."]),
      ]);
      return isDone ? EXIT.ok : EXIT.failure;
    });
  },
};
