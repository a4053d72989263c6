import type { Logger } from "pino";
import type { StateStore } from "../../src/ports/state-store.ts";
import { type BoxHabits, USUAL_HABITS } from "./box-habits.ts";
import { recordOf, textOf } from "./lenient-json.ts";
import { modelByBoot, modelByKey } from "./models/find-model.ts";
import type { WallboxModel } from "./models/wallbox-model.ts";

/** What a box says of itself in BootNotification; empty where it says nothing. */
export interface BoxIdentification {
  readonly vendor: string;
  readonly model: string;
  readonly firmware: string;
  readonly serial: string;
}

/** Which model the box is, and so how it wants to be spoken to. Known over a restart: many boxes boot only once. */
export interface ModelBook {
  readonly identification: BoxIdentification | undefined;
  /** Undefined for a box of which nothing is known. */
  readonly model: WallboxModel | undefined;
  readonly habits: BoxHabits;
  /** True when the habits are others than before. */
  bootSeen(identification: BoxIdentification): boolean;
}

export interface ModelBookOptions {
  readonly key: string;
  /** Key of a model, where the config says which one it is. */
  readonly modelKey: string | undefined;
  /** What the config knows better. */
  readonly overrides: Partial<BoxHabits>;
}

export function createModelBook(
  { key, modelKey, overrides }: ModelBookOptions,
  { store, log }: { readonly store: StateStore; readonly log: Logger },
): ModelBook {
  let identification = identificationOf(store.get(key));
  let model = modelOf();
  let habits = habitsOf();

  function modelOf(): WallboxModel | undefined {
    if (modelKey !== undefined) return modelByKey(modelKey);
    return identification === undefined ? undefined : modelByBoot(identification);
  }

  function habitsOf(): BoxHabits {
    return { ...USUAL_HABITS, ...model?.habits, ...overrides };
  }

  return {
    get identification() {
      return identification;
    },
    get model() {
      return model;
    },
    get habits() {
      return habits;
    },
    bootSeen(now) {
      if (JSON.stringify(now) === JSON.stringify(identification)) return false;
      identification = now;
      store.put(key, now);
      const before = model;
      model = modelOf();
      if (model === before) return false;
      log.info({ ...now, knownAs: model?.key }, "wallbox model recognised");
      habits = habitsOf();
      return true;
    },
  };
}

function identificationOf(stored: unknown): BoxIdentification | undefined {
  const { vendor, model, firmware, serial } = recordOf(stored);
  if (vendor === undefined) return undefined;
  const text = (value: unknown) => textOf(value) ?? "";
  return { vendor: text(vendor), model: text(model), firmware: text(firmware), serial: text(serial) };
}
