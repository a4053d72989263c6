import { pino } from "pino";
import type { PartnerCall } from "../../partner/partner-call.ts";
import {
  createPartnerConnection,
  type PartnerConnection,
  type PartnerConnectionOptions,
} from "../../partner/partner-connection.ts";
import type { PartnerError, PartnerResult } from "../../partner/partner-error.ts";
import type { Clock } from "../../ports/clock.ts";
import { createSystemClock } from "../../service/clock.ts";
import { EXIT } from "../../service/exit-codes.ts";
import type { CommandInput, OptionSpec } from "../command.ts";
import { type AuditEntry, type AuditLog, auditPath, openAuditLog } from "./audit-log.ts";
import { chosenProfile, type Outcome, type Profile, readCredentials } from "./profile.ts";

/** An open way to the Partner API for one command. */
export interface PartnerSession {
  readonly api: PartnerConnection;
  readonly clock: Clock;
  readonly profile: Profile;
  readonly audit: AuditLog;
  /** A write, with its line in the audit log. */
  write<T>(call: PartnerCall<T>, entry: Omit<AuditEntry, "result">): Promise<PartnerResult<T>>;
}

export interface SessionPace {
  readonly concurrency: number;
  readonly perSecond: number;
}

export const sessionOptions: Readonly<Record<string, OptionSpec>> = {
  profile: { summary: "Login to use; the last one by default.", placeholder: "NAME" },
};

const DEFAULT_PACE: SessionPace = { concurrency: 6, perSecond: 20 };
const TIMEOUT_MS = 20_000;
/** A list of 100 000 users. */
const LARGEST_BODY_BYTES = 64 * 1_024 * 1_024;
const RETRIES = 4;

/** Opens a session, runs the command in it and closes it; what stands in the way is a sentence and exit code 1. */
export async function withPartner(
  input: CommandInput,
  run: (session: PartnerSession) => Promise<number>,
  pace = DEFAULT_PACE,
): Promise<number> {
  const opened = openSession(input, pace);
  if (!opened.ok) {
    input.io.err(`hems-edge partner: ${opened.detail}\n`);
    return EXIT.failure;
  }
  try {
    return await run(opened.value);
  } finally {
    opened.value.api.close();
    opened.value.audit.close();
  }
}

function openSession({ texts, io }: CommandInput, pace: SessionPace): Outcome<PartnerSession> {
  const chosen = chosenProfile(texts.profile, io.environment);
  if (!chosen.ok) return chosen;
  const { name, profile } = chosen.value;
  const auth = readCredentials(profile.auth, io.environment);
  if (!auth.ok) return auth;
  const clock = createSystemClock();
  const login = auth.value.grant === "password" ? auth.value.username : "client_credentials";
  const audit = openAuditLog(auditPath(io.environment), { profile: name, login }, clock);
  if (!audit.ok) return audit;
  const api = createConnection(profile, auth.value, clock, pace);
  return {
    ok: true,
    value: {
      api,
      clock,
      profile,
      audit: audit.value,
      async write(call, entry) {
        const result = await api.call(call);
        audit.value.write({ ...entry, result });
        return result;
      },
    },
  };
}

export function createConnection(
  profile: Profile,
  auth: PartnerConnectionOptions["auth"],
  clock: Clock,
  pace: SessionPace = DEFAULT_PACE,
): PartnerConnection {
  return createPartnerConnection(
    {
      baseUrl: profile.base_url.replace(/\/+$/, ""),
      tokenUrl: profile.token_url,
      orgId: profile.org_id,
      auth,
      timeoutMs: TIMEOUT_MS,
      largestBodyBytes: LARGEST_BODY_BYTES,
      pace,
      retries: RETRIES,
    },
    // What went wrong is told by the command itself.
    { clock, log: pino({ level: "silent" }), random: Math.random },
  );
}

/** Tells why a call failed, in the server's words, and gives the exit code. */
export function failed({ io }: CommandInput, error: PartnerError): number {
  io.err(`hems-edge partner: ${errorSentence(error)}\n`);
  return EXIT.failure;
}

/** A mistake in what was typed. */
export function misused({ io }: CommandInput, detail: string): number {
  io.err(`hems-edge partner: ${detail}\n`);
  return EXIT.usage;
}

export function errorSentence({ kind, detail }: PartnerError): string {
  return `${kind.replaceAll("_", " ")}: ${detail}`;
}
