import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

export interface PackageInfo {
  /** Folder with package.json: the checkout, or where the package was installed. */
  readonly root: string;
  readonly version: string;
  readonly commit: string;
  /** Versions of the libraries that run in the product. */
  readonly libraries: Readonly<Record<string, string>>;
}

const GIT_TIMEOUT_MS = 2_000;

/** What this build is made of. A package carries its commit in `commit.txt`; a checkout asks git. */
export function packageInfo(): PackageInfo {
  const root = packageRoot(import.meta.dirname);
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    version: string;
    dependencies: Record<string, string>;
  };
  return { root, version: manifest.version, commit: commitOf(root), libraries: manifest.dependencies };
}

/** Sources and built files lie at different depths below it. */
function packageRoot(folder: string): string {
  if (existsSync(join(folder, "package.json"))) return folder;
  const above = dirname(folder);
  if (above === folder) throw new Error("package.json is missing above the program");
  return packageRoot(above);
}

function commitOf(root: string): string {
  try {
    return readFileSync(join(root, "commit.txt"), "utf8").trim();
  } catch {
    return commitOfCheckout(root);
  }
}

function commitOfCheckout(root: string): string {
  try {
    const options = { cwd: root, encoding: "utf8", timeout: GIT_TIMEOUT_MS, stdio: "pipe" } as const;
    return execFileSync("git", ["rev-parse", "--short=12", "HEAD"], options).trim();
  } catch {
    return "unknown";
  }
}
