import { chmodSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { ACCESS_FILE } from "../../api/login/access-file.ts";
import { createSystemClock } from "../../service/clock.ts";
import { EXIT } from "../../service/exit-codes.ts";
import type { Command } from "../command.ts";
import { type ArchivedFile, writeArchive } from "./sqlite-archive.ts";
import {
  CONFIG_FILE,
  databaseCopy,
  placeOptions,
  STATE_FILES,
  type StatePlaces,
  statePlaces,
} from "./state-files.ts";

export const backupCommand: Command = {
  positionals: { usage: "FILE", min: 1, max: 1 },
  options: placeOptions,
  example: "hems-edge backup /mnt/usb/hems-edge.sqlar",
  async run(input) {
    const { io, positionals } = input;
    const [target = ""] = positionals;
    if (existsSync(target)) {
      io.err(`hems-edge backup: ${target} is there already: name a new file\n`);
      return EXIT.usage;
    }
    try {
      const files = backUp(statePlaces(input), target);
      io.out(`${target}: ${files.join(", ")}\nIt may hold secrets: keep it as safe as the config.\n`);
      return EXIT.ok;
    } catch (error) {
      io.err(`hems-edge backup: ${error instanceof Error ? error.message : error}\n`);
      return EXIT.failure;
    }
  },
};

/** Works beside a running daemon. The names of what was saved; throws when there is nothing, or no room. */
function backUp(places: StatePlaces, target: string): readonly string[] {
  const folder = mkdtempSync(join(dirname(target), ".hems-edge-backup-"));
  try {
    const files: ArchivedFile[] = [];
    for (const name of STATE_FILES) {
      const path = join(places.stateDir, name);
      if (existsSync(path)) files.push({ name, content: databaseCopy(path, join(folder, name)) });
    }
    if (files.length === 0)
      throw new Error(`${places.stateDir} holds no state: name another with --state-dir`);
    const access = join(places.stateDir, ACCESS_FILE);
    if (existsSync(access)) files.push({ name: ACCESS_FILE, content: readFileSync(access) });
    if (existsSync(places.configPath)) {
      files.push({ name: CONFIG_FILE, content: readFileSync(places.configPath) });
    }
    const archive = join(folder, "archive");
    writeArchive(archive, files, createSystemClock().wallMs());
    chmodSync(archive, 0o600);
    renameSync(archive, target);
    return files.map(({ name }) => name);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
