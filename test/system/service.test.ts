import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { bootMachine, builtPackage, type Machine, saveJournal } from "./support/machine.ts";

const UNIT = join(import.meta.dirname, "../../systemd/hems-edge.service");
const SECRET = "s3cret-of-the-partner-77";
/** A start and a first pass on a busy machine, ms. */
const START_MS = 60_000;

let machine: Machine;

beforeAll(async () => {
  machine = await bootMachine({ "var/hems-edge.deb": builtPackage() });
  machine.must("dpkg -i /var/hems-edge.deb");
});
afterAll(async () => {
  if (machine === undefined) return;
  saveJournal(machine);
  await machine.stop();
});

const property = (name: string) => machine.must(`systemctl show -P ${name} hems-edge`);
const isActive = (withinMs = START_MS) => machine.until("systemctl is-active --quiet hems-edge", withinMs);
/** Whether the service's user could put a new config in place, as its process sees the files. */
const canWriteConfig = () => {
  const draft = "/etc/hems-edge/config.yaml.new";
  const enter = `nsenter --target ${property("MainPID")} --mount`;
  return machine.run(`${enter} runuser -u hems-edge -- sh -c "touch ${draft} && rm ${draft}"`).code === 0;
};
/** What the running process itself wrote as errors. */
const errors = () =>
  machine.run(`journalctl _SYSTEMD_INVOCATION_ID=${property("InvocationID")} -p err --no-pager -o cat -q`)
    .out;

describe("a fresh install", () => {
  it("makes the user, enables the unit and does not start without a config", () => {
    expect(machine.must("id -un hems-edge")).toBe("hems-edge");
    expect(machine.must("systemctl is-enabled hems-edge")).toBe("enabled");
    expect(machine.run("systemctl is-active hems-edge").out).toBe("inactive");
    expect(machine.must("stat -c '%a %U:%G' /etc/hems-edge")).toBe("750 root:hems-edge");
  });

  it("without a config waits to be set up on its page, which may write one", async () => {
    machine.must("systemctl start hems-edge");
    await isActive();
    expect(canWriteConfig()).toBe(true);
    machine.must("systemctl stop hems-edge");
  });

  it("ends with 78 and is not started again where the config is wrong", async () => {
    machine.write("/etc/hems-edge/config.yaml", "site: {}\n");
    machine.must("chown root:hems-edge /etc/hems-edge/config.yaml && chmod 640 /etc/hems-edge/config.yaml");
    machine.run("systemctl start hems-edge");
    await machine.until("systemctl is-failed --quiet hems-edge", START_MS);
    expect(property("ExecMainStatus")).toBe("78");
    expect(property("NRestarts")).toBe("0");
    expect(machine.must("journalctl -u hems-edge --no-pager -o cat")).toContain("main_fuse_a");
  });
});

