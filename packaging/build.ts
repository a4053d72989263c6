import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { layOutDebianTree, packageVersion } from "./debian-tree.ts";
import { reproducibleSbom } from "./sbom.ts";

const ROOT = join(import.meta.dirname, "..");
const TARGETS = { amd64: "x64", arm64: "arm64" } as const;
type Architecture = keyof typeof TARGETS;

/**
 * Builds the Debian packages of the committed sources, `dist/hems-edge_VERSION_ARCH.deb`: the same commit gives the
 * same bytes. Needs git, npm and dpkg-deb.
 */
function main(): void {
  const { values } = parseArgs({
    options: {
      arch: { type: "string", multiple: true },
      out: { type: "string" },
      // Large packages in seconds instead of minutes, for tests.
      quick: { type: "boolean" },
    },
  });
  const architectures = (values.arch ?? Object.keys(TARGETS)).map(architectureOf);
  const out = values.out ?? join(ROOT, "dist", "packages");
  const work = mkdtempSync(join(tmpdir(), "hems-edge-package-"));
  try {
    mkdirSync(out, { recursive: true });
    const commit = run("git", ["rev-parse", "--short=12", "HEAD"], ROOT);
    const commitSeconds = run("git", ["log", "-1", "--format=%ct"], ROOT);
    const built = buildSources(work);
    for (const architecture of architectures) {
      const compression = values.quick === true ? ["-Zgzip", "-z1"] : ["-Zxz", "-z6"];
      const file = buildPackage({ work, built, out, architecture, commit, commitSeconds, compression });
      process.stdout.write(`${file}  sha256 ${digest(file)}\n`);
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function architectureOf(name: string): Architecture {
  if (name === "amd64" || name === "arm64") return name;
  throw new Error(`--arch takes amd64 or arm64, not ${name}`);
}

/** The committed sources, compiled. */
function buildSources(work: string): string {
  const built = join(work, "sources");
  mkdirSync(built);
  const archive = join(work, "sources.tar");
  run("git", ["archive", "--output", archive, "HEAD"], ROOT);
  run("tar", ["-xf", archive], built);
  run("npm", ["ci"], built);
  run("npm", ["run", "build"], built);
  return built;
}

function buildPackage(job: {
  readonly work: string;
  readonly built: string;
  readonly out: string;
  readonly architecture: Architecture;
  readonly commit: string;
  readonly commitSeconds: string;
  readonly compression: readonly string[];
}): string {
  const { work, built, architecture, commit, commitSeconds } = job;
  const version = packageVersion(built);
  const target = join(work, `modules-${architecture}`);
  mkdirSync(target);
  for (const name of ["package.json", "package-lock.json", ".npmrc"]) {
    cpSync(join(built, name), join(target, name));
  }
  const platform = ["--os=linux", `--cpu=${TARGETS[architecture]}`, "--libc=glibc"];
  run("npm", ["ci", "--omit=dev", ...platform], target);
  const sbom = run("npm", ["sbom", "--sbom-format=cyclonedx", "--omit=dev", "--package-lock-only"], target);
  const committedAt = run("git", ["log", "-1", "--format=%cI"], ROOT);
  const tree = join(work, `tree-${architecture}`);
  layOutDebianTree({
    root: tree,
    built,
    modules: join(target, "node_modules"),
    version,
    commit,
    architecture,
    sbom: reproducibleSbom(sbom, `${commit} ${architecture}`, committedAt),
  });
  const file = join(job.out, `hems-edge_${version}_${architecture}.deb`);
  // Times are the commit's, owners root, and one thread: several would cut the archive by the machine's cores.
  const options = ["--root-owner-group", ...job.compression, "--threads-max=1"];
  run("dpkg-deb", [...options, "--build", tree, file], work, {
    SOURCE_DATE_EPOCH: commitSeconds,
  });
  writeFileSync(`${file}.sha256`, `${digest(file)}  hems-edge_${version}_${architecture}.deb\n`);
  return file;
}

function digest(file: string): string {
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}

function run(
  program: string,
  argv: readonly string[],
  folder: string,
  environment: Readonly<Record<string, string>> = {},
): string {
  return execFileSync(program, argv, {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "inherit"],
    maxBuffer: 64 * 1_024 * 1_024,
  }).trim();
}

main();
