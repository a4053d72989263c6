import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runScenario } from "../../src/cli/replay/scenario/run-scenario.ts";
import { loadScenarioFile } from "../../src/cli/replay/scenario/scenario-file.ts";
import { createDayWatcher } from "../days/day-watcher.ts";

const FOLDER = join(import.meta.dirname, "../scenarios");
const FILES = readdirSync(FOLDER).filter((file) => /\.(?:yaml|json)$/.test(file));

describe("every scenario comes out as expected", () => {
  it.each(FILES)("%s", async (file) => {
    const loaded = loadScenarioFile(join(FOLDER, file));
    if (!loaded.ok) throw new Error(loaded.problem);
    const watcher = createDayWatcher(loaded.scenario);
    const result = await runScenario(loaded.scenario, watcher);
    if (!result.ok) throw new Error(result.problem);
    expect(result.outcome.unmet).toEqual([]);
    expect(watcher.broken()).toEqual([]);
  });
});
