import { pino } from "pino";
import { describe, expect, it } from "vitest";
import type { Config } from "../../src/config/schema.ts";
import { createDaemonHost, type LoadOutcome, type RunnableConfig } from "../../src/daemon/daemon-host.ts";
import type { Daemon } from "../../src/daemon.ts";

/** A config that differs from others by its fuse. */
function runnable(fuseA: number): RunnableConfig {
  return {
    config: { site: { main_fuse_a: fuseA } } as Config,
    secrets: { partner: undefined } as RunnableConfig["secrets"],
  };
}

function hosted(load: () => LoadOutcome) {
  const events: string[] = [];
  const lines: { msg: string; changed?: string[]; problems?: string[] }[] = [];
  const host = createDaemonHost(runnable(35), {
    log: pino({ base: null }, { write: (line) => void lines.push(JSON.parse(line)) }),
    load,
    create({ config }) {
      const name = `${config.site.main_fuse_a} A`;
      events.push(`create ${name}`);
      const daemon: Pick<Daemon, "start" | "stop"> = {
        start: async () => void events.push(`start ${name}`),
        stop: async () => void events.push(`stop ${name}`),
      };
      return daemon as Daemon;
    },
  });
  return { host, events, lines };
}

describe("a reload", () => {
  it("ends the running daemon before the next one starts, and says what changed", async () => {
    const { host, events, lines } = hosted(() => ({ ok: true, runnable: runnable(50) }));
    await host.start();
    await host.reload();
    expect(events).toEqual(["create 35 A", "start 35 A", "stop 35 A", "create 50 A", "start 50 A"]);
    expect(lines).toMatchObject([{ msg: "config reloaded", changed: ["config.site.main_fuse_a"] }]);
  });

  it("of a bad config leaves the daemon alone and names the problems", async () => {
    const { host, events, lines } = hosted(() => ({ ok: false, problems: ["site: main_fuse_a is missing"] }));
    await host.start();
    await host.reload();
    expect(events).toEqual(["create 35 A", "start 35 A"]);
    expect(lines).toMatchObject([
      {
        level: 50,
        msg: "config not reloaded: the old one stays",
        problems: ["site: main_fuse_a is missing"],
      },
    ]);
  });

  it("of the same config changes nothing", async () => {
    const { host, events } = hosted(() => ({ ok: true, runnable: runnable(35) }));
    await host.start();
    await host.reload();
    expect(events).toEqual(["create 35 A", "start 35 A"]);
  });

  it("asked for twice at once runs one after the other", async () => {
    const fuses = [50, 63];
    const { host, events } = hosted(() => ({ ok: true, runnable: runnable(fuses.shift() ?? 0) }));
    await host.start();
    await Promise.all([host.reload(), host.reload()]);
    expect(events.slice(2)).toEqual([
      "stop 35 A",
      "create 50 A",
      "start 50 A",
      "stop 50 A",
      "create 63 A",
      "start 63 A",
    ]);
  });

  it("does nothing after a stop", async () => {
    const { host, events } = hosted(() => ({ ok: true, runnable: runnable(50) }));
    await host.start();
    await host.stop();
    await host.reload();
    expect(events).toEqual(["create 35 A", "start 35 A", "stop 35 A"]);
  });
});
