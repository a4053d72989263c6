import type { Clock } from "../../src/ports/clock.ts";
import { isUnitAway } from "./bus-fault.ts";
import { type BusOutcome, failed, type ReadRequest } from "./bus-request.ts";

/** Requests in a row without an answer of the unit itself, after which it counts as away. */
const MOST_FAILURES = 3;
const FIRST_REST_MS = 2_000;
const LONGEST_REST_MS = 10_000;
/** While no other unit answers there is nobody to spare the line for, ms. */
const OTHERS_HEARD_MS = 60_000;

/** Units that are away, each of whose requests costs those that share the line a timeout: asleep at night, or unplugged. */
export interface AbsentUnits {
  /** Asks by `submit`: a unit that is away seldom, which is a timeout meanwhile, and behind those that answer. */
  ask(request: ReadRequest, submit: (request: ReadRequest) => Promise<BusOutcome>): Promise<BusOutcome>;
  judge(unit: number, outcome: BusOutcome): void;
}

interface Absence {
  readonly failures: number;
  readonly sinceMs: number;
}

export function createAbsentUnits(clock: Clock): AbsentUnits {
  const absences = new Map<number, Absence>();
  const heardMs = new Map<number, number>();

  function isAlone(unit: number): boolean {
    const nowMs = clock.monotonicMs();
    return ![...heardMs].some(([other, atMs]) => other !== unit && nowMs - atMs < OTHERS_HEARD_MS);
  }

  function absence(unit: number): Absence | undefined {
    const known = absences.get(unit);
    return known === undefined || known.failures < MOST_FAILURES || isAlone(unit) ? undefined : known;
  }

  function restMs({ failures, sinceMs }: Absence): number {
    const fullMs = Math.min(LONGEST_REST_MS, FIRST_REST_MS * 2 ** (failures - MOST_FAILURES));
    return sinceMs + fullMs - clock.monotonicMs();
  }

  return {
    ask(request, submit) {
      const { unit } = request;
      const known = absence(unit);
      if (known === undefined) return submit(request);
      const restS = Math.ceil(restMs(known) / 1_000);
      if (restS <= 0) return submit({ ...request, isBackground: true });
      const detail = `unit ${unit} does not answer: asked again in ${restS} s`;
      return Promise.resolve(failed({ kind: "timeout", detail }));
    },
    judge(unit, outcome) {
      const nowMs = clock.monotonicMs();
      const isSilent = !outcome.ok && (outcome.fault.kind === "timeout" || isUnitAway(outcome.fault));
      if (isSilent) absences.set(unit, { failures: (absences.get(unit)?.failures ?? 0) + 1, sinceMs: nowMs });
      else absences.delete(unit);
      if (!isSilent) heardMs.set(unit, nowMs);
    },
  };
}
