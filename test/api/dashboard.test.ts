import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "..", "..");

describe("the Grafana dashboard", () => {
  const text = readFileSync(join(root, "docs", "grafana-dashboard.json"), "utf8");

  it("asks only for metrics that there are", () => {
    const source = ["metrics.ts", "program-metrics.ts"]
      .map((name) => readFileSync(join(root, "src", "api", name), "utf8"))
      .join("");
    const asked = new Set([...text.matchAll(/hems_edge_(\w+)/g)].map((match) => match[1] ?? ""));
    expect(asked.size).toBeGreaterThan(12);
    const unknown = [...asked].filter((name) => !source.includes(`"${name.replace(/_bucket$/, "")}"`));
    expect(unknown).toEqual([]);
  });

  it("takes its data source from the person who imports it", () => {
    const { panels, templating } = JSON.parse(text) as {
      panels: { datasource: { uid: string } }[];
      templating: { list: { name: string }[] };
    };
    expect(templating.list.map(({ name }) => name)).toEqual(["datasource"]);
    for (const { datasource } of panels) expect(datasource.uid).toMatch(/^\$\{datasource\}$/);
  });
});
