import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { createServiceLog, type LogForm, logForm } from "../../src/service/journal-log.ts";

function capture(form: LogForm) {
  const lines: string[] = [];
  return { lines, ...createServiceLog({ level: "trace", form, write: (line) => lines.push(line) }) };
}

describe("in the journal", () => {
  it.each([
    ["fatal", "<2>"],
    ["error", "<3>"],
    ["warn", "<4>"],
    ["info", "<6>"],
    ["debug", "<7>"],
    ["trace", "<7>"],
  ] as const)("%s has the priority %s", (level, priority) => {
    const { log, lines } = capture("journal");
    log[level]({ setpointA: 6, limitedBy: "cable" }, "set point changed");
    expect(lines).toEqual([`${priority}set point changed setpointA=6 limitedBy=cable\n`]);
  });

  it("an error with its stack is one line", () => {
    const { log, lines } = capture("journal");
    log.error({ err: new Error("first\nsecond") }, "broken");
    expect(lines[0]).toMatch(/^<3>broken err=\{.*"stack":".*\}\n$/);
    expect(lines[0]?.match(/\n/g)).toHaveLength(1);
  });

  it("what a device sends cannot forge a line or move the cursor", () => {
    const { log, lines } = capture("journal");
    log.warn({ name: "x\n<0>forged\u001b[2J" }, "odd\n<0>name");
    expect(lines).toHaveLength(1);
    const controls = [...(lines[0]?.slice(0, -1) ?? "")].filter((letter) => letter < " ");
    expect(controls).toEqual([]);
  });
});

describe("elsewhere", () => {
  it("a terminal gets the time, the level and the phrase", () => {
    const { log, lines } = capture("terminal");
    log.info({ text: "two words" }, "hello");
    expect(lines[0]).toMatch(/^\d\d:\d\d:\d\d\.\d{3} INFO {2}hello text="two words"\n$/);
  });

  it("a pipe gets JSON", () => {
    const { log, lines } = capture("json");
    log.info({ setpointA: 6 }, "hello");
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({ level: 30, setpointA: 6, msg: "hello" });
  });

  it("an inherited JOURNAL_STREAM of another stream does not count", () => {
    expect(logForm({ JOURNAL_STREAM: "1:1" })).not.toBe("journal");
    expect(logForm({})).not.toBe("journal");
  });
});

describe("secrets", () => {
  it.each(["journal", "terminal", "json"] as const)("appear nowhere in the form %s", (form) => {
    const { log, lines, hide } = capture(form);
    hide('can"ary-42');
    log.info(
      { password: "p1-value", auth: { client_secret: "p2-value", deep: { token: "p3-value" } } },
      "login",
    );
    log.warn(
      { headers: { authorization: "Bearer p4-value" }, err: new Error('refused can"ary-42') },
      'can"ary-42',
    );
    const all = lines.join("");
    expect(all).not.toMatch(/p[1234]-value|ary-42/);
    expect(all).toContain("[hidden]");
  });

  it("of a letter or two do not garble the lines", () => {
    const { log, lines, hide } = capture("journal");
    hide("");
    hide("a");
    log.info("a plain phrase");
    expect(lines).toEqual(["<6>a plain phrase\n"]);
  });
});

describe("standard output", () => {
  it("gets every line before an exit, and its reader may go away", async () => {
    const module = join(import.meta.dirname, "..", "..", "src", "service", "journal-log.ts");
    const program = `
      const { createServiceLog } = await import(${JSON.stringify(module)});
      const { log } = createServiceLog({ level: "info", form: "json" });
      for (let line = 0; line < 5000; line++) log.info({ line }, "line");
      process.exit(0);`;
    const run = promisify(execFile);
    const whole = await run(process.execPath, ["--input-type=module", "-e", program], { maxBuffer: 1e7 });
    expect(whole.stdout.trimEnd().split("\n")).toHaveLength(5_000);
    const cut = await run("bash", [
      "-o",
      "pipefail",
      "-c",
      '"$0" --input-type=module -e "$1" | head -1',
      process.execPath,
      program,
    ]);
    expect(cut.stderr).toBe("");
  });
});
