import type { Logger } from "pino";
import type { Clock } from "../ports/clock.ts";
import type { CommandOutcome, Commands } from "../ports/commands.ts";
import { type Command, parseCommand } from "./command-parser.ts";

/** Answer on `cmd/<name>/result`. */
export interface CommandResult {
  readonly id: string | null;
  readonly ok: boolean;
  readonly reason?: string;
  readonly detail?: string;
}

/** Takes command messages one by one, hands the good ones on and answers all. */
export interface CommandDesk {
  handle(name: string, payload: Uint8Array, isRetained: boolean): CommandResult;
  readonly accepted: number;
  readonly refused: number;
}

/** So many commands at once, and one more each second: more than hands and automations need. */
const BURST = 10;
const REFILL_MS = 1_000;

export function createCommandDesk(deps: {
  readonly clock: Clock;
  readonly log: Logger;
  readonly commands: Commands;
}): CommandDesk {
  const { clock, log, commands } = deps;
  let tokens = BURST;
  let filledAtMs = clock.monotonicMs();
  let accepted = 0;
  let refused = 0;

  function hasToken(): boolean {
    const nowMs = clock.monotonicMs();
    tokens = Math.min(BURST, tokens + (nowMs - filledAtMs) / REFILL_MS);
    filledAtMs = nowMs;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  }

  function refuse(name: string, id: string | undefined, reason: string, detail: string): CommandResult {
    refused += 1;
    log.debug({ command: name, reason, detail }, "command refused");
    return { id: id ?? null, ok: false, reason, detail };
  }

  return {
    handle(name, payload, isRetained) {
      const parsed = parseCommand({ name, payload, isRetained, receivedWallMs: clock.wallMs() });
      if (!parsed.ok) return refuse(name, parsed.id, parsed.reason, parsed.detail);
      if (!hasToken()) {
        return refuse(
          name,
          parsed.id,
          "rate_limited",
          `at most one command in ${REFILL_MS} ms: wait and retry`,
        );
      }
      const outcome = run(commands, parsed.command);
      if (!outcome.ok) return refuse(name, parsed.id, outcome.reason, outcome.detail);
      accepted += 1;
      log.info({ command: parsed.command }, "command accepted");
      return { id: parsed.id, ok: true };
    },
    get accepted() {
      return accepted;
    },
    get refused() {
      return refused;
    },
  };
}

function boosted(
  commands: Commands,
  { isWanted, wallbox }: Command & { readonly kind: "boost" },
): CommandOutcome {
  if (wallbox === undefined) return isWanted ? commands.startBoost() : commands.cancelBoost();
  return isWanted ? commands.startBoost(wallbox) : commands.cancelBoost(wallbox);
}

function run(commands: Commands, command: Command): CommandOutcome {
  switch (command.kind) {
    case "mode":
      return commands.setMode(command.mode);
    case "thresholds":
      return commands.setThresholds(command.change);
    case "boost":
      return boosted(commands, command);
    case "max_current":
      return commands.setMaxCurrent(command.currentA);
    case "charge_plan":
      return commands.setChargePlan(command.choice, command.wallbox);
  }
}
