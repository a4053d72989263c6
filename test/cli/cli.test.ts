import { describe, expect, it } from "vitest";
import { parseArguments } from "../../src/cli/arguments.ts";
import type { Command } from "../../src/cli/command.ts";
import { commands } from "../../src/cli/commands.ts";
import { capturedCli } from "../support/captured-cli.ts";

const run = (...argv: string[]) => capturedCli(argv);

describe("help", () => {
  it("lists every command with its summary", async () => {
    const { code, out } = await run("--help");
    expect(code).toBe(0);
    for (const { name, summary } of commands)
      expect(out).toMatch(new RegExp(`^  ${name} +${summary.slice(0, 20)}`, "m"));
  });

  it.each(commands.map(({ name }) => name))("%s shows every option and a working example", async (name) => {
    const command = await commands.find((candidate) => candidate.name === name)?.load();
    const { code, out } = await run(name, "--help");
    expect(code).toBe(0);
    expect(out).toContain(`Usage: hems-edge ${name}`);
    expect(out).toContain(command?.example);
    for (const option of Object.keys(command?.options ?? {})) expect(out).toContain(`--${option}`);
  });

  it.each(commands)("the example of $name parses", async ({ name, load }) => {
    let command = await load();
    const [program, ...typed] = command.example.split(" ");
    expect([program, typed[0]]).toEqual(["hems-edge", name]);
    // An example of a group is one of the command that follows it, however deep.
    let words = 1;
    for (let deeper = next(); deeper !== undefined; deeper = next()) {
      command = await deeper.load();
      words += 1;
    }
    function next() {
      const path = typed.slice(0, words + 1).join(" ");
      return command.subcommands?.find((sub) => sub.name === path);
    }
    expect(parseArguments(command, typed.slice(words)).ok).toBe(true);
  });

  it("comes also when nothing was typed, as a mistake", async () => {
    expect(await run()).toMatchObject({ code: 2, out: expect.stringContaining("Usage: hems-edge COMMAND") });
  });
});

describe("a typing mistake exits 2 and suggests", () => {
  it.each([
    [["chek"], /unknown command chek, did you mean check\?/],
    [["frobnicate"], /unknown command frobnicate, hems-edge --help lists all/],
    [["check", "--confg", "x"], /unknown option --confg, did you mean --config\?/],
    [["check", "-x"], /unknown option -x/],
    [["check", "--config"], /--config needs a value: FILE/],
    [["check", "--config", "--json"], /--config needs a value: FILE/],
    [["check", "--json=yes"], /--json takes no value/],
    [["check", "extra"], /unexpected "extra"/],
    [["mode", "hemz"], /unknown mode hemz, did you mean hems\?/],
    [["mode", "warp"], /one of none, spot, hems, hems_and_spot/],
    [["constructor"], /unknown command/],
    [["check", "--constructor"], /unknown option/],
  ])("%j", async (argv, message) => {
    const { code, out, err } = await run(...argv);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toMatch(message);
  });
});

describe("arguments", () => {
  const command: Command = {
    positionals: { usage: "KIND", min: 1, max: 2 },
    options: { url: { summary: "", placeholder: "URL" }, json: { summary: "" } },
    example: "",
    run: () => Promise.resolve(0),
  };

  it("are sorted into texts, lists, switches and positionals", () => {
    expect(parseArguments(command, ["modbus", "--url", "a", "--json", "--url=b=c", "--", "--plain"])).toEqual(
      {
        ok: true,
        input: {
          texts: { url: "b=c" },
          lists: { url: ["a", "b=c"] },
          switches: new Set(["json"]),
          positionals: ["modbus", "--plain"],
        },
      },
    );
  });

  it("may be missing", () => {
    expect(parseArguments(command, [])).toEqual({ ok: false, problem: "missing KIND" });
  });
});
