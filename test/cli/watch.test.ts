import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { stripVTControlCharacters } from "node:util";
import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { changeLine, screenLines } from "../../src/cli/watch/watch-text.ts";
import { changeMark, type WatchedState, watchedStateSchema } from "../../src/cli/watch/watched-state.ts";
import { createSystemClock } from "../../src/service/clock.ts";
import { ask } from "../api/support/http.ts";
import { serve } from "../api/support/serve.ts";
import { MAIN } from "../hil/support/daemon-process.ts";
import { eventually } from "../support/eventually.ts";
import { sampleReport } from "../support/sample-report.ts";

const PATIENCE_MS = 30_000;

/** A daemon's API in the time of the people who watch. */
async function gateway() {
  const served = await serve({}, { viewerClock: createSystemClock({ unref: true }) });
  served.api.report(sampleReport());
  return served;
}

async function state(changes: Parameters<typeof sampleReport>[0] = {}): Promise<WatchedState> {
  const { api, port } = await gateway();
  api.report(sampleReport(changes));
  return watchedStateSchema.parse((await ask(port, "/api/state")).json());
}

describe("the screen", () => {
  it("says in 80 by 24 why, where the power goes and what holds", async () => {
    const look = { columns: 80, rows: 24, isColoured: false, isLive: true };
    const text = screenLines(await state({ limitedBy: "main_fuse" }), look).join("\n");
    expect(text).toMatch(
      /^hems-edge 1\.2\.3 {2}home +\d\d:\d\d:\d\d\n─{80}\nCharging with 10 A from the sun\.\n/,
    );
    expect(text).toMatch(/\nsun +3\.00 kW {2}█+\n/);
    expect(text).toMatch(/\ngrid +0\.15 kW {2}█+ export\n/);
    expect(text).toMatch(/\nallowed +10 A on one phase, limited by main fuse\n/);
    expect(text).toMatch(/\nband +starts at 1180 W export \(raised\), stops at 200 W import\n/);
    expect(text).toMatch(/\nwallbox +charging, 10 A, 2\.30 kW\n/);
    expect(text).toMatch(/\nq ends$/);
  });

  it("is never wider or longer than the terminal, whatever there is to tell", async () => {
    const sample = await state();
    const texts = fc.string({ maxLength: 200 });
    fc.assert(
      fc.property(
        fc.record({ columns: fc.integer({ min: 20, max: 200 }), rows: fc.integer({ min: 1, max: 60 }) }),
        fc.record({ why: texts, site: texts, isLive: fc.boolean(), gridW: fc.double({ noNaN: true }) }),
        ({ columns, rows }, { why, site, isLive, gridW }) => {
          const told: WatchedState = {
            ...{ ...sample, site },
            state: { ...sample.state, reason_text: why.replaceAll(/[^ -~]/g, "?") },
            telemetry: { ...sample.telemetry, grid_w: gridW },
          };
          const lines = screenLines(told, { columns, rows, isColoured: true, isLive });
          expect(lines.length).toBeLessThanOrEqual(rows);
          for (const line of lines)
            expect(stripVTControlCharacters(line).length).toBeLessThanOrEqual(columns);
        },
      ),
    );
  });

  it("has colours only where they are wanted", async () => {
    const look = { columns: 80, rows: 24, isLive: true };
    const lines = (isColoured: boolean) => async () => screenLines(await state(), { ...look, isColoured });
    expect((await lines(true)()).join()).toContain("\u001b[");
    expect((await lines(false)()).join()).not.toContain("\u001b");
  });
});

describe("a change", () => {
  it("is a decision or an event, not each watt", async () => {
    const before = await state();
    const watts = { ...before, telemetry: { ...before.telemetry, grid_w: -999 } };
    expect(changeMark(watts)).toBe(changeMark(before));
    expect(changeMark(await state({ setpointA: 11 }))).not.toBe(changeMark(before));
    expect(changeMark(await state({ meterTrust: "lost" }))).not.toBe(changeMark(before));
  });

  it("is one line", async () => {
    expect(changeLine(await state())).toMatch(
      /^\S+Z hems active 10 A, sun 3\.00, grid -0\.15, car 2\.30 kW: Charging with 10 A from the sun\.$/,
    );
  });
});

interface Watching {
  readonly child: ChildProcess;
  /** All that was written so far. */
  text(): string;
  /** Resolves to the exit code. */
  readonly ended: Promise<number | null>;
}

