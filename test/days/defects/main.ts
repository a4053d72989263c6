import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { SEEDED_DEFECTS, type SeededDefect } from "./seeded-defects.ts";

/**
 * Puts each seeded defect into a copy of the code and tells after how many random days a law noticed it. Exit code 1 where
 * one goes unnoticed, or no longer fits the code.
 */
const ROOT = join(import.meta.dirname, "../../..");
const COPIED = ["src", "drivers", "simulator", "test", "package.json", "tsconfig.json"];
const LONGEST_MS = 1_800_000;

const { values } = parseArgs({
  options: {
    days: { type: "string", default: "150" },
    seed: { type: "string", default: "20261126" },
    only: { type: "string", default: "" },
  },
});

interface Verdict {
  readonly isNoticed: boolean;
  readonly text: string;
}

function verdictOn(folder: string, { file, right, wrong }: SeededDefect): Verdict {
  const path = join(folder, file);
  const source = readFileSync(path, "utf8");
  if (source.split(right).length !== 2) return { isNoticed: false, text: `NO LONGER FITS ${file}` };
  writeFileSync(
    path,
    source.replace(right, () => wrong),
  );
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ["test/days/defects/seek.ts", `--days=${values.days}`, `--seed=${values.seed}`],
    { cwd: folder, encoding: "utf8", timeout: LONGEST_MS },
  );
  writeFileSync(path, source);
  if (status !== 0) return { isNoticed: true, text: `it crashed: ${stderr.trim().split("\n").at(-1) ?? ""}` };
  if (stdout === "") return { isNoticed: false, text: `NOT NOTICED in ${values.days} days` };
  const { days, broken } = JSON.parse(stdout);
  return { isNoticed: true, text: `day ${days}: ${broken}` };
}

const folder = mkdtempSync(join(tmpdir(), "hems-edge-defects-"));
for (const name of COPIED) cpSync(join(ROOT, name), join(folder, name), { recursive: true });
symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
const verdicts = SEEDED_DEFECTS.filter(({ what }) => what.includes(values.only)).map((defect) => {
  const verdict = verdictOn(folder, defect);
  process.stdout.write(`${defect.what}\n    ${verdict.text}\n`);
  return verdict;
});
rmSync(folder, { recursive: true });
const noticed = verdicts.filter(({ isNoticed }) => isNoticed).length;
process.stdout.write(`${noticed} of ${verdicts.length} seeded defects noticed\n`);
process.exitCode = noticed === verdicts.length ? 0 : 1;
