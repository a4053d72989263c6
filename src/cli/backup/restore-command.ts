import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ACCESS_FILE, accessFlaw } from "../../api/login/access-file.ts";
import { isoUtc } from "../../core/iso-time.ts";
import { createSystemClock } from "../../service/clock.ts";
import { EXIT } from "../../service/exit-codes.ts";
import type { Command } from "../command.ts";
import { type ArchivedFile, readArchive } from "./sqlite-archive.ts";
import {
  CONFIG_FILE,
  databaseFlaw,
  isInUse,
  placeOptions,
  putInPlace,
  STATE_FILES,
  type StatePlaces,
  statePlaces,
} from "./state-files.ts";

export const restoreCommand: Command = {
  positionals: { usage: "FILE", min: 1, max: 1 },
  options: {
    ...placeOptions,
    "with-config": { summary: "Restore the config file, too; else it stays as it is." },
  },
  example: "hems-edge restore /mnt/usb/hems-edge.sqlar",
  async run(input) {
    const { io, positionals, switches } = input;
    const [source = ""] = positionals;
    const places = statePlaces(input);
    const refusal = refusalOf(source, places);
    if (refusal !== undefined) {
      io.err(`hems-edge restore: ${refusal}\n`);
      return EXIT.usage;
    }
    try {
      const files = readArchive(source);
      const restored = restore(files, places, switches.has("with-config"));
      io.out(`${restored.join(", ")} restored; what was there before is kept beside it.\n`);
      return EXIT.ok;
    } catch (error) {
      io.err(`hems-edge restore: ${error instanceof Error ? error.message : error}\n`);
      return EXIT.failure;
    }
  },
};

function refusalOf(source: string, { stateDir }: StatePlaces): string | undefined {
  if (!existsSync(source)) return `there is no ${source}: name a file made by hems-edge backup`;
  if (!existsSync(stateDir))
    return `there is no folder ${stateDir}: make it, or name another with --state-dir`;
  if (STATE_FILES.some((name) => isInUse(join(stateDir, name)))) {
    return "a daemon runs on this state folder: stop it first (systemctl stop hems-edge)";
  }
  return undefined;
}

interface Target {
  readonly content: Uint8Array;
  readonly path: string;
  /** What makes the file of this path unfit to be put in place; a config is checked by `hems-edge check`. */
  readonly flawOf?: (path: string) => string | undefined;
}

/** Checks everything before it changes anything. The paths that were restored; throws otherwise. */
function restore(
  files: readonly ArchivedFile[],
  places: StatePlaces,
  isConfigWanted: boolean,
): readonly string[] {
  const suffix = `.before-restore-${isoUtc(createSystemClock().wallMs()).replace(/[:.]/g, "-")}`;
  const databases = files.filter(({ name }) => STATE_FILES.some((known) => known === name));
  if (databases.length === 0) throw new Error("this archive holds no state of hems-edge");
  const config = isConfigWanted ? files.find(({ name }) => name === CONFIG_FILE) : undefined;
  if (isConfigWanted && config === undefined) throw new Error("this archive holds no config");
  const access = files.filter(({ name }) => name === ACCESS_FILE);
  const inStateDir = ({ name, content }: ArchivedFile) => ({ content, path: join(places.stateDir, name) });
  const targets: readonly Target[] = [
    ...databases.map((file) => ({ ...inStateDir(file), flawOf: databaseFlaw })),
    ...access.map((file) => ({ ...inStateDir(file), flawOf: accessFlaw })),
    ...(config === undefined ? [] : [{ content: config.content, path: places.configPath }]),
  ];
  const folders: string[] = [];
  try {
    const staged = targets.map(({ content, path, flawOf }) => {
      // Beside its place: only there a rename is sure to be one.
      const folder = mkdtempSync(join(dirname(path), ".hems-edge-restore-"));
      folders.push(folder);
      const newPath = join(folder, "new");
      writeFileSync(newPath, content, { mode: 0o600 });
      const flaw = flawOf?.(newPath);
      if (flaw !== undefined) throw new Error(`the archived ${path} is broken: ${flaw}`);
      return { newPath, path };
    });
    for (const { newPath, path } of staged) putInPlace(newPath, path, suffix);
    return targets.map(({ path }) => path);
  } finally {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  }
}
