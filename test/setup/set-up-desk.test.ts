import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadConfig } from "../../src/config/load-config.ts";
import type { DeviceAddress, DeviceSearch } from "../../src/ports/device-search.ts";
import { createSetUpDesk } from "../../src/setup/set-up-desk.ts";
import { eventually } from "../support/eventually.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const HOUSE = {
  site: { main_fuse_a: 35, pv_peak_w: 9_800 },
  devices: [
    {
      name: "meter",
      driver: "sunspec",
      roles: ["grid"],
      connection: { type: "tcp", host: "192.0.2.7", port: 502 },
    },
  ],
  wallbox: { identity: "BOX-1", phases: 3, max_current_a: 16 },
};

const NOTHING_FOUND: DeviceSearch = {
  ask: async () => ({ ok: true, found: [] }),
  networks: () => ["192.168.7.0/24"],
  scan: async () => [],
};

function desk(former: string | undefined, search: Partial<DeviceSearch> = {}) {
  const folder = temporaryFolder();
  const configPath = join(folder, "config.yaml");
  if (former !== undefined) writeFileSync(configPath, former);
  const created = createSetUpDesk(
    { configPath, wallboxUrls: [] },
    { search: { ...NOTHING_FOUND, ...search }, environment: {}, strangers: () => [], goOn() {} },
  );
  return { desk: created, configPath, folder };
}

describe("the config that the set-up writes", () => {
  it("is one that the daemon takes, and that its owner alone can read", () => {
    const { desk: it, configPath, folder } = desk(undefined);
    expect(it.finish(HOUSE)).toEqual({ ok: true });
    const loaded = loadConfig(configPath, { environment: {} });
    expect(loaded).toMatchObject({
      ok: true,
      config: { site: { main_fuse_a: 35 }, wallboxes: [{ phases: 3 }] },
    });
    expect(statSync(configPath).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(["config.yaml"]);
  });

  it("keeps comments and other parts of the former one, and a copy of it", () => {
    const former = "# reached from the whole house\napi:\n  host: 0.0.0.0 # every address\n";
    const { desk: it, configPath } = desk(former);
    expect(it.finish(HOUSE)).toEqual({ ok: true });
    const text = readFileSync(configPath, "utf8");
    expect(text).toContain(former);
    expect(text).toContain("identity: BOX-1");
    expect(readFileSync(`${configPath}.before-set-up`, "utf8")).toBe(former);
    expect(statSync(`${configPath}.before-set-up`).mode & 0o777).toBe(0o600);
  });

  it("takes what was typed as it stands, also where it looks like a variable", () => {
    const { desk: it, configPath } = desk("");
    const mqtt = { url: "mqtt://192.0.2.5", username: "home", password: `\${HOME} sweet $\${HOME}` };
    expect(it.finish({ ...HOUSE, mqtt })).toEqual({ ok: true });
    const loaded = loadConfig(configPath, { environment: { HOME: "/root" } });
    expect(loaded.ok && loaded.config.mqtt?.password).toBe(mqtt.password);
  });

  it("is not written while something is wrong with it", () => {
    const { desk: it, configPath } = desk("log_level: info\n");
    const draft = { ...HOUSE, site: { main_fuse_a: 5, pv_peak_w: 1 } };
    expect(it.finish(draft)).toEqual({
      ok: false,
      problems: [expect.objectContaining({ path: "site.main_fuse_a" })],
    });
    expect(readFileSync(configPath, "utf8")).toBe("log_level: info\n");
  });

  it("is given as text where it cannot be written", () => {
    const { desk: it, configPath } = desk(undefined);
    mkdirSync(`${configPath}.new`);
    writeFileSync(join(`${configPath}.new`, "in the way"), "");
    expect(it.finish(HOUSE)).toEqual({
      ok: false,
      detail: expect.stringContaining("cannot write"),
      text: expect.stringContaining("identity: BOX-1"),
    });
    expect(readdirSync(join(configPath, ".."))).toEqual(["config.yaml.new"]);
  });
});

describe("a check", () => {
  it("names what is wrong and what is doubtful, each with what to do", () => {
    const { desk: it } = desk("");
    expect(it.check({ site: HOUSE.site, wallbox: { ...HOUSE.wallbox, phases: 2 } })).toEqual({
      problems: [{ path: "wallbox.phases", problem: expect.any(String), remedy: expect.any(String) }],
      warnings: [expect.objectContaining({ path: "devices" })],
    });
    expect(it.check(HOUSE).problems).toEqual([]);
  });
});

describe("a search of the network", () => {
  it("is told while it runs and when it has ended, and runs once at a time", async () => {
    const found = { host: "192.168.7.20", port: 502 };
    let finish: (places: readonly DeviceAddress[]) => void = () => undefined;
    const { desk: it } = desk("", {
      scan(_network, { progress }) {
        progress(10, 762);
        return new Promise((resolve) => {
          finish = resolve;
        });
      },
    });
    expect(it.view().scan).toBeUndefined();
    expect(it.startScan("10.0.0.0/24")).toBe(false);
    expect(it.startScan("192.168.7.0/24")).toBe(true);
    expect(it.startScan("192.168.7.0/24")).toBe(false);
    expect(it.view().scan).toMatchObject({ isRunning: true, tried: 10, total: 762, found: [] });
    finish([found]);
    await eventually(() => it.view().scan?.isRunning === false);
    expect(it.view().scan?.found).toEqual([found]);
    expect(it.startScan("192.168.7.0/24")).toBe(true);
  });

  it("ends when it is told to", () => {
    const signals: AbortSignal[] = [];
    const { desk: it } = desk("", {
      scan(_network, { signal }) {
        signals.push(signal);
        return new Promise(() => undefined);
      },
    });
    it.startScan("192.168.7.0/24");
    it.stopScan();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  });
});

describe("asking a device", () => {
  it("is done for one at a time", async () => {
    let answer: (value: { ok: true; found: [] }) => void = () => undefined;
    const { desk: it } = desk("", {
      ask: () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    });
    const question = { host: "192.0.2.7", port: 502, unit: undefined, driver: undefined };
    const first = it.ask(question);
    expect(await it.ask(question)).toMatchObject({ ok: false, detail: expect.stringContaining("another") });
    answer({ ok: true, found: [] });
    expect(await first).toEqual({ ok: true, found: [] });
  });
});
