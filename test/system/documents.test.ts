import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { bootMachine, builtPackage, laterPackage, type Machine } from "./support/machine.ts";

const DOCS = join(import.meta.dirname, "../../docs");
const START_MS = 60_000;
/** Where the package lies that is installed first, and the one that it is upgraded to. */
const FIRST = "/root/first";
const LATER = "/root/later";

const folder = temporaryFolder();
let machine: Machine;

beforeAll(async () => {
  const file = builtPackage();
  const later = laterPackage(file, folder);
  machine = await bootMachine({
    [join(FIRST, basename(file))]: file,
    [join(LATER, basename(later))]: later,
  });
  // A minimal Debian has no sudo, and whoever reads the pages says yes.
  machine.write("/usr/bin/sudo", '#!/bin/sh\nexec "$@"\n');
  machine.must("chmod 755 /usr/bin/sudo");
  machine.write("/etc/apt/apt.conf.d/90yes", 'APT::Get::Assume-Yes "true";\n');
});
afterAll(() => machine?.stop());

/** Blocks of commands of a page, in their order. */
function blocksOf(page: string): readonly (readonly string[])[] {
  const blocks = [...readFileSync(join(DOCS, page), "utf8").matchAll(/^```sh\n([\s\S]*?)^```$/gm)];
  return blocks.map(([, text = ""]) => text.trimEnd().split("\n"));
}

/** Types each line in `place`; what it printed. */
function type(lines: readonly string[], place = FIRST): string {
  const outputs = lines.map((line) =>
    line.startsWith("sudo nano ") ? edit() : machine.must(`cd ${place} && ${line}`),
  );
  return outputs.join("\n");
}

/** In place of the editor: the config becomes that of a simulated house, which is started. */
function edit(): string {
  const config = "/etc/hems-edge/config.yaml";
  machine.must("systemd-run --unit=house hems-edge simulate house --write-config /root/house.yaml");
  machine.must("until grep -q state_dir /root/house.yaml; do sleep 0.2; done");
  return machine.must(`sed 's#^state_dir:.*#state_dir: /var/lib/hems-edge#' /root/house.yaml > ${config}`);
}

describe("a person who follows the pages to the letter", () => {
  it("installs the package and starts the service", () => {
    const blocks = blocksOf("install.md");
    expect(blocks).toHaveLength(2);
    expect(type(blocks.flat())).toContain("is valid");
    expect(machine.must("systemctl is-active hems-edge")).toBe("active");
  });

  it("sees in the first hour what it does, and the wallbox", async () => {
    await machine.until("hems-edge wallbox show | grep -q 'connected, ocpp1.6'", START_MS);
    const said = type(blocksOf("first-hour.md").flat());
    expect(said).toContain("connected, ocpp1.6");
    expect(said).toContain("active (running)");
  });

  it("upgrades, and goes back with the backup", () => {
    const [backup = [], upgrade = [], downgrade = [], bundle = [], ...none] = blocksOf("upgrade.md");
    expect(none).toEqual([]);
    type(backup);
    expect(type(upgrade, LATER)).toMatch(/\nactive$/);
    expect(machine.must("dpkg-query -W hems-edge")).toContain("+later");
    expect(type(downgrade)).toMatch(/restored;[\s\S]*\nactive$/);
    expect(machine.must("dpkg-query -W hems-edge")).not.toContain("+later");
    expect(type(bundle)).toContain("look through it before you send it");
  });
});
