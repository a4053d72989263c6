import { execFileSync, spawnSync } from "node:child_process";
import { baseSystem, buildPackage, PACKAGE_VARIABLE } from "./support/machine.ts";

/** What a machine must have for a systemd of its own to be booted. */
const PROGRAMS = ["systemd-nspawn", "debootstrap", "dpkg-deb", "nsenter"];

/** Why the tests cannot run on this machine; undefined when they can. */
function obstacle(): string | undefined {
  if (process.getuid?.() !== 0) return "they need root, to boot a container";
  const missing = PROGRAMS.filter((program) => spawnSync("which", [program]).status !== 0);
  if (missing.length === 0) return undefined;
  return `${missing.join(", ")} missing: apt-get install systemd-container debootstrap dpkg util-linux`;
}

const why = obstacle();
if (why === undefined) {
  // Minutes of work that no test should have to wait for.
  const environment = { ...process.env, [PACKAGE_VARIABLE]: buildPackage() };
  baseSystem();
  execFileSync("npx", ["vitest", "run", "--config", "vitest.system.config.ts", ...process.argv.slice(2)], {
    stdio: "inherit",
    env: environment,
  });
} else {
  process.stdout.write(`System tests not run: ${why}\n`);
}
