import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runCli } from "../../src/cli/cli.ts";
import { plannedPull } from "../../src/cli/demo/demo-options.ts";
import { summaryText } from "../../src/cli/demo/demo-summary.ts";
import { spawnProgram } from "../hil/support/daemon-process.ts";
import { eventually } from "../support/eventually.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const folder = temporaryFolder();
const MINUTE_MS = 60_000;

/** A CSV file with the same sun and load for some minutes. */
function csvDay(minutes: number, pvW: number, loadW: number): string {
  const rows = Array.from({ length: minutes }, (_, minute) => {
    const time = new Date(1_647_691_200_000 + minute * MINUTE_MS).toISOString();
    return `${time},${pvW},${loadW}`;
  });
  const path = join(folder, `day-${minutes}-${pvW}.csv`);
  writeFileSync(path, ["time,pv_w,load_w", ...rows, ""].join("\n"));
  return path;
}

/** Runs the demo in this process, as in a pipe. */
async function demo(...argv: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const io = {
    out: (text: string) => void out.push(text),
    err: (text: string) => void err.push(text),
    environment: {},
    isTerminal: false,
  };
  return { code: await runCli(["demo", ...argv], io), out: out.join(""), err: err.join("") };
}

describe("hems-edge demo", { timeout: 60_000 }, () => {
  it("ends in order on a signal, and leaves nothing behind", async () => {
    const TMPDIR = temporaryFolder();
    const program = spawnProgram(["demo", "--speed", "60", "--port", "0"], { TMPDIR });
    await eventually(() => program.messages().some((line) => line.includes("OCPP")), 30_000);
    expect(readdirSync(TMPDIR)).not.toEqual([]);
    program.kill("SIGTERM");
    expect(await program.ended).toEqual({ code: 0, signal: null });
    expect(readdirSync(TMPDIR)).toEqual([]);
  });

  it("plays two sunny hours with --once --json, ends by itself and prints every figure", async () => {
    const program = spawnProgram([
      "demo",
      "--once",
      "--json",
      "--port",
      "0",
      "--day",
      csvDay(120, 8_000, 500),
    ]);
    expect(await program.ended).toEqual({ code: 0, signal: null });
    expect(program.errorText()).toBe("");
    const summary = JSON.parse(program.messages().join("\n"));
    expect(Object.keys(summary)).toEqual([
      ...["day", "solar_kwh", "grid_kwh", "share_pct", "starts", "writes", "config_pulls"],
      ...["status_pushes", "mqtt_messages", "modbus_reads", "ocpp_calls"],
      ...["minutes_recorded", "sessions_recorded", "events_recorded"],
    ]);
    expect(summary).toMatchObject({ day: "day-120-8000" });
    expect(summary.solar_kwh).toBeGreaterThan(13);
    expect(summary.solar_kwh).toBeLessThanOrEqual(15);
    expect(summary.share_pct).toBeGreaterThan(95);
    expect(summary.config_pulls).toBeGreaterThan(90);
    // Two devices, each read every second.
    expect(summary.modbus_reads).toBeGreaterThan(2 * 7_000);
    expect(summary).toMatchObject({ minutes_recorded: 120, sessions_recorded: 1 });
    for (const key of [
      "events_recorded",
      "starts",
      "writes",
      "status_pushes",
      "mqtt_messages",
      "ocpp_calls",
    ]) {
      expect(summary[key], key).toBeGreaterThan(0);
    }
  });

  it("charges nothing in the dark, and then has no share", async () => {
    const { code, out } = await demo("--once", "--json", "--port", "0", "--day", csvDay(20, 0, 500));
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ solar_kwh: 0, share_pct: null });
  });

  it("tells a pipe where everything is, a line each half hour, and the figures", async () => {
    const { code, out } = await demo("--once", "--port", "0", "--day", csvDay(70, 8_000, 500));
    expect(code).toBe(0);
    expect(out).toMatch(/page {6}http:\/\/127\.0\.0\.1:\d+\//);
    expect(out).toMatch(/OCPP {6}ws:\/\/127\.0\.0\.1:\d+/);
    expect(out).toContain("MQTT      mqtt://127.0.0.1:");
    const lines = out.split("\n").filter((line) => /^0[01]:[03]0 /.test(line));
    expect(lines).toHaveLength(2);
    expect(lines[1]).toMatch(/sun [78]\.\d kW house 0\.5 kW .* car \d\.\d kW\/1\d A Charging from surplus/);
    expect(out).toContain("% from the sun");
    expect(out).not.toContain("\u001b");
  });

  it("pulls a plug at the time that was asked for", async () => {
    const day = csvDay(60, 8_000, 500);
    const { code, out } = await demo("--once", "--port", "0", "--day", day, "--pull", "meter@00:20+20");
    expect(code).toBe(0);
    const line = out.split("\n").find((text) => text.startsWith("00:30 "));
    expect(line).toContain("[pulled: meter]");
    expect(line).toContain("The meter is lost: charging is paused until it is back.");
  });

  it.each([
    [["--day", "2022-13-01"], "no shipped day"],
    [["--day", "/nowhere/day.csv"], "cannot be read"],
    [["--speed", "fast"], "--speed takes a number"],
    [["--speed", "0"], "--speed takes a number"],
    [["--port", "70000"], "--port takes a number"],
    [["--port", "80.5"], "--port takes a number"],
    [["--pull", "fridge@12:00+5"], "--pull takes PEER@HH:MM+MINUTES"],
    [["--pull", "meter@24:00+5"], "--pull takes PEER@HH:MM+MINUTES"],
    [["--pull", "meter@12:60+5"], "--pull takes PEER@HH:MM+MINUTES"],
    [["--pull", "meter"], "--pull takes PEER@HH:MM+MINUTES"],
    [["--onc"], "did you mean --once?"],
  ])("refuses %j with exit code 2 and says what to write", async (argv, words) => {
    const { code, err } = await demo(...argv);
    expect(code).toBe(2);
    expect(err).toContain(words);
  });
});

describe("a planned pull", () => {
  it("is a peer, a time of the day and minutes", () => {
    expect(plannedPull("meter@12:00+30")).toEqual({
      peer: "meter",
      fromMs: 720 * MINUTE_MS,
      untilMs: 750 * MINUTE_MS,
    });
    expect(plannedPull("broker@0:05+1")?.fromMs).toBe(5 * MINUTE_MS);
  });
});

describe("the day's figures in words", () => {
  it("say so when nothing was charged", () => {
    const none = { solar_kwh: 0, grid_kwh: 0, share_pct: null, starts: 0, writes: 2, config_pulls: 1 };
    const counters = { status_pushes: 1, mqtt_messages: 1, modbus_reads: 1, ocpp_calls: 1 };
    const recorded = { minutes_recorded: 1, sessions_recorded: 0, events_recorded: 2 };
    expect(summaryText({ day: "dark", ...none, ...counters, ...recorded })).toContain("(nothing charged)");
  });
});
