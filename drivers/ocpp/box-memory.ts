import type { Logger } from "pino";
import type { Clock } from "../../src/ports/clock.ts";
import type { StateStore } from "../../src/ports/state-store.ts";
import { createFactBook, type FactBook } from "./box-card.ts";
import type { BoxHabits } from "./box-habits.ts";
import { createDeviationLog, type DeviationLog } from "./deviation-log.ts";
import { createModelBook, type ModelBook } from "./model-book.ts";
import { createPlanBook, type PlanBook } from "./profile-plan.ts";
import { createTransactions, type Transactions } from "./transactions.ts";
import { createWriteBudget, type WriteBudget } from "./write-budget.ts";

export interface BoxMemoryOptions {
  /** Prefix of everything that is stored. */
  readonly key: string;
  readonly modelKey: string | undefined;
  readonly overrides: Partial<BoxHabits>;
  readonly maxWritesPerDay: number;
  readonly timeZone: string;
}

/** What is known of one box; all but the deviations survives a restart. */
export interface BoxMemory {
  readonly deviations: DeviationLog;
  readonly transactions: Transactions;
  readonly models: ModelBook;
  readonly facts: FactBook;
  readonly book: PlanBook;
  readonly budget: WriteBudget;
}

export function createBoxMemory(
  options: BoxMemoryOptions,
  deps: { readonly clock: Clock; readonly store: StateStore; readonly log: Logger },
): BoxMemory {
  const { key, modelKey, overrides, maxWritesPerDay, timeZone } = options;
  const { store, log } = deps;
  const models = createModelBook({ key: `${key}/box`, modelKey, overrides }, deps);
  return {
    models,
    deviations: createDeviationLog(log),
    transactions: createTransactions(`${key}/transactions`, deps),
    facts: createFactBook(`${key}/facts`, store),
    book: createPlanBook(`${key}/profiles`, { store, log, habits: models.habits }),
    budget: createWriteBudget({ key: `${key}/writes`, maxWritesPerDay, timeZone }, deps),
  };
}
