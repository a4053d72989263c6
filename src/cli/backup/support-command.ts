import { execFile } from "node:child_process";
import { chmodSync, existsSync, readFileSync } from "node:fs";
import { promisify } from "node:util";
import { eventWire, historyRowWire, sessionWire } from "../../api/history-wire.ts";
import { loadConfig } from "../../config/load-config.ts";
import { readSecrets } from "../../daemon/secrets.ts";
import { openHistoryFile } from "../../history/history-file.ts";
import { createSystemClock } from "../../service/clock.ts";
import { EXIT } from "../../service/exit-codes.ts";
import type { Command, CommandInput } from "../command.ts";
import { askDaemon, daemonOptions } from "../daemon-client.ts";
import { doctorCommand } from "../doctor-command.ts";
import { packageInfo } from "../package-info.ts";
import { redactedConfig, withoutSecrets } from "./redaction.ts";
import { writeArchive } from "./sqlite-archive.ts";
import { placeOptions, statePlaces } from "./state-files.ts";

const DAY_MS = 86_400_000;
const EVENT_DAYS = 30;
const ROW_DAYS = 60;
const MOST_EVENTS = 5_000;
const LOG_LINES = "5000";
const LOG_TIMEOUT_MS = 10_000;
const LARGEST_LOG_BYTES = 16 * 1024 * 1024;

export const supportCommand: Command = {
  positionals: { usage: "FILE", min: 1, max: 1 },
  options: { ...placeOptions, url: daemonOptions.url ?? { summary: "" } },
  example: "hems-edge support-bundle support.sqlar",
  async run(input) {
    const { io, positionals } = input;
    const [target = ""] = positionals;
    if (existsSync(target)) {
      io.err(`hems-edge support-bundle: ${target} is there already: name a new file\n`);
      return EXIT.usage;
    }
    const texts = await bundle(input);
    const secrets = knownSecrets(input);
    try {
      const encoder = new TextEncoder();
      const files = Object.entries(texts).map(([name, text]) => ({
        name,
        content: encoder.encode(withoutSecrets(text, secrets)),
      }));
      writeArchive(target, files, createSystemClock().wallMs());
      chmodSync(target, 0o600);
    } catch (error) {
      io.err(`hems-edge support-bundle: ${error instanceof Error ? error.message : error}\n`);
      return EXIT.failure;
    }
    io.out(
      `${target}: ${Object.keys(texts).join(", ")}\nNo passwords and tokens; look through it before you send it.\n`,
    );
    return EXIT.ok;
  },
};

/** Every part is there: what cannot be had says why instead. */
async function bundle(input: CommandInput): Promise<Readonly<Record<string, string>>> {
  const { configPath, stateDir } = statePlaces(input);
  const { version, commit, libraries } = packageInfo();
  const state = await askDaemon(input, { method: "GET", path: "/api/state" });
  const devices = await askDaemon(input, { method: "GET", path: "/api/devices" });
  return {
    "version.json": json({
      version,
      commit,
      node: process.versions.node,
      platform: process.platform,
      arch: process.arch,
      libraries,
    }),
    "config.yaml": configText(configPath),
    "doctor.json": await doctorText(input),
    "state.json": json(state.ok ? state.body : { problem: state.detail }),
    "devices.json": json(devices.ok ? devices.body : { problem: devices.detail }),
    "history.json": historyText(stateDir),
    "log.txt": await logText(),
  };
}

function configText(path: string): string {
  try {
    return redactedConfig(readFileSync(path, "utf8")) ?? `${path} is no YAML\n`;
  } catch (error) {
    return `${path} cannot be read: ${error instanceof Error ? error.message : error}\n`;
  }
}

async function doctorText(input: CommandInput): Promise<string> {
  let text = "";
  const take = (more: string) => {
    text += more;
  };
  const io = { ...input.io, out: take, err: take };
  await doctorCommand.run({ ...input, switches: new Set(["json"]), io });
  return text;
}

function historyText(stateDir: string): string {
  const opened = openHistoryFile(stateDir);
  if (!opened.ok) return json({ problem: opened.problem });
  const { file } = opened;
  const untilMs = createSystemClock().wallMs();
  const since = (days: number) => ({ fromMs: untilMs - days * DAY_MS, untilMs, limit: MOST_EVENTS });
  try {
    return json({
      days: file.rows("day", since(ROW_DAYS)).rows.map(historyRowWire),
      sessions: file.sessions(since(ROW_DAYS)).rows.map(sessionWire),
      events: file.events(since(EVENT_DAYS)).rows.map(eventWire),
    });
  } catch (error) {
    return json({ problem: error instanceof Error ? error.message : String(error) });
  } finally {
    file.close();
  }
}

/** The newest lines of the service's journal, where there is one. */
async function logText(): Promise<string> {
  try {
    const argv = ["--unit", "hems-edge", "--no-pager", "--output", "short-iso", "--lines", LOG_LINES];
    const { stdout } = await promisify(execFile)("journalctl", argv, {
      timeout: LOG_TIMEOUT_MS,
      maxBuffer: LARGEST_LOG_BYTES,
    });
    return stdout;
  } catch (error) {
    return `no journal: ${error instanceof Error ? error.message : error}\n`;
  }
}

/** Secrets as far as they can be read here: logs hide them already, this is the second lock. */
function knownSecrets(input: CommandInput): readonly string[] {
  const { environment } = input.io;
  const loaded = loadConfig(statePlaces(input).configPath, { environment, isService: false });
  if (!loaded.ok) return [];
  const secrets = readSecrets(loaded.config, environment);
  return secrets.ok ? secrets.texts : [];
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
