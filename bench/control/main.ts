import { parseArgs } from "node:util";
import { controlBench } from "./control-bench.ts";
import { writeDocs } from "./docs.ts";
import { benchTables } from "./tables.ts";
import { traceSets } from "./trace-sets.ts";

const { values } = parseArgs({
  options: {
    json: { type: "boolean" },
    "write-docs": { type: "boolean" },
    set: { type: "string", multiple: true },
  },
});

const bench = await controlBench(traceSets(values.set ?? []), (what) => {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${what}`);
});
if (process.stderr.isTTY) process.stderr.write("\r\u001b[K");
if (values["write-docs"] === true) await writeDocs(bench);
process.stdout.write(values.json === true ? `${JSON.stringify(bench)}\n` : `${benchTables(bench)}\n`);
