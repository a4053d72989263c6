import {
  chmodSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";

const SOURCES = join(import.meta.dirname, "debian");
const PROGRAM = "usr/lib/hems-edge";
const DOCS = "usr/share/doc/hems-edge";
/** Of the pinned Node only the program itself is needed. */
const NODE_EXTRAS = ["include", "share", "README.md", "CHANGELOG.md"];

export interface DebianTreeInput {
  /** Where the tree is laid out; made anew. */
  readonly root: string;
  /** A clean copy of the sources with `dist/` built. */
  readonly built: string;
  /** `node_modules` for the target, without development packages. */
  readonly modules: string;
  readonly version: string;
  readonly commit: string;
  readonly architecture: "amd64" | "arm64";
  /** CycloneDX JSON. */
  readonly sbom: string;
}

/** Lays out the package's files as dpkg-deb takes them. */
export function layOutDebianTree(input: DebianTreeInput): void {
  const { root, built } = input;
  rmSync(root, { recursive: true, force: true });
  copy(join(built, "dist"), join(root, PROGRAM, "dist"));
  copy(input.modules, join(root, PROGRAM, "node_modules"));
  for (const name of ["package.json", "README.md", "LICENSE", "NOTICE", "CHANGELOG.md"]) {
    copy(join(built, name), join(root, PROGRAM, name));
  }
  write(join(root, PROGRAM, "commit.txt"), `${input.commit}\n`);
  pruneNode(join(root, PROGRAM, "node_modules"));
  copy(join(built, "systemd/hems-edge.service"), join(root, "usr/lib/systemd/system/hems-edge.service"));
  copy(join(SOURCES, "sysusers.conf"), join(root, "usr/lib/sysusers.d/hems-edge.conf"));
  copy(join(SOURCES, "default"), join(root, "etc/default/hems-edge"));
  copy(join(SOURCES, "hems-edge"), join(root, "usr/bin/hems-edge"));
  copy(join(built, "config/example.yaml"), join(root, DOCS, "example.yaml"));
  copy(join(built, "LICENSE"), join(root, DOCS, "copyright"));
  write(join(root, DOCS, "sbom.cdx.json"), input.sbom);
  chmodSync(join(root, "usr/bin/hems-edge"), 0o755);
  layOutControl(input);
  normalizeModes(root);
}

function layOutControl({ root, version, architecture }: DebianTreeInput): void {
  const installedKib = Math.ceil(sizeOf(root) / 1_024);
  write(
    join(root, "DEBIAN/control"),
    [
      "Package: hems-edge",
      `Version: ${version}`,
      `Architecture: ${architecture}`,
      "Maintainer: HEMS Edge developers <hems-edge@localhost>",
      "Depends: libc6 (>= 2.28), libstdc++6, systemd, init-system-helpers",
      `Installed-Size: ${installedKib}`,
      "Section: net",
      "Priority: optional",
      "Description: home-energy edge controller",
      " Charges a car from measured solar surplus over Modbus and OCPP, and says why",
      " the car gets the current it gets. Brings the Node.js that it is tested with.",
      "",
    ].join("\n"),
  );
  write(join(root, "DEBIAN/conffiles"), "/etc/default/hems-edge\n");
  for (const script of ["postinst", "prerm", "postrm"]) {
    copy(join(SOURCES, script), join(root, "DEBIAN", script));
    chmodSync(join(root, "DEBIAN", script), 0o755);
  }
}

function pruneNode(modules: string): void {
  // npm notes there where it downloaded from, which differs from machine to machine.
  rmSync(join(modules, ".package-lock.json"), { force: true });
  for (const name of readdirSync(modules).filter((entry) => entry.startsWith("node-linux-"))) {
    for (const extra of NODE_EXTRAS) rmSync(join(modules, name, extra), { recursive: true, force: true });
  }
}

/** Modes must not depend on the umask of whoever builds. */
function normalizeModes(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) normalizeModes(path);
    else if (entry.isFile()) chmodSync(path, (statSync(path).mode & 0o100) === 0 ? 0o644 : 0o755);
  }
}

function sizeOf(folder: string): number {
  let bytes = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isFile()) bytes += statSync(join(entry.parentPath, entry.name)).size;
  }
  return bytes;
}

function copy(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to, { recursive: true, verbatimSymlinks: true });
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** Version of the package in `folder`. */
export function packageVersion(folder: string): string {
  return (JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { version: string }).version;
}