describe("the service in a house", () => {
  beforeAll(async () => {
    machine.must(
      "systemd-run --unit=house hems-edge simulate house --write-config /etc/hems-edge/config.yaml",
    );
    await machine.until("grep -q devices: /etc/hems-edge/config.yaml", START_MS);
    machine.must("hems-edge version");
    withCredential();
    machine.must("chown root:hems-edge /etc/hems-edge/config.yaml && chmod 640 /etc/hems-edge/config.yaml");
    machine.must("systemctl daemon-reload && systemctl reset-failed hems-edge");
    machine.must("systemctl start hems-edge");
  });

  /** Moves the partner's password of the config into a systemd credential, and shortens the watchdog. */
  function withCredential(): void {
    const config = machine.must("cat /etc/hems-edge/config.yaml");
    const password = /password: (\S+)/.exec(config)?.[1] ?? SECRET;
    machine.write("/etc/hems-edge/credentials/partner-password", password);
    machine.must("chmod 600 /etc/hems-edge/credentials/partner-password");
    machine.write(
      "/etc/hems-edge/config.yaml",
      config
        .replace(`password: ${password}`, "password: { credential: partner-password }")
        .replace(/^state_dir:.*$/m, "state_dir: /var/lib/hems-edge"),
    );
    machine.write(
      "/etc/systemd/system/hems-edge.service.d/test.conf",
      "[Service]\nLoadCredential=partner-password:/etc/hems-edge/credentials/partner-password\nWatchdogSec=6\nRestartSec=1\n",
    );
  }

  it("is ready after the first pass, and its status is the reason for the car's current", async () => {
    await isActive();
    await machine.until("systemctl show -P StatusText hems-edge | grep -q ' A: '", START_MS);
  });

  it("reads the credential, and neither the journal nor its command line show it", async () => {
    await machine.until("hems-edge status --json | grep -q '\"is_online\": *true'", START_MS);
    const password = machine.must("cat /etc/hems-edge/credentials/partner-password");
    expect(machine.must("journalctl --no-pager -u hems-edge")).not.toContain(password);
    expect(machine.must(`tr '\\0' ' ' < /proc/${property("MainPID")}/cmdline`)).not.toContain(password);
  });

  it("writes lines with priorities: a healthy start has no errors", () => {
    expect(errors()).toBe("");
  });

  it("cannot change the config of a house", () => {
    expect(machine.must("stat -c '%a %U:%G' /etc/hems-edge/config.yaml")).toBe("640 root:hems-edge");
    expect(canWriteConfig()).toBe(false);
  });

  it("keeps its state in a folder of its own", () => {
    expect(machine.must("stat -c '%a %U' /var/lib/hems-edge")).toBe("700 hems-edge");
  });

  it("takes up a changed config on reload without a new process, and keeps the old one where it is bad", async () => {
    const pid = property("MainPID");
    machine.must("sed -i 's/max_current_a: 16/max_current_a: 10/' /etc/hems-edge/config.yaml");
    machine.must("systemctl reload hems-edge");
    await machine.until("journalctl -u hems-edge --no-pager -o cat | grep -q 'config reloaded'", START_MS);
    machine.must(
      "cp /etc/hems-edge/config.yaml /var/good.yaml; echo 'nonsense: 1' >> /etc/hems-edge/config.yaml",
    );
    machine.must("systemctl reload hems-edge");
    await machine.until("journalctl -u hems-edge --no-pager -o cat | grep -q 'the old one stays'", START_MS);
    machine.must("cat /var/good.yaml > /etc/hems-edge/config.yaml");
    await isActive();
    expect(property("MainPID")).toBe(pid);
  });

  it("is started again after a crash", async () => {
    const pid = property("MainPID");
    machine.must(`kill -KILL ${pid}`);
    await machine.until(`test "$(systemctl show -P MainPID hems-edge)" != ${pid}`, START_MS);
    await isActive();
  });

  it("is killed and started again by the watchdog when its loop is blocked", async () => {
    const pid = property("MainPID");
    const restarts = Number(property("NRestarts"));
    machine.must(`kill -STOP ${pid}`);
    await machine.until("journalctl -u hems-edge --no-pager -o cat | grep -q 'Watchdog timeout'", 30_000);
    await machine.until(`test "$(systemctl show -P NRestarts hems-edge)" -gt ${restarts}`, START_MS);
    await isActive();
    expect(property("MainPID")).not.toBe(pid);
  });

  it("stops in order", () => {
    machine.must("systemctl stop hems-edge");
    expect(property("Result")).toBe("success");
    expect(machine.must("journalctl -u hems-edge --no-pager -o cat -n 5")).toContain("stopped");
  });
});

describe("an upgrade, a removal and a purge", () => {
  it("keep the edited environment file and the config, and leave nothing at the end", () => {
    machine.must("echo HEMS_EDGE_TEST=1 >> /etc/default/hems-edge");
    machine.must("dpkg -i /var/hems-edge.deb");
    expect(machine.must("cat /etc/default/hems-edge")).toContain("HEMS_EDGE_TEST=1");
    machine.must("dpkg -r hems-edge");
    expect(machine.run("test -e /usr/lib/hems-edge").code).toBe(1);
    expect(machine.run("test -e /etc/hems-edge/config.yaml").code).toBe(0);
    machine.must("dpkg -P hems-edge");
    for (const path of ["/etc/hems-edge", "/var/lib/hems-edge", "/etc/default/hems-edge"]) {
      expect(machine.run(`test -e ${path}`).code, path).toBe(1);
    }
  });
});

describe("the sandbox", () => {
  /** `systemd-analyze security` of the unit with a drop-in; exit code 1 above the threshold. */
  function isWithin(threshold: number, dropIn: string): boolean {
    const file = join(temporaryFolder(), "hems-edge.service");
    writeFileSync(file, `${readFileSync(UNIT, "utf8")}\n${dropIn}`);
    const argv = ["security", "--offline=true", `--threshold=${threshold}`, file];
    return spawnSync("systemd-analyze", argv).status === 0;
  }

  it("is as tight as measured: 1.5 for the network unit, 1.8 with a serial adapter", () => {
    const serial =
      "[Service]\nPrivateDevices=no\nDeviceAllow=char-ttyUSB rw\nDeviceAllow=char-ttyACM rw\nSupplementaryGroups=dialout\n";
    expect(isWithin(15, "")).toBe(true);
    expect(isWithin(18, serial)).toBe(true);
    expect(isWithin(5, "")).toBe(false);
    expect(execFileSync("systemd-analyze", ["--version"], { encoding: "utf8" })).toContain("systemd");
  });
});
