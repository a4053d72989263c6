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
    days: { type: "string", default: "500" },
    seed: { type: "string", default: "20261126" },
    only: { type: "string", default: "" },
    "write-docs": { type: "boolean", default: false },
  },
});

interface Verdict {
  readonly what: string;
  readonly isNoticed: boolean;
  readonly text: string;
}

/** The day on which a law broke, and which; undefined where none did. */
function breakIn(folder: string): { readonly days: number; readonly broken: string } | undefined {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ["test/days/defects/seek.ts", `--days=${values.days}`, `--seed=${values.seed}`],
    { cwd: folder, encoding: "utf8", timeout: LONGEST_MS },
  );
  if (status !== 0) throw new Error(`the days were not lived to their end: ${stderr}`);
  return stdout === "" ? undefined : JSON.parse(stdout);
}

function verdictOn(folder: string, { what, file, right, wrong }: SeededDefect): Verdict {
  const path = join(folder, file);
  const source = readFileSync(path, "utf8");
  if (source.split(right).length !== 2) return { what, isNoticed: false, text: `NO LONGER FITS ${file}` };
  writeFileSync(
    path,
    source.replace(right, () => wrong),
  );
  const found = breakIn(folder);
  writeFileSync(path, source);
  return found === undefined
    ? { what, isNoticed: false, text: `NOT NOTICED in ${values.days} days` }
    : { what, isNoticed: true, text: `day ${found.days}: ${found.broken}` };
}

function page(verdicts: readonly Verdict[]): string {
  const rows = verdicts.map(({ what, text }) => `| ${what} | ${text} |\n`).join("");
  return `# Seeded defects

Written by \`npm run test:defects -- --write-docs\`: what the [random days](../test/days) noticed when the gateway was given one
[defect](../test/days/defects/seeded-defects.ts) at a time, and on which of ${values.days} days, as many as \`npm test\` lives (seed
${values.seed}). Without a defect the same days break no law.

| the gateway | first noticed |
|---|---|
${rows}`;
}

const folder = mkdtempSync(join(tmpdir(), "hems-edge-defects-"));
for (const name of COPIED) cpSync(join(ROOT, name), join(folder, name), { recursive: true });
symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
const alarm = breakIn(folder);
if (alarm !== undefined) throw new Error(`without any defect, day ${alarm.days}: ${alarm.broken}`);
const verdicts = SEEDED_DEFECTS.filter(({ what }) => what.includes(values.only)).map((defect) => {
  const verdict = verdictOn(folder, defect);
  process.stdout.write(`${verdict.what}\n    ${verdict.text}\n`);
  return verdict;
});
rmSync(folder, { recursive: true });
if (values["write-docs"]) writeFileSync(join(ROOT, "docs/seeded-defects.md"), page(verdicts));
const noticed = verdicts.filter(({ isNoticed }) => isNoticed).length;
process.stdout.write(`${noticed} of ${verdicts.length} seeded defects noticed\n`);
process.exitCode = noticed === verdicts.length ? 0 : 1;
