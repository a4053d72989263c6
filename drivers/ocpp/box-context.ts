import type { Logger } from "pino";
import type { VehicleState } from "../../src/core/site-sample.ts";
import type { Clock } from "../../src/ports/clock.ts";
import type { StateStore } from "../../src/ports/state-store.ts";
import type { BoxHabits } from "./box-habits.ts";
import type { BoxLink } from "./box-link.ts";
import { type BoxMemory, createBoxMemory } from "./box-memory.ts";
import { type BoxTriggers, createBoxTriggers } from "./box-triggers.ts";
import type { OcppWallboxDeps, OcppWallboxOptions } from "./ocpp-wallbox.ts";
import { createTagList, type TagList } from "./tag-list.ts";

/** Under which we start a charge where the config names no tag. */
export const DEFAULT_ID_TAG = "hems-edge";

/** What the parts of one box share; `link` and `vehicle` change. */
export interface BoxContext {
  readonly options: OcppWallboxOptions;
  readonly clock: Clock;
  readonly log: Logger;
  readonly store: StateStore;
  readonly memory: BoxMemory;
  readonly triggers: BoxTriggers;
  /** Prefix of everything that is stored. */
  readonly key: string;
  readonly timeZone: string;
  readonly idTag: string;
  readonly tags: TagList;
  link: BoxLink | undefined;
  vehicle: VehicleState;
  /** Wall time minus monotonic time when the box was last told the time, ms; undefined before. */
  toldWallOffsetMs: number | undefined;
  habits(): BoxHabits;
  minCurrentA(): number;
  floorCurrentA(): number;
  /** The state of the car is known anew. */
  vehicleIs(now: VehicleState): void;
}

export function createBoxContext(
  options: OcppWallboxOptions,
  { clock, store, log: parentLog }: OcppWallboxDeps,
  vehicleIs: (now: VehicleState) => void,
): BoxContext {
  const log = parentLog.child({ wallbox: options.name });
  const key = `wallbox/${options.name}`;
  const timeZone = options.timeZone ?? "UTC";
  const { maxWritesPerDay, model: modelKey, habits: overrides = {} } = options;
  const memory = createBoxMemory(
    { key, timeZone, modelKey, overrides, maxWritesPerDay },
    { clock, store, log },
  );
  const idTag = options.idTag ?? DEFAULT_ID_TAG;
  const habits = () => memory.models.habits;
  const minCurrentA = () => Math.max(options.minCurrentA, habits().minCurrentA ?? 0);
  return {
    options,
    clock,
    log,
    store,
    memory,
    key,
    timeZone,
    triggers: createBoxTriggers(clock),
    idTag,
    tags: createTagList({ allowed: options.allowedTags ?? [], ours: idTag }, log),
    link: undefined,
    vehicle: "unknown",
    toldWallOffsetMs: undefined,
    habits,
    minCurrentA,
    floorCurrentA: () => (options.floorCurrentA < minCurrentA() ? 0 : options.floorCurrentA),
    vehicleIs,
  };
}
