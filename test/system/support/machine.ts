import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const PROJECT = join(import.meta.dirname, "../../..");
const CACHE = join(PROJECT, ".cache");
const BOOT_TIMEOUT_MS = 60_000;
const COMMAND_TIMEOUT_MS = 300_000;

export interface Ran {
  readonly code: number | null;
  readonly out: string;
}

/** A Debian with a systemd of its own, in a container without any network but loopback. */
export interface Machine {
  /** Runs a shell command inside, as root. */
  run(command: string): Ran;
  /** As `run`, and throws when the command fails. */
  must(command: string): string;
  write(path: string, text: string): void;
  /** Waits until `command` succeeds. */
  until(command: string, withinMs: number): Promise<string>;
  stop(): Promise<void>;
}

/** Where the tests find the package that was built for them. */
export const PACKAGE_VARIABLE = "HEMS_EDGE_TEST_PACKAGE";

export function builtPackage(): string {
  return process.env[PACKAGE_VARIABLE] ?? buildPackage();
}

/** This commit's package for the machine's own architecture, built where that was not yet done; the path of the .deb. */
export function buildPackage(): string {
  const text = (program: string, argv: readonly string[]) =>
    execFileSync(program, argv, { cwd: PROJECT, encoding: "utf8" }).trim();
  const packages = join(CACHE, "packages");
  const out = join(packages, text("git", ["rev-parse", "HEAD"]));
  if (!existsSync(out)) {
    rmSync(packages, { recursive: true, force: true });
    const architecture = text("dpkg", ["--print-architecture"]);
    const argv = ["packaging/build.ts", "--quick", "--arch", architecture, "--out", `${out}.part`];
    execFileSync(process.execPath, argv, { cwd: PROJECT, stdio: "inherit" });
    renameSync(`${out}.part`, out);
  }
  return text("sh", ["-c", `ls ${out}/*.deb`]);
}

/** The same package under a later version, for an upgrade. */
export function laterPackage(packageFile: string, folder: string): string {
  const tree = join(folder, "tree");
  execFileSync("dpkg-deb", ["--raw-extract", packageFile, tree]);
  const control = join(tree, "DEBIAN/control");
  writeFileSync(control, readFileSync(control, "utf8").replace(/^Version: .*$/m, "$&+later"));
  const later = join(folder, basename(packageFile).replace(/_([^_]+)_/, "_$1+later_"));
  execFileSync("dpkg-deb", ["--root-owner-group", "-Zgzip", "-z1", "--build", tree, later], {
    stdio: "ignore",
  });
  rmSync(tree, { recursive: true });
  return later;
}

/** Boots with copies of `files` (where they lie inside, from where) in place. */
export async function bootMachine(files: Readonly<Record<string, string>>): Promise<Machine> {
  const root = join(mkdtempSync(join(tmpdir(), "hems-edge-system-")), "root");
  execFileSync("cp", ["-a", baseSystem(), root]);
  for (const [inside, outside] of Object.entries(files)) cpSync(outside, join(root, inside));
  const container = spawn(
    "systemd-nspawn",
    [
      ["--quiet", "--directory", root, "--boot", "--register=no", "--private-network", "--console=read-only"],
      // Without a systemd outside there is nobody who could give the container a unit.
      existsSync("/run/systemd/system") ? [] : ["--keep-unit"],
    ].flat(),
    { stdio: ["ignore", "ignore", "inherit"] },
  );
  const machine = createMachine(root, container);
  // Degraded counts as up: a container has units that cannot work in it.
  await machine.until("systemctl is-system-running | grep -qE 'running|degraded'", BOOT_TIMEOUT_MS);
  return machine;
}

/** A minimal Debian, made once and kept. */
export function baseSystem(): string {
  const base = join(CACHE, "debian");
  if (existsSync(join(base, "etc/debian_version"))) return base;
  mkdirSync(CACHE, { recursive: true });
  rmSync(base, { recursive: true, force: true });
  const include = "--include=systemd,systemd-sysv,dbus,libstdc++6,init-system-helpers";
  execFileSync("debootstrap", ["--variant=minbase", include, "bookworm", `${base}.part`], {
    stdio: "inherit",
  });
  execFileSync("mv", [`${base}.part`, base]);
  return base;
}

function createMachine(root: string, container: ChildProcess): Machine {
  function run(command: string): Ran {
    const leader = leaderOf(container);
    if (leader === undefined) return { code: null, out: "the container has no first process yet" };
    const enter = ["--target", leader, "--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup"];
    const { status, stdout, stderr } = spawnSync("nsenter", [...enter, "--", "/bin/sh", "-c", command], {
      encoding: "utf8",
      timeout: COMMAND_TIMEOUT_MS,
      env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C.UTF-8" },
    });
    return { code: status, out: `${stdout}${stderr}`.trim() };
  }

  return {
    run,
    must(command) {
      const { code, out } = run(command);
      if (code !== 0) throw new Error(`${command}\nended with ${code}:\n${out}`);
      return out;
    },
    write: (path, text) => {
      // /run is another file system inside than outside: written from inside.
      const quoted = text.replaceAll("'", `'\\''`);
      const { code, out } = run(`mkdir -p "$(dirname ${path})" && printf '%s' '${quoted}' > ${path}`);
      if (code !== 0) throw new Error(`${path} cannot be written: ${out}`);
    },
    async until(command, withinMs) {
      const endMs = performance.now() + withinMs;
      for (;;) {
        const { code, out } = run(command);
        if (code === 0) return out;
        if (performance.now() > endMs) throw new Error(`not within ${withinMs} ms: ${command}\n${out}`);
        await sleep(200);
      }
    },
    async stop() {
      run("systemctl poweroff");
      const ended = new Promise((resolve) => container.once("exit", resolve));
      if (container.exitCode === null) await Promise.race([ended, sleep(15_000)]);
      container.kill("SIGKILL");
      rmSync(join(root, ".."), { recursive: true, force: true });
    },
  };
}

/** The container's first process, seen from outside. */
function leaderOf({ pid }: ChildProcess): string | undefined {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ");
    const leader = children[0];
    return leader === undefined || leader === "" ? undefined : leader;
  } catch {
    return undefined;
  }
}

/** Keeps a copy of what went wrong where CI can show it. */
export function saveJournal(machine: Machine): void {
  mkdirSync(CACHE, { recursive: true });
  writeFileSync(join(CACHE, "journal.txt"), machine.run("journalctl --no-pager").out);
}
