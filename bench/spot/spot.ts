import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { daysAsked, shippedDays } from "./day-set.ts";
import { pricesPage } from "./price-docs.ts";
import { spotNights } from "./spot-nights.ts";

const PAGE = join(import.meta.dirname, "../../docs/benchmark-prices.md");

/** `--write-docs` writes the page, with the days of `--days FOLDER` beside the shipped ones. */
if (process.argv.includes("--write-docs")) {
  const asked = daysAsked(process.argv);
  writeFileSync(PAGE, pricesPage([shippedDays(), ...(asked === undefined ? [] : [asked])]));
} else {
  const figures = spotNights();
  if (process.argv.includes("--json")) process.stdout.write(`${JSON.stringify(figures)}\n`);
  else {
    for (const [name, value] of Object.entries(figures)) process.stdout.write(`${name.padEnd(26)}${value}\n`);
  }
}
