import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { INTEROP_FOLDER, LIBMODBUS_SERVER, PYTHON } from "./programs.ts";

/** Programs of the distribution by the command that tells they are there. */
const PACKAGES = [
  ["socat", "socat"],
  ["mbpoll", "mbpoll"],
  ["gcc", "gcc"],
  ["mosquitto", "mosquitto"],
  ["mosquitto_sub", "mosquitto-clients"],
  ["openssl", "openssl"],
] as const;
const PYTHON_PACKAGES = ["pymodbus[simulator]==3.15.0", "pyserial==3.5"];
const EXAMPLES = "/usr/share/doc/libmodbus-dev/examples";

/** Installs what is missing: a clean machine needs about a minute, every later run nothing. */
export function setup(): void {
  mkdirSync(INTEROP_FOLDER, { recursive: true });
  const missing: string[] = PACKAGES.filter(([command]) => !isThere(command)).map(([, name]) => name);
  if (!existsSync("/usr/include/modbus/modbus.h")) missing.push("libmodbus-dev", "libc6-dev");
  if (!canRunPython("import ensurepip, venv")) missing.push("python3-venv");
  if (!canRunPython("import jinja2")) missing.push("python3-jinja2");
  if (missing.length > 0) install(missing);
  if (!hasPackages()) makeVenv();
  if (!existsSync(LIBMODBUS_SERVER)) buildServer();
}

function isThere(command: string): boolean {
  try {
    execFileSync("sh", ["-c", `command -v ${command}`], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

function canRunPython(program: string): boolean {
  try {
    execFileSync("python3", ["-c", program], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

function install(packages: readonly string[]): void {
  const environment = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  execFileSync("apt-get", ["update", "-qq"], { stdio: "inherit", env: environment });
  const options = ["install", "-y", "-qq", "--no-install-recommends"];
  execFileSync("apt-get", [...options, ...packages], { stdio: "inherit", env: environment });
}

/** The simulator's own dependency stands for all of them. */
function hasPackages(): boolean {
  try {
    execFileSync(PYTHON, ["-c", "import pymodbus, serial, aiohttp"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

function makeVenv(): void {
  const folder = join(INTEROP_FOLDER, "python");
  execFileSync("python3", ["-m", "venv", folder], { stdio: "inherit" });
  const pip = join(folder, "bin", "pip");
  execFileSync(pip, ["install", "--quiet", "--disable-pip-version-check", ...PYTHON_PACKAGES], {
    stdio: "inherit",
  });
}

/** libmodbus' own test server, which listens on a fixed port; ours comes from the environment. */
function buildServer(): void {
  const source = readFileSync(join(EXAMPLES, "unit-test-server.c"), "utf8");
  const copy = join(INTEROP_FOLDER, "unit-test-server.c");
  writeFileSync(copy, source.replace('"127.0.0.1", 1502', '"127.0.0.1", atoi(getenv("PORT"))'));
  const flags = [`-I${EXAMPLES}`, "-I/usr/include/modbus", "-o", LIBMODBUS_SERVER];
  execFileSync("gcc", [copy, ...flags, "-lmodbus"], { stdio: "inherit" });
}
