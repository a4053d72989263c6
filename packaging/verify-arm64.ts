import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const PROJECT = join(import.meta.dirname, "..");
const CACHE = join(PROJECT, ".cache");
const QEMU = "qemu-aarch64-static";
const PROGRAM = "usr/lib/hems-edge";

/**
 * Runs the arm64 package's own program under emulation, against an arm64 Debian's libraries: with the flags of the
 * service its version and a check of the example config, then an hour of the demo over real sockets. Needs root for
 * debootstrap, and qemu-user-static.
 */
function main(): void {
  const missing = [QEMU, "debootstrap", "dpkg-deb"].filter((name) => spawnSync("which", [name]).status !== 0);
  if (missing.length > 0) {
    process.stdout.write(
      `arm64 not verified: ${missing.join(", ")} missing: apt-get install qemu-user-static debootstrap\n`,
    );
    return;
  }
  const work = mkdtempSync(join(tmpdir(), "hems-edge-arm64-"));
  try {
    verify(packageFile(), work);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function verify(file: string, work: string): void {
  execFileSync("dpkg-deb", ["--extract", file, work]);
  const libraries = arm64Libraries();
  const unit = readFileSync(join(work, "usr/lib/systemd/system/hems-edge.service"), "utf8");
  const flags = [...(/^ExecStart=.+$/m.exec(unit)?.[0] ?? "").matchAll(/ (--\S+)/g)].map(
    ([, flag = ""]) => flag,
  );
  const program = (argv: readonly string[], nodeFlags: readonly string[] = []) => {
    const node = join(work, PROGRAM, "node_modules/.bin/node");
    const main = join(work, PROGRAM, "dist/src/main.js");
    return execFileSync(QEMU, ["-L", libraries, node, ...nodeFlags, main, ...argv], {
      encoding: "utf8",
      stdio: "pipe",
    });
  };
  process.stdout.write(program(["version"], flags));
  const config = join(work, "config.yaml");
  writeFileSync(config, EXAMPLE, { mode: 0o600 });
  process.stdout.write(program(["check", "--config", config], flags));
  const hour = join(work, "noon.csv");
  writeFileSync(hour, sunnyHour());
  const figures = JSON.parse(program(["demo", "--once", "--json", "--port", "0", "--day", hour]));
  if (!(figures.solar_kwh > 0)) throw new Error(`the demo charged nothing: ${JSON.stringify(figures)}`);
  process.stdout.write(`demo: ${JSON.stringify(figures)}\n`);
}

/** The newest package of the packages folder, built where there is none. */
function packageFile(): string {
  const given = process.argv[2];
  if (given !== undefined) return given;
  const out = join(CACHE, "packages-arm64");
  rmSync(out, { recursive: true, force: true });
  const argv = [join(PROJECT, "packaging/build.ts"), "--quick", "--arch", "arm64", "--out", out];
  execFileSync(process.execPath, argv, { cwd: PROJECT, stdio: "inherit" });
  return execFileSync("sh", ["-c", `ls ${out}/*.deb`], { encoding: "utf8" }).trim();
}

/** An arm64 Debian's files, unpacked but not set up: its libraries are all that the emulator needs. */
function arm64Libraries(): string {
  const root = join(CACHE, "debian-arm64");
  if (existsSync(join(root, "lib/ld-linux-aarch64.so.1"))) return root;
  mkdirSync(CACHE, { recursive: true });
  rmSync(root, { recursive: true, force: true });
  const argv = ["--arch=arm64", "--variant=minbase", "--foreign", "--include=libstdc++6", "bookworm", root];
  execFileSync("debootstrap", argv, { stdio: "ignore" });
  return root;
}

const EXAMPLE = `site: { main_fuse_a: 35, pv_peak_w: 10000 }
devices:
  - { name: meter, driver: sunspec, roles: [grid, pv], connection: { type: tcp, host: 127.0.0.1 } }
wallbox: { identity: GARAGE-1, phases: 3, max_current_a: 16, rated_current_a: 16 }
state_dir: /tmp
`;

/** An hour of 8 kW of sun over a house of 500 W, minute by minute. */
function sunnyHour(): string {
  const rows = Array.from({ length: 60 }, (_, minute) => {
    return `2026-06-21T11:${String(minute).padStart(2, "0")}:00Z,8000,500`;
  });
  return `time,pv_w,load_w\n${rows.join("\n")}\n`;
}

main();
