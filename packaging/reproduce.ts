import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

const PROJECT = join(import.meta.dirname, "..");
/** Two machines as different as one machine can be. */
const BUILDERS = [
  { folder: "one", umask: "022", environment: { TZ: "UTC", LC_ALL: "C.UTF-8", LANG: "C.UTF-8" } },
  {
    folder: "another/with a longer path",
    umask: "077",
    environment: { TZ: "Asia/Kathmandu", LC_ALL: "POSIX", LANG: "de_AT.UTF-8", HOME: "home" },
  },
] as const;

/**
 * Builds the packages of the committed sources twice, in two clones with other paths, umask, time zone, language and
 * home folder, at two times. Exit code 1 when their bytes differ.
 */
function main(): void {
  const { values } = parseArgs({
    options: { arch: { type: "string", multiple: true }, quick: { type: "boolean" } },
  });
  const architectures = values.arch ?? ["amd64", "arm64"];
  const options = [
    ...architectures.flatMap((name) => ["--arch", name]),
    ...(values.quick === true ? ["--quick"] : []),
  ];
  const work = mkdtempSync(join(tmpdir(), "hems-edge-reproduce-"));
  try {
    const [first, second] = BUILDERS.map((builder) => digests(builder, work, options));
    for (const [name, digest] of first ?? []) {
      const isSame = second?.get(name) === digest;
      process.stdout.write(
        `${name}  sha256 ${digest}  ${isSame ? "the same bytes twice" : `DIFFERS: ${second?.get(name)}`}\n`,
      );
      if (!isSame) process.exitCode = 1;
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** The packages that one builder makes, by name. */
function digests(
  { folder, umask, environment }: (typeof BUILDERS)[number],
  work: string,
  buildOptions: readonly string[],
): ReadonlyMap<string, string> {
  const clone = join(work, folder, "sources");
  const out = join(work, folder, "packages");
  mkdirSync(join(work, folder, "home"), { recursive: true });
  const home = "HOME" in environment ? { HOME: join(work, folder, environment.HOME) } : {};
  const options = { stdio: "inherit", env: { ...process.env, ...environment, ...home } } as const;
  execFileSync("git", ["clone", "--quiet", "--no-hardlinks", PROJECT, clone], options);
  const build = [process.execPath, "packaging/build.ts", "--out", out, ...buildOptions];
  execFileSync("sh", ["-c", `umask ${umask}; exec "$@"`, "sh", ...build], { ...options, cwd: clone });
  return new Map(
    readdirSync(out)
      .filter((name) => name.endsWith(".deb"))
      .map((name) => [
        name,
        createHash("sha256")
          .update(readFileSync(join(out, name)))
          .digest("hex"),
      ]),
  );
}

main();
