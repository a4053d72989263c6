import { configPath, loadConfig } from "../config/load-config.ts";
import { formatProblems } from "../config/problem.ts";
import { EXIT } from "../service/exit-codes.ts";
import type { Command } from "./command.ts";
import { configSummary } from "./config-summary.ts";

export const checkCommand: Command = {
  options: {
    config: {
      summary: "The file; else $HEMS_EDGE_CONFIG, else /etc/hems-edge/config.yaml.",
      placeholder: "FILE",
    },
    json: { summary: "Print JSON." },
  },
  example: "hems-edge check --config config/example.yaml",
  async run({ texts, switches, io }) {
    const path = configPath(texts.config, io.environment);
    const outcome = loadConfig(path, { environment: io.environment, isService: false });
    const problems = outcome.ok ? [] : outcome.problems;
    const code = outcome.ok ? EXIT.ok : EXIT.badConfig;
    if (switches.has("json")) {
      io.out(`${JSON.stringify({ path, ok: outcome.ok, problems, warnings: outcome.warnings })}\n`);
      return code;
    }
    if (problems.length > 0)
      io.out(`${path}: ${counted(problems.length, "problem")}\n${formatProblems(problems)}\n`);
    if (outcome.ok) io.out(`${path} is valid.\n${configSummary(outcome.config)}\n`);
    if (outcome.warnings.length > 0) {
      io.out(`${counted(outcome.warnings.length, "warning")}\n${formatProblems(outcome.warnings)}\n`);
    }
    return code;
  },
};

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
