import { fstatSync } from "node:fs";
import { isatty } from "node:tty";
import { type DestinationStream, type Logger, type LoggerOptions, pino } from "pino";
import { isoUtc } from "../core/iso-time.ts";
import { levelName, readableLine } from "./line-format.ts";

/** Where the lines go decides their form: systemd's journal, a person's terminal, or a file or pipe for programs. */
export type LogForm = "journal" | "terminal" | "json";

export interface LogOptions {
  readonly level: NonNullable<LoggerOptions["level"]>;
  readonly form: LogForm;
  /** Takes complete lines; default: standard output. */
  readonly write?: (line: string) => void;
}

export interface ServiceLog {
  readonly log: Logger;
  /** From now on this text appears in no line; call it for every secret that is read. */
  hide(secret: string): void;
}

/** Shorter texts occur by chance; hiding them would only garble the lines. */
const SHORTEST_HIDDEN = 4;
const HIDDEN = "[hidden]";

const SECRET_KEYS = [
  "password",
  "secret",
  "client_secret",
  "client_id",
  "token",
  "access_token",
  "refresh_token",
  "authorization",
  "Authorization",
];

/**
 * The program's logger. In the journal each line starts with `<priority>`, by which `journalctl -p` filters;
 * secrets are cut out by the names of their fields and by their text.
 */
export function createServiceLog(options: LogOptions): ServiceLog {
  const hidden = new Set<string>();
  const write = options.write ?? standardOutput();
  const destination: DestinationStream = {
    write: (json) => write(withoutSecrets(formatLine(json, options.form), hidden)),
  };
  const log = pino(
    {
      level: options.level,
      base: null,
      redact: { paths: SECRET_KEYS.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]), censor: HIDDEN },
    },
    destination,
  );
  return {
    log,
    hide(secret) {
      if (secret.length < SHORTEST_HIDDEN) return;
      hidden.add(secret);
      hidden.add(JSON.stringify(secret).slice(1, -1));
    },
  };
}

/** The form that suits standard output. */
export function logForm(environment: NodeJS.ProcessEnv): LogForm {
  if (isJournal(environment.JOURNAL_STREAM)) return "journal";
  return isatty(1) ? "terminal" : "json";
}

function formatLine(json: string, form: LogForm): string {
  if (form === "json") return json;
  const { text, levelNumber, wallMs } = readableLine(json);
  if (form === "journal") return `<${journalPriority(levelNumber)}>${text}\n`;
  return `${isoUtc(wallMs).slice(11, 23)} ${levelName(levelNumber)} ${text}\n`;
}

/** Priorities of syslog(3): a crash is critical, so that it stands out among errors. */
function journalPriority(levelNumber: number): number {
  if (levelNumber >= 60) return 2;
  if (levelNumber >= 50) return 3;
  if (levelNumber >= 40) return 4;
  return levelNumber >= 30 ? 6 : 7;
}

function withoutSecrets(line: string, hidden: ReadonlySet<string>): string {
  let clean = line;
  for (const secret of hidden) clean = clean.replaceAll(secret, HIDDEN);
  return clean;
}

/** JOURNAL_STREAM names the journal's socket as DEVICE:INODE; a child whose output was redirected inherits it wrongly. */
function isJournal(stream: string | undefined): boolean {
  if (stream === undefined) return false;
  try {
    const { dev, ino } = fstatSync(1);
    return stream === `${dev}:${ino}`;
  } catch {
    return false;
  }
}

/** Synchronous, so that the last line before an exit is not lost; pino ignores a reader that went away. */
function standardOutput(): (line: string) => void {
  const output = pino.destination({ fd: 1, sync: true });
  output.on("error", () => {});
  return (line) => {
    output.write(line);
  };
}
