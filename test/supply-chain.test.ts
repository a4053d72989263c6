import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "..");
const MOST_LIBRARIES = 15;
const EXACT = /^\d+\.\d+\.\d+$/;

interface Locked {
  readonly hasInstallScript?: boolean;
  readonly dev?: boolean;
  readonly integrity?: string;
  readonly resolved?: string;
}

const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Record<
  "dependencies" | "devDependencies" | "optionalDependencies",
  Record<string, string>
>;
const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as {
  packages: Record<string, Locked>;
};
const installed = Object.entries(packages).filter(([path]) => path !== "");

describe("what comes with the program", () => {
  it("is few, and of exact versions", () => {
    expect(Object.keys(manifest.dependencies).length).toBeLessThanOrEqual(MOST_LIBRARIES);
    const versions = Object.values({ ...manifest.dependencies, ...manifest.optionalDependencies });
    expect(versions.filter((version) => !EXACT.test(version))).toEqual([]);
  });

  it("is the very bytes of the lock file", () => {
    expect(installed.filter(([, { integrity }]) => integrity === undefined).map(([path]) => path)).toEqual(
      [],
    );
  });

  it("no library runs a script when it is installed", () => {
    expect(readFileSync(join(root, ".npmrc"), "utf8")).toContain("ignore-scripts=true");
    const running = installed.filter(
      ([, { hasInstallScript, dev }]) => hasInstallScript === true && dev !== true,
    );
    // The bindings of serial ports would look for a compiler; what they bring built is used instead.
    expect(running.map(([path]) => path)).toEqual(["node_modules/@serialport/bindings-cpp"]);
  });
});