function watching(
  command: string,
  argv: readonly string[],
  environment: Record<string, string> = {},
): Watching {
  const child = spawn(command, argv, { env: { PATH: process.env.PATH, TERM: "xterm", ...environment } });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
  }
  const ended = once(child, "close").then(([code]) => code as number | null);
  onTestFinished(() => void child.kill("SIGKILL"));
  return { child, text: () => text, ended };
}

/** In a real terminal of that size, which `script` makes. */
function inTerminal(url: string, size: { readonly columns: number; readonly rows: number }, more = "") {
  const program = `${process.execPath} ${MAIN} status --watch --url ${url}`;
  const line = `tty; stty cols ${size.columns} rows ${size.rows}; ${more} exec ${program}`;
  return watching("script", ["--quiet", "--return", "--flush", "--command", line, "/dev/null"]);
}

/** Lines of the newest whole screen, without colours. */
function screenOf({ text }: Watching): readonly string[] {
  const frames = text()
    .split("\u001b[H")
    .slice(1)
    .filter((frame) => frame.includes("\u001b[J"));
  const newest = frames.at(-1)?.split("\u001b[J")[0] ?? "";
  return newest.split("\r\n").map((line) => stripVTControlCharacters(line));
}

describe("status --watch", { timeout: 60_000 }, () => {
  it("draws in a terminal what happens, follows its size, and ends with q as if it had not been there", async () => {
    const { api, url } = await gateway();
    const terminal = inTerminal(url, { columns: 80, rows: 24 });
    const shows = (pattern: RegExp) =>
      eventually(() => pattern.test(screenOf(terminal).join("\n")), PATIENCE_MS);
    await shows(/allowed +10 A/);
    expect(Math.max(...screenOf(terminal).map((line) => line.length))).toBe(80);
    api.report(sampleReport({ pass: 2, setpointA: 13 }));
    await shows(/allowed +13 A/);

    const path = /^(\/dev\/\S+)/.exec(terminal.text())?.[1] ?? "";
    await once(spawn("stty", ["-F", path, "cols", "44", "rows", "10"]), "close");
    await eventually(() => screenOf(terminal)[1]?.length === 44, PATIENCE_MS);
    expect(screenOf(terminal)).toHaveLength(10);

    terminal.child.stdin?.write("q");
    expect(await terminal.ended).toBe(0);
    expect(terminal.text().trimEnd().endsWith("\u001b[?25h\u001b[?1049l")).toBe(true);
  });

  it("uses no colours where NO_COLOR says so, and ends with Ctrl-C", async () => {
    const { url } = await gateway();
    const terminal = inTerminal(url, { columns: 80, rows: 24 }, "export NO_COLOR=1;");
    await eventually(() => screenOf(terminal).length > 5, PATIENCE_MS);
    terminal.child.stdin?.write("\u0003");
    expect(await terminal.ended).toBe(0);
    expect(screenOf(terminal)).toEqual(screenOf(terminal).map(stripVTControlCharacters));
    expect(terminal.text()).not.toContain("\u001b[0m");
  });

  it("prints a line for each change into a pipe, says once that the daemon is gone, and finds it again", async () => {
    const first = await gateway();
    const pipe = watching(process.execPath, [MAIN, "status", "--watch", "--url", first.url]);
    const lines = () => pipe.text().split("\n").slice(0, -1);
    await eventually(() => lines().length === 1, PATIENCE_MS);
    for (let pass = 2; pass < 5; pass++) first.api.report(sampleReport({ pass }));
    first.api.report(sampleReport({ pass: 5, setpointA: 16 }));
    await eventually(() => lines().length === 2, PATIENCE_MS);
    expect(lines()[1]).toContain("hems active 16 A");
    await first.api.stop();
    await eventually(() => lines().length === 3, PATIENCE_MS);
    expect(lines()[2]).toContain("not heard any more");
    const second = await serve({ port: first.port }, { viewerClock: createSystemClock({ unref: true }) });
    second.api.report(sampleReport({ setpointA: 6 }));
    await eventually(() => lines().length === 4, PATIENCE_MS);
    expect(lines()[3]).toContain("hems active 6 A");
    pipe.child.kill("SIGINT");
    expect(await pipe.ended).toBe(0);
    expect(pipe.text()).not.toContain("\u001b");
  });

  it("fails at once where no daemon runs", async () => {
    const pipe = watching(process.execPath, [MAIN, "status", "--watch", "--url", "http://127.0.0.1:9"]);
    expect(await pipe.ended).toBe(1);
    expect(pipe.text()).toMatch(/no daemon runs/);
  });
});
