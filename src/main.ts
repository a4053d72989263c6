#!/usr/bin/env node
const LOWEST_NODE_MAJOR = 24;

if (Number.parseInt(process.versions.node, 10) < LOWEST_NODE_MAJOR) {
  process.stderr.write(
    `hems-edge needs Node ${LOWEST_NODE_MAJOR} or newer, this is ${process.versions.node}.\n` +
      "In a checkout, npm and npx bring the right one: npm ci, then npx hems-edge ...\n",
  );
  process.exitCode = 1;
} else {
  // Imported only now: an older Node would stop at a module that it does not know.
  const { runCli } = await import("./cli/cli.ts");
  process.exitCode = await runCli(process.argv.slice(2));
}
