import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { holdOut } from "./hold-out.ts";
import { plateauSvg } from "./plateau-plot.ts";
import { sweepRuns } from "./sweep-runs.ts";
import { sweepTables } from "./sweep-tables.ts";
import { traceSets } from "./trace-sets.ts";

const { values } = parseArgs({
  options: { json: { type: "boolean" }, "write-docs": { type: "boolean" } },
});
const DOCS = join(import.meta.dirname, "../../docs");

// The shipped days are among the open ones.
const all = traceSets([]);
const sets = all.length > 1 ? all.filter(({ name }) => name !== "shipped") : all;
const variants = await sweepRuns(sets, (what) => {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${what}`);
});
if (process.stderr.isTTY) process.stderr.write("\r\u001b[K");
const names = sets.map(({ name }) => name);
const folds = holdOut(variants);
const tables = sweepTables(variants, { sets: names, folds });
if (values["write-docs"] === true) {
  mkdirSync(join(DOCS, "benchmark"), { recursive: true });
  writeFileSync(join(DOCS, "benchmark/plateau.svg"), plateauSvg(variants, names));
  writeFileSync(
    join(DOCS, "benchmark/plateau.md"),
    `# Plateau: every constant of the law, varied

Written by \`npm run bench:sweep -- --write-docs\`; do not edit.

![cost of a mean day](plateau.svg)

${tables}
`,
  );
}
process.stdout.write(values.json === true ? `${JSON.stringify({ variants, folds })}\n` : `${tables}\n`);
