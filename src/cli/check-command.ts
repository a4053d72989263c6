import { configPath, loadConfig } from "../config/load-config.ts";
import { formatProblems } from "../config/problem.ts";
import type { Config } from "../config/schema.ts";
import { EXIT } from "../service/exit-codes.ts";
import type { Command, CommandInput } from "./command.ts";
import { configSummary } from "./config-summary.ts";
import { type Diagnosis, diagnosisLines } from "./doctor-checks.ts";

export const checkCommand: Command = {
  options: {
    config: {
      summary: "The file; else $HEMS_EDGE_CONFIG, else /etc/hems-edge/config.yaml.",
      placeholder: "FILE",
    },
    online: {
      summary:
        "Also ask everything that a valid config names: devices, broker, cloud, prices, ports, wallboxes; exit 78 when something fails.",
    },
    json: { summary: "Print JSON." },
  },
  example: "hems-edge check --config config/example.yaml",
  async run(input) {
    const { texts, switches, io } = input;
    const path = configPath(texts.config, io.environment);
    const outcome = loadConfig(path, { environment: io.environment, isService: false });
    const problems = outcome.ok ? [] : outcome.problems;
    const isOnline = switches.has("online") && outcome.ok;
    if (switches.has("json")) {
      const online = isOnline ? await asked(outcome.config, input) : undefined;
      const { warnings } = outcome;
      io.out(`${JSON.stringify({ path, ok: outcome.ok, problems, warnings, online })}\n`);
      return exitCode(outcome.ok, online);
    }
    if (problems.length > 0)
      io.out(`${path}: ${counted(problems.length, "problem")}\n${formatProblems(problems)}\n`);
    if (outcome.ok) io.out(`${path} is valid.\n${configSummary(outcome.config)}\n`);
    if (outcome.warnings.length > 0) {
      io.out(`${counted(outcome.warnings.length, "warning")}\n${formatProblems(outcome.warnings)}\n`);
    }
    if (!isOnline) return exitCode(outcome.ok);
    if (io.isTerminal) io.err("Asking what it names; this can take half a minute.\n");
    const online = await asked(outcome.config, input);
    io.out(diagnosisLines(online));
    return exitCode(outcome.ok, online);
  },
};

/** Loaded only when asked for: a plain check is not to wait for drivers and clients. */
async function asked(config: Config, input: CommandInput): Promise<readonly Diagnosis[]> {
  const { onlineDiagnoses } = await import("./online/online-check.ts");
  return onlineDiagnoses(config, input);
}

function exitCode(isValid: boolean, online: readonly Diagnosis[] = []): number {
  return isValid && online.every(({ verdict }) => verdict !== "fail") ? EXIT.ok : EXIT.badConfig;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
