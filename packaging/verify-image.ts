import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";

const PROJECT = join(import.meta.dirname, "..");
const CACHE = join(PROJECT, ".cache");
const BASE = "localhost/hems-edge-base";
const IMAGE = "localhost/hems-edge-verified";
const PROGRAMS = ["buildah", "debootstrap", "unshare"];
/** Where the base keeps the authorities that this machine trusts beside the usual ones. */
const CERTIFICATES = "/etc/extra-authorities.crt";

/**
 * Builds the image of the committed sources for this machine's own architecture, on a base of Debian and the pinned
 * Node that needs no registry, and runs it as it is meant to be run: on a read-only root, without root, with a
 * simulated house, until its own health check is content. Needs root.
 */
function main(): void {
  const missing = PROGRAMS.filter((name) => spawnSync("which", [name]).status !== 0);
  if (missing.length > 0) {
    process.stdout.write(
      `image not verified: ${missing.join(", ")} missing: apt-get install buildah debootstrap\n`,
    );
    return;
  }
  const work = mkdtempSync(join(tmpdir(), "hems-edge-image-"));
  try {
    buildBase();
    buildImage(work);
    runImage();
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** What `node:24-bookworm-slim` is: Debian with Node and npm. */
function buildBase(): void {
  const root = debian();
  const container = run("buildah", ["from", "scratch"]);
  run("buildah", ["add", "--quiet", container, root, "/"]);
  const mounted = run("buildah", ["mount", container]);
  cpSync(process.execPath, join(mounted, "usr/local/bin/node"), { dereference: true });
  const modules = run("npm", ["root", "--global"]);
  cpSync(join(modules, "npm"), join(mounted, "usr/local/lib/node_modules/npm"), { recursive: true });
  run("ln", ["-s", "../lib/node_modules/npm/bin/npm-cli.js", join(mounted, "usr/local/bin/npm")]);
  const extra = process.env.NODE_EXTRA_CA_CERTS;
  if (extra !== undefined) {
    cpSync(extra, join(mounted, CERTIFICATES), { dereference: true });
    run("buildah", ["config", "--env", `NODE_EXTRA_CA_CERTS=${CERTIFICATES}`, container]);
  }
  run("buildah", ["umount", container]);
  run("buildah", ["commit", "--quiet", "--rm", container, BASE]);
}

/** A minimal Debian, made once and kept. */
function debian(): string {
  const root = join(CACHE, "debian-image");
  if (existsSync(root)) return root;
  mkdirSync(CACHE, { recursive: true });
  rmSync(`${root}.part`, { recursive: true, force: true });
  run("debootstrap", ["--variant=minbase", "--include=libstdc++6", "bookworm", `${root}.part`]);
  renameSync(`${root}.part`, root);
  return root;
}

function buildImage(work: string): void {
  const sources = join(work, "sources");
  mkdirSync(sources);
  run("git", ["-C", PROJECT, "archive", "--output", join(work, "sources.tar"), "HEAD"]);
  run("tar", ["-xf", join(work, "sources.tar"), "-C", sources]);
  const commit = run("git", ["-C", PROJECT, "rev-parse", "--short=12", "HEAD"]);
  const npmrc = join(homedir(), ".npmrc");
  run("buildah", [
    // OCI images have no health check.
    ...["bud", "--quiet", "--pull-never", "--isolation", "chroot", "--format", "docker", "--layers=false"],
    ...["--build-arg", `BASE=${BASE}`, "--build-arg", `COMMIT=${commit}`, "--network", "host"],
    ...(existsSync(npmrc) ? ["--volume", `${npmrc}:/root/.npmrc:ro`] : []),
    ...["-f", join(sources, "Dockerfile.arm64"), "-t", IMAGE, sources],
  ]);
}

interface ImageConfig {
  readonly User: string;
  readonly Entrypoint: readonly string[];
  readonly Cmd: readonly string[];
  readonly WorkingDir: string;
  readonly Healthcheck: { readonly Test: readonly string[] };
}

/** Runs what the image says, as a container engine would with `--read-only`. */
function runImage(): void {
  const { Docker } = JSON.parse(run("buildah", ["inspect", "--type", "image", IMAGE])) as {
    Docker: { config: ImageConfig };
  };
  const { User: user, Entrypoint: entry, Cmd: command, Healthcheck: health } = Docker.config;
  if (user !== "hems-edge") throw new Error(`the image runs as ${user}`);
  const container = run("buildah", ["from", "--pull-never", IMAGE]);
  try {
    const root = run("buildah", ["mount", container]);
    const [node = "", main = ""] = [entry[0], entry.at(-1)];
    const inside = (argv: readonly string[]) =>
      `chroot --userspec=hems-edge --groups= "$root" ${quoted(argv)}`;
    const script = join(CACHE, "run-image.sh");
    writeFileSync(
      script,
      `set -eu
unset NODE_EXTRA_CA_CERTS
root=$1
export PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HEMS_EDGE_CONFIG=/tmp/house.yaml
mount --bind "$root" "$root"
mount -o remount,ro,bind "$root"
mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
mount -t tmpfs -o mode=0700,uid=$(chroot "$root" id -u hems-edge) tmpfs "$root/var/lib/hems-edge"
ip link set lo up 2>/dev/null || true
${inside([node, main, "version"])}
${inside([node, main, "simulate", "house", "--write-config", "/tmp/house.yaml", "--from", "11:00"])} &
until [ -s "$root/tmp/house.yaml" ]; do sleep 0.2; done
${inside([...entry, ...command])} > "$root/tmp/log" 2>&1 &
tries=0
until ${inside(health.Test.slice(1))}; do
  tries=$((tries + 1))
  [ "$tries" -lt 60 ] || { cat "$root/tmp/log"; exit 1; }
  sleep 1
done
! chroot --userspec=hems-edge "$root" touch /usr/lib/hems-edge/written 2>/dev/null
echo "image verified: user $(chroot "$root" id -un hems-edge), read-only root, health check content"
`,
    );
    // A network and processes of its own: its ports are nobody else's, and all ends with the script.
    const argv = ["--mount", "--net", "--pid", "--fork", "--kill-child", "sh", script, root];
    execFileSync("unshare", argv, { stdio: "inherit" });
  } finally {
    run("buildah", ["umount", container]);
    run("buildah", ["rm", container]);
  }
}

function quoted(argv: readonly string[]): string {
  return argv.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
}

function run(program: string, argv: readonly string[]): string {
  return execFileSync(program, argv, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
    maxBuffer: 64 * 1_024 * 1_024,
  }).trim();
}

main();
