import type { ChildProcess } from "node:child_process";
import type { Follower, LockstepClock } from "../../simulator/lockstep-clock.ts";
import { type ClockOrder, type ClockReply, clockReplySchema } from "../../src/cli/led-clock.ts";

export interface DaemonFollower {
  /** The daemon's wall clock jumps at the next step. */
  shiftWall(byMs: number): void;
  /** Time goes on without it from now on: it hangs. */
  leaveBehind(): void;
}

/** Lets a program that was started with `--clock-led` live by `clock`, until it ends. Its start takes no time at all. */
export function follow(child: ChildProcess, clock: LockstepClock): DaemonFollower {
  const startMs = clock.monotonicMs();
  let latest: ClockReply = { nextDueMs: 0, hasMoved: true };
  let wallShiftMs = 0;
  let answered = deferred();
  let isThere = true;

  child.on("message", (message) => {
    latest = clockReplySchema.parse(message);
    answered.resolve();
  });
  child.once("exit", leaveBehind);

  function leaveBehind(): void {
    isThere = false;
    leave();
    answered.resolve();
  }

  const follower: Follower = {
    get nextDueMs() {
      return latest.nextDueMs === null ? Number.POSITIVE_INFINITY : startMs + latest.nextDueMs;
    },
    async advance(untilMs) {
      // The answer to the order before, or the first sign of life.
      await answered.promise;
      if (!isThere) return false;
      answered = deferred();
      const order: ClockOrder = { untilMs: untilMs - startMs, wallShiftMs };
      wallShiftMs = 0;
      // An ended program has no channel; its exit answers.
      child.send(order, () => undefined);
      await answered.promise;
      return isThere && latest.hasMoved;
    },
  };
  const leave = clock.take(follower);
  return {
    shiftWall(byMs) {
      wallShiftMs += byMs;
    },
    leaveBehind,
  };
}

function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
