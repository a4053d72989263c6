import type { Logger } from "pino";
import type { Clock } from "../ports/clock.ts";
import type { ApplyResult, CurrentCommand, Wallbox } from "../ports/wallbox.ts";

/**
 * A change that the box has not confirmed for this long no longer holds up control, ms: a box that refuses or defers
 * it draws what it draws, and the readings tell.
 */
const LONGEST_WAY_MS = 30_000;

/** Hands each pass's set point to the wallbox and knows when the last change reached it. */
export interface SetpointWriter {
  /** Never waits: the answer of the box shows in a later pass. */
  write(command: CurrentCommand): void;
  /** The box is away or unread: what it holds is not known any more. */
  forget(): void;
  /** When the box last took a changed set point, ms; now, while a change is on its way. */
  lastWriteMs(): number | undefined;
}

export function createSetpointWriter(deps: {
  readonly wallbox: Wallbox;
  readonly clock: Clock;
  readonly log: Logger;
}): SetpointWriter {
  const { wallbox, clock, log } = deps;
  let newest: CurrentCommand | undefined;
  let isAwaiting = false;
  let sentMs: number | undefined;
  let confirmedMs: number | undefined;
  /** Nothing was told to the box before the newest command: it may hold that already. */
  let isFirst = true;
  let failure: string | undefined;

  function take(command: CurrentCommand, result: ApplyResult): void {
    noteFailure(result);
    if (command !== newest) return;
    isAwaiting = false;
    const isHeld = result.kind === "written" || result.kind === "unchanged";
    if (!isHeld || sentMs === undefined) return;
    sentMs = undefined;
    if (!isFirst || result.kind === "written") confirmedMs = clock.monotonicMs();
    isFirst = false;
  }

  /** One line when writing begins to fail, one when it works again. */
  function noteFailure(result: ApplyResult): void {
    const next = result.kind === "failed" ? result.fault.kind : undefined;
    if (result.kind === "deferred" || next === failure) return;
    if (result.kind === "failed")
      log.warn({ wallbox: wallbox.name, fault: result.fault }, "set point not taken");
    else log.info({ wallbox: wallbox.name }, "set point taken again");
    failure = next;
  }

  /** What is asked for again stays as urgent as it was until the box holds it. */
  function isStillUrgent(): boolean {
    return sentMs !== undefined && newest?.isUrgent === true;
  }

  function send(command: CurrentCommand): void {
    newest = command;
    isAwaiting = true;
    void wallbox.apply(command).then((result) => take(command, result));
  }

  return {
    write(command) {
      if (newest?.currentA === command.currentA && newest.phases === command.phases) {
        if (!isAwaiting) send({ ...command, isUrgent: command.isUrgent || isStillUrgent() });
        return;
      }
      isFirst = newest === undefined;
      sentMs = clock.monotonicMs();
      send(command);
    },
    forget() {
      newest = undefined;
      sentMs = undefined;
      confirmedMs = undefined;
    },
    lastWriteMs() {
      return sentMs === undefined ? confirmedMs : Math.min(clock.monotonicMs(), sentMs + LONGEST_WAY_MS);
    },
  };
}
