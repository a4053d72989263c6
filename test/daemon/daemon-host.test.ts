import { pino } from "pino";
import { describe, expect, it } from "vitest";
import type { Config } from "../../src/config/schema.ts";
import {
  createDaemonHost,
  type EmptyConfig,
  type HouseConfig,
  type LoadOutcome,
  type RunnableConfig,
} from "../../src/daemon/daemon-host.ts";

/** A config that differs from others by its fuse. */
function runnable(fuseA: number): HouseConfig {
  return {
    kind: "house",
    config: { site: { main_fuse_a: fuseA } } as Config,
    secretTexts: [],
    secrets: { partner: undefined } as HouseConfig["secrets"],
  };
}

function hosted(load: () => LoadOutcome, first: RunnableConfig = runnable(35)) {
  const events: string[] = [];
  const lines: { msg: string; changed?: string[]; problems?: string[] }[] = [];
  const host = createDaemonHost(first, {
    log: pino({ base: null }, { write: (line) => void lines.push(JSON.parse(line)) }),
    load,
    create(next) {
      const name = next.kind === "set_up" ? "set-up" : `${next.config.site.main_fuse_a} A`;
      events.push(`create ${name}`);
      return {
        noteConfig: (problems) => void events.push(`told ${name} of ${problems.length} problems`),
        start: async () => void events.push(`start ${name}`),
        stop: async () => void events.push(`stop ${name}`),
      };
    },
  });
  return { host, events, lines };
}

const EMPTY: EmptyConfig = { kind: "set_up", tls: undefined, config: {} as EmptyConfig["config"] };

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
    expect(events).toEqual(["create 35 A", "start 35 A", "told 35 A of 1 problems"]);
    expect(lines).toMatchObject([
      {
        level: 50,
        msg: "config not reloaded: the old one stays",
        problems: ["site: main_fuse_a is missing"],
      },
    ]);
  });

  it("ends the set-up once the file names a house", async () => {
    const { host, events } = hosted(() => ({ ok: true, runnable: runnable(50) }), EMPTY);
    await host.start();
    await host.reload();
    expect(events).toEqual(["create set-up", "start set-up", "stop set-up", "create 50 A", "start 50 A"]);
  });

  it("of a file from which the house is gone leaves the daemon alone", async () => {
    const { host, events, lines } = hosted(() => ({ ok: true, runnable: EMPTY }));
    await host.start();
    await host.reload();
    expect(events).toEqual(["create 35 A", "start 35 A", "told 35 A of 1 problems"]);
    expect(lines).toMatchObject([{ level: 50, problems: [expect.stringContaining("names no house")] }]);
  });

  it("of the same config changes nothing", async () => {
    const { host, events } = hosted(() => ({ ok: true, runnable: runnable(35) }));
    await host.start();
    await host.reload();
    expect(events).toEqual(["create 35 A", "start 35 A", "told 35 A of 0 problems"]);
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
