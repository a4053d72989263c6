import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { commands } from "../../src/cli/commands.ts";

const root = join(import.meta.dirname, "..", "..");
const documents = [".", "docs", "docs/adr"].flatMap((folder) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith(".md"))
    .map((name) => join(folder, name)),
);

function textOf(document: string): string {
  return readFileSync(join(root, document), "utf8");
}

describe("the documents", () => {
  it.each(documents)("%s links only to what is there", (document) => {
    const links = [...textOf(document).matchAll(/\]\(([^)#]+)[^)]*\)/g)].map((match) => match[1] ?? "");
    const dead = links.filter(
      (link) => !/^https?:/.test(link) && !existsSync(join(root, dirname(document), link)),
    );
    expect(dead).toEqual([]);
  });

  it("name only npm scripts that exist", () => {
    const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
      scripts: Record<string, string>;
    };
    const named = documents.flatMap((document) =>
      [...textOf(document).matchAll(/npm run ([\w:-]+)/g)].map((match) => match[1] ?? ""),
    );
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
  });

  it("quote in docs/troubleshooting.md what the program says", () => {
    const sources = ["src", "drivers"]
      .flatMap((folder) =>
        readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((name) =>
          join(folder, name),
        ),
      )
      .filter((name) => name.endsWith(".ts"))
      .map(textOf)
      .join("\n");
    const rows = textOf("docs/troubleshooting.md")
      .split("\n")
      .filter((line) => line.startsWith("|"));
    const quoted = rows.flatMap((row) => [...row.matchAll(/"([^"]+)"/g)].map((match) => match[1] ?? ""));
    expect(quoted.length).toBeGreaterThan(10);
    expect(quoted.filter((words) => !sources.includes(words))).toEqual([]);
  });

  it("name only commands that exist", () => {
    const named = documents.flatMap((document) =>
      [...textOf(document).matchAll(/(?:npx |`)hems-edge ([a-z][a-z-]*)/g)].map((match) => match[1] ?? ""),
    );
    const known = commands.map(({ name }) => name);
    expect(named.filter((name) => !known.includes(name))).toEqual([]);
  });
});
