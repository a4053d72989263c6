import { describe, expect, it } from "vitest";
import { runCli } from "../../src/cli/cli.ts";
import { type Bench, whileCharging } from "./support/bench.ts";

/** What the history commands print as JSON, beside whatever daemon runs. */
async function exported(bench: Bench, ...argv: string[]): Promise<Record<string, unknown>[]> {
  let text = "";
  const code = await runCli([...argv, "--config", bench.configPath, "--json"], {
    out: (more) => {
      text += more;
    },
    err: (problem) => {
      throw new Error(problem);
    },
    environment: {},
    isTerminal: false,
  });
  expect(code).toBe(0);
  return JSON.parse(text);
}

async function recordedSeconds(bench: Bench): Promise<number> {
  const rows = await exported(bench, "history", "export", "--resolution", "minute", "--to", "2100-01-01");
  return rows.reduce((sum, row) => sum + Number(row.seen_s), 0);
}

/** A minute, and the pass with which it ends. */
const LONGEST_LOSS_S = 62;

describe("the records of a real daemon", { timeout: 90_000 }, () => {
  it(
    "lose at most a minute when it is killed, nothing when it is stopped, and say which it was",
    whileCharging(async (bench, daemon) => {
      await bench.pass(100);
      const passes = async () => Number((await bench.answer("/api/state")).pass);
      // The disk works in true time.
      await bench.unhurried(() =>
        bench.within(40, async () => (await recordedSeconds(bench)) > (await passes()) - LONGEST_LOSS_S),
      );
      const killedAt = await passes();
      await daemon.end("SIGKILL");
      const kept = await recordedSeconds(bench);
      expect(kept).toBeGreaterThan(killedAt - LONGEST_LOSS_S);

      const second = bench.startDaemon();
      await bench.says("following_surplus", 400);
      const { events } = await bench.answer("/api/history/events?from=2020-01-01&to=2100-01-01");
      const started = (events as Record<string, unknown>[]).filter(
        ({ event }) => event === "gateway_started",
      );
      expect(started.map(({ after }) => after)).toEqual(["stop", "loss"]);
      const stoppedAt = await passes();
      expect(await second.end("SIGTERM")).toEqual({ code: 0, signal: null });
      expect(await recordedSeconds(bench)).toBeGreaterThanOrEqual(kept + stoppedAt - 2);
      const last = (await exported(bench, "history", "events", "--to", "2100-01-01")).map(
        ({ event }) => event,
      );
      expect(last).toContain("gateway_stopped");
    }),
  );
});
