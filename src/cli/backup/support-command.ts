import { chmodSync, existsSync } from "node:fs";
import { loadConfig } from "../../config/load-config.ts";
import { readSecrets } from "../../daemon/secrets.ts";
import { type HistoryFile, openHistoryFile } from "../../history/history-file.ts";
import type { HistoryAnswer, HistoryPage, HistoryReader } from "../../ports/history.ts";
import { createSystemClock } from "../../service/clock.ts";
import { EXIT } from "../../service/exit-codes.ts";
import { jsonText, supportBundle } from "../../support/support-bundle.ts";
import type { Command, CommandInput } from "../command.ts";
import { askDaemon, daemonOptions } from "../daemon-client.ts";
import { doctorCommand } from "../doctor-command.ts";
import { packageInfo } from "../package-info.ts";
import { writeArchive } from "./sqlite-archive.ts";
import { placeOptions, statePlaces } from "./state-files.ts";

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
    try {
      const encoder = new TextEncoder();
      const files = Object.entries(texts).map(([name, text]) => ({
        name,
        content: encoder.encode(text),
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

/** What the daemon tells, the doctor finds, and disk and journal hold. */
async function bundle(input: CommandInput): Promise<Readonly<Record<string, string>>> {
  const { configPath, stateDir } = statePlaces(input);
  const state = await askDaemon(input, { method: "GET", path: "/api/state" });
  const devices = await askDaemon(input, { method: "GET", path: "/api/devices" });
  return supportBundle(
    {
      build: packageInfo(),
      configPath,
      history: historyOf(stateDir),
      nowWallMs: createSystemClock().wallMs(),
      secrets: knownSecrets(input),
    },
    {
      "doctor.json": await doctorText(input),
      "state.json": jsonText(state.ok ? state.body : { problem: state.detail }),
      "devices.json": jsonText(devices.ok ? devices.body : { problem: devices.detail }),
    },
  );
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

/** The records in the state folder, which the daemon may be writing at the same time. */
function historyOf(stateDir: string): HistoryReader {
  const answer = async <T>(read: (file: HistoryFile) => HistoryPage<T>): Promise<HistoryAnswer<T>> => {
    const opened = openHistoryFile(stateDir);
    if (!opened.ok) return { ok: false, detail: opened.problem };
    try {
      return { ok: true, page: read(opened.file) };
    } catch (error) {
      return { ok: false, detail: error instanceof Error ? error.message : String(error) };
    } finally {
      opened.file.close();
    }
  };
  return {
    rows: (resolution, range) => answer((file) => file.rows(resolution, range)),
    sessions: (range) => answer((file) => file.sessions(range)),
    events: (range) => answer((file) => file.events(range)),
  };
}

/** Secrets as far as they can be read here. */
function knownSecrets(input: CommandInput): readonly string[] {
  const { environment } = input.io;
  const loaded = loadConfig(statePlaces(input).configPath, { environment, isService: false });
  if (!loaded.ok) return [];
  const secrets = readSecrets(loaded.config, environment);
  return secrets.ok ? secrets.texts : [];
}
