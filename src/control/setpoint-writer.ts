import type { Logger } from "pino";
import type { Clock } from "../ports/clock.ts";
import type { ApplyResult, CurrentCommand, Wallbox } from "../ports/wallbox.ts";

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
  let commandedA: number | undefined;
  let isOnItsWay = false;
  let confirmedMs: number | undefined;
  let isAwaiting = false;
  let failure: string | undefined;

  function take(command: CurrentCommand, result: ApplyResult): void {
    isAwaiting = false;
    noteFailure(result);
    const isHeld = result.kind === "written" || result.kind === "unchanged";
    if (!isHeld || command.currentA !== commandedA || !isOnItsWay) return;
    isOnItsWay = false;
    confirmedMs = clock.monotonicMs();
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

  return {
    write(command) {
      if (command.currentA !== commandedA) {
        isOnItsWay = commandedA !== undefined;
        commandedA = command.currentA;
      } else if (isAwaiting) return;
      isAwaiting = true;
      void wallbox.apply(command).then((result) => take(command, result));
    },
    forget() {
      commandedA = undefined;
      isOnItsWay = false;
      confirmedMs = undefined;
    },
    lastWriteMs() {
      return isOnItsWay ? clock.monotonicMs() : confirmedMs;
    },
  };
}
