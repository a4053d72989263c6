import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { FAILSAFE_ROWS, type FailsafeBound, type FailsafeRow } from "./failsafe-rows.ts";

const FOLDER = "test/hil/failsafe";
const ROOT = join(import.meta.dirname, "../../..");

/** From the root of the checkout. */
export const FAILSAFE_DOCS = "docs/failsafe.md";

/** The tests that carry a number of the table: the number, and the file from the root of the checkout. */
export function failsafeTests(): readonly { readonly id: string; readonly path: string }[] {
  return readdirSync(join(ROOT, FOLDER))
    .filter((name) => name.endsWith(".test.ts"))
    .flatMap((name) => {
      const path = `${FOLDER}/${name}`;
      const calls = readFileSync(join(ROOT, path), "utf8").matchAll(/\bfailsafe\(\s*"(\w+)"/g);
      return [...calls].map((call) => ({ id: call[1] ?? "", path }));
    });
}

/** The failsafe table as Markdown, with what its tests measure. */
export function failsafeDocs(): string {
  const tests = failsafeTests();
  const rows: readonly (readonly [string, FailsafeRow])[] = Object.entries(FAILSAFE_ROWS);
  const sections = rows.map(([id, row]) =>
    section(
      id,
      row,
      tests.filter((test) => test.id === id).map(({ path }) => path),
    ),
  );
  return `${HEAD}\n${sections.join("\n")}`;
}

const HEAD = `# When something fails

What the gateway promises when a part of the house, the network or the machine fails, and what is measured to show it. Each row has one
test of its number with the real daemon as a process of its own in a simulated house, on real sockets. Figures are taken at the
simulated wallbox, meter, broker, cloud or disk wherever the fault shows there; seconds are those of house and daemon, which live by
[one clock](adr/0017-the-bench-leads-the-daemons-clock.md). The meter of that house renews its registers every 5 s and shows them
1 s later. The set point in the wallbox expires after 90 s there, where nothing else is said; the default is 600 s.

This page is made from [the table](../test/hil/support/failsafe-rows.ts) by \`npm run generate\`; a bound that its test does not measure
fails that test.
`;

function section(
  id: string,
  { fault, promise, recovery, bounds }: FailsafeRow,
  paths: readonly string[],
): string {
  const lines = Object.values(bounds).map((bound) => `| ${sentence(bound.what)} | ${allowed(bound)} |`);
  const links = paths.map((path) => `[${path}](../${path})`);
  return `## ${id}: ${fault}

${promise}

Recovery: ${recovery.charAt(0).toLowerCase()}${recovery.slice(1)} Test: ${links.join(", ")}.

| measured | allowed |
|---|---|
${lines.join("\n")}
`;
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function allowed({ unit, atLeast, atMost }: FailsafeBound): string {
  const words = unit === "times" ? "" : ` ${unit}`;
  if (atLeast === undefined) return atMost === 0 ? `none` : `at most ${atMost}${words}`;
  if (atMost === undefined) return `at least ${atLeast}${words}`;
  return atLeast === atMost ? `${atLeast}${words}` : `${atLeast} to ${atMost}${words}`;
}
