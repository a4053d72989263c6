import type { Clock } from "../../../src/ports/clock.ts";
import type { JsonRecord, RawLink } from "../box-link.ts";
import { integerOf, listOf, longTextOf, recordOf, textOf } from "../lenient-json.ts";
import { type InventoryEntry, REPORTED_COMPONENTS } from "./variables-201.ts";

/** A full inventory of a large station has a few hundred variables. */
const MAX_ENTRIES = 4_000;
const MAX_ENTRIES_A_PART = 500;
const MAX_ATTRIBUTES = 4;
/** From one part of a report to the next. */
const PART_TIMEOUT_MS = 20_000;

/** Asks 2.0.1 stations what they have and can do, and gathers the reports in which they tell. */
export interface Inventories {
  /** Asks for what matters, else for everything; empty when the station reports nothing. */
  ask(link: RawLink): Promise<readonly InventoryEntry[]>;
  /** One part of a report (NotifyReport); what was not asked for is dropped. */
  take(report: JsonRecord): void;
}

interface OpenReport {
  readonly requestId: number;
  readonly entries: InventoryEntry[];
  heard(isOver: boolean): void;
}

export function createInventories(clock: Clock): Inventories {
  let lastRequestId = 0;
  let open: OpenReport | undefined;

  /** Resolves with what was reported until the last part, or until no more comes. */
  function gathered(requestId: number): {
    readonly done: Promise<readonly InventoryEntry[]>;
    cancel(): void;
  } {
    const entries: InventoryEntry[] = [];
    let settle: (entries: readonly InventoryEntry[]) => void = () => {};
    const done = new Promise<readonly InventoryEntry[]>((resolve) => {
      settle = resolve;
    });
    let timer = clock.setTimeout(end, PART_TIMEOUT_MS);
    function end(): void {
      clock.clearTimeout(timer);
      if (open?.requestId === requestId) open = undefined;
      settle(entries);
    }
    open = {
      requestId,
      entries,
      heard(isOver) {
        clock.clearTimeout(timer);
        if (isOver) end();
        else timer = clock.setTimeout(end, PART_TIMEOUT_MS);
      },
    };
    return { done, cancel: end };
  }

  async function report(link: RawLink, action: string, what: object): Promise<readonly InventoryEntry[]> {
    lastRequestId += 1;
    const requestId = lastRequestId;
    // The first part may come before the answer.
    const { done, cancel } = gathered(requestId);
    const outcome = await link.call(action, { requestId, ...what });
    if (outcome.kind !== "result" || textOf(outcome.payload.status) !== "Accepted") cancel();
    return done;
  }

  return {
    async ask(link) {
      const componentVariable = REPORTED_COMPONENTS.map((name) => ({ component: { name } }));
      const some = await report(link, "GetReport", { componentVariable });
      if (some.length > 0 || !link.isOpen) return some;
      return report(link, "GetBaseReport", { reportBase: "FullInventory" });
    },
    take({ requestId, tbc, reportData }) {
      if (open === undefined || integerOf(requestId) !== open.requestId) return;
      const room = MAX_ENTRIES - open.entries.length;
      open.entries.push(...listOf(reportData, Math.min(MAX_ENTRIES_A_PART, room)).map(entryOf));
      open.heard(tbc !== true);
    },
  };
}

function entryOf(item: unknown): InventoryEntry {
  const { component, variable, variableAttribute, variableCharacteristics } = recordOf(item);
  const { valuesList, maxLimit } = recordOf(variableCharacteristics);
  const attributes = listOf(variableAttribute, MAX_ATTRIBUTES).map(recordOf);
  const actual = attributes.find(({ type }) => type === undefined || type === "Actual");
  return {
    component: textOf(recordOf(component).name) ?? "",
    variable: textOf(recordOf(variable).name) ?? "",
    instance: textOf(recordOf(variable).instance),
    value: longTextOf(actual?.value),
    isReadonly: actual?.mutability === "ReadOnly",
    values: longTextOf(valuesList),
    maxLimit: textOf(maxLimit),
  };
}
