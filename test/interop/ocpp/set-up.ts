import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { INTEROP_FOLDER } from "../programs.ts";

/** Pinned: a peer that changes by itself proves nothing. */
const PYTHON_PACKAGES = ["ocpp==2.1.0", "websockets==15.0.1"];
const NPM_PACKAGES = ["em-ocpp-chargepoint-simulator@0.0.4"];

/** Beside what other protocols' peers need. */
export const CACHE = join(INTEROP_FOLDER, "ocpp");
export const OCPP_PYTHON = join(CACHE, "venv", "bin", "python");

/** Installs what is missing; nothing when the lists are as they were. */
export function setup(): void {
  mkdirSync(CACHE, { recursive: true });
  installed("python.json", PYTHON_PACKAGES, () => {
    execFileSync("python3", ["-m", "venv", join(CACHE, "venv")], { stdio: "inherit" });
    execFileSync(OCPP_PYTHON, ["-m", "pip", "install", "--quiet", ...PYTHON_PACKAGES], { stdio: "inherit" });
  });
  installed("npm.json", NPM_PACKAGES, () => {
    const options = ["--ignore-scripts", "--no-audit", "--no-fund", "--silent"];
    execFileSync("npm", ["install", "--prefix", CACHE, ...options, ...NPM_PACKAGES], { stdio: "inherit" });
  });
}

function installed(stamp: string, packages: readonly string[], install: () => void): void {
  const path = join(CACHE, stamp);
  const wanted = JSON.stringify(packages);
  if (existsSync(path) && readFileSync(path, "utf8") === wanted) return;
  install();
  writeFileSync(path, wanted);
}
