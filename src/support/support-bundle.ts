import { readFileSync } from "node:fs";
import { eventWire, historyRowWire, sessionWire } from "../api/history-wire.ts";
import type { HistoryReader } from "../ports/history.ts";
import type { BundleTexts } from "../ports/support.ts";
import { journalTail } from "../service/journal-tail.ts";
import { redactedConfig, withoutSecrets } from "./redaction.ts";

const DAY_MS = 86_400_000;
const EVENT_DAYS = 30;
const ROW_DAYS = 60;
const MOST_ROWS = 5_000;

/** What a build is made of. */
export interface BuildInfo {
  readonly version: string;
  readonly commit: string;
  readonly libraries: Readonly<Record<string, string>>;
}

export interface BundleSources {
  readonly build: BuildInfo;
  readonly configPath: string;
  /** Undefined where nothing is recorded. */
  readonly history: HistoryReader | undefined;
  readonly nowWallMs: number;
  /** Secrets as far as they are known: logs hide them already, this is the second lock. */
  readonly secrets: readonly string[];
}

/** Files for whoever looks for a fault, beside those that are `known`. Every part is there: what cannot be had says why. */
export async function supportBundle(sources: BundleSources, known: BundleTexts): Promise<BundleTexts> {
  const { version, commit, libraries } = sources.build;
  const { platform, arch, versions } = process;
  const texts = {
    "version.json": jsonText({ version, commit, node: versions.node, platform, arch, libraries }),
    "config.yaml": configText(sources.configPath),
    ...known,
    "history.json": jsonText(await records(sources)),
    "log.txt": await journalTail(),
  };
  return Object.fromEntries(
    Object.entries(texts).map(([name, text]) => [name, withoutSecrets(text, sources.secrets)]),
  );
}

export function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function configText(path: string): string {
  try {
    return redactedConfig(readFileSync(path, "utf8")) ?? `${path} is no YAML\n`;
  } catch (error) {
    return `${path} cannot be read: ${error instanceof Error ? error.message : error}\n`;
  }
}

async function records({ history, nowWallMs }: BundleSources): Promise<unknown> {
  if (history === undefined) return { problem: "nothing is recorded" };
  const since = (days: number) => ({
    fromMs: nowWallMs - days * DAY_MS,
    untilMs: nowWallMs,
    limit: MOST_ROWS,
  });
  const days = await history.rows("day", since(ROW_DAYS));
  const sessions = await history.sessions(since(ROW_DAYS));
  const events = await history.events(since(EVENT_DAYS));
  if (!days.ok) return { problem: days.detail };
  return {
    days: days.page.rows.map(historyRowWire),
    sessions: sessions.ok ? sessions.page.rows.map(sessionWire) : { problem: sessions.detail },
    events: events.ok ? events.page.rows.map(eventWire) : { problem: events.detail },
  };
}
