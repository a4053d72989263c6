import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import { homedir, userInfo } from "node:os";
import { dirname, join } from "node:path";
import { isoUtc } from "../../core/iso-time.ts";
import type { PartnerResult } from "../../partner/partner-error.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Outcome } from "./profile.ts";
import { redacted } from "./redaction.ts";

type Fields = Readonly<Record<string, unknown>>;

export interface AuditEntry {
  /** What was done, e.g. `users.update`. */
  readonly action: string;
  readonly target: string;
  /** The fields that changed, as they were and as they were to be. */
  readonly before?: Fields | undefined;
  readonly after?: Fields | undefined;
  readonly result: PartnerResult<unknown>;
}

/** One line of JSON for every write: who, what, before, after. Personal data and secrets are replaced. */
export interface AuditLog {
  write(entry: AuditEntry): void;
  close(): void;
}

export const AUDIT_VARIABLE = "HEMS_PARTNER_AUDIT_LOG";

export function auditPath(environment: NodeJS.ProcessEnv): string {
  const base = environment.XDG_STATE_HOME ?? join(environment.HOME ?? homedir(), ".local", "state");
  return environment[AUDIT_VARIABLE] ?? join(base, "hems-edge", "partner-audit.jsonl");
}

/** Without a place for its record nothing is written to the Partner API. */
export function openAuditLog(
  path: string,
  who: { readonly profile: string; readonly login: string },
  clock: Clock,
): Outcome<AuditLog> {
  let file: number;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    file = openSync(path, "a", 0o600);
  } catch {
    return {
      ok: false,
      detail: `cannot write the audit log ${path}: set ${AUDIT_VARIABLE} to another place`,
    };
  }
  const actor = { os_user: osUser(), ...who };
  return {
    ok: true,
    value: {
      write({ action, target, before, after, result }) {
        const line = {
          ts: isoUtc(clock.wallMs()),
          who: actor,
          action,
          target,
          ...(before === undefined ? {} : { before: redacted(before) }),
          ...(after === undefined ? {} : { after: redacted(after) }),
          outcome: result.ok ? "ok" : result.error.kind,
        };
        writeSync(file, `${JSON.stringify(line)}\n`);
      },
      close: () => closeSync(file),
    },
  };
}

function osUser(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run under a number that has no name.
    return String(process.getuid?.() ?? "unknown");
  }
}
