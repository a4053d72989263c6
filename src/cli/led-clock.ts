import { z } from "zod";
import { createLockstepClock } from "../../simulator/lockstep-clock.ts";
import type { Clock } from "../ports/clock.ts";
import { EXIT } from "../service/exit-codes.ts";

const orderSchema = z.object({ untilMs: z.number(), wallShiftMs: z.number() });

/** What the process that leads a clock sends: how far time goes on from the start, and by how much wall time jumps. */
export type ClockOrder = z.infer<typeof orderSchema>;

export const clockReplySchema = z.object({
  /** When the next timer is due; null without one. */
  nextDueMs: z.number().nullable(),
  hasMoved: z.boolean(),
});

/** What it gets back when this process is there and whenever it has come to rest. */
export type ClockReply = z.infer<typeof clockReplySchema>;

/**
 * A clock that stands still until the parent process lets it go on, over Node's IPC channel: a bench and the program on
 * it then share one time, however slow the machine is. Undefined without such a parent. The process ends with it.
 */
export function createLedClock(startWallMs: number): Clock | undefined {
  if (process.send === undefined || !Number.isFinite(startWallMs)) return undefined;
  const clock = createLockstepClock({ startWallMs, speed: undefined });

  function reply(): void {
    const { nextDueMs, hasMoved } = clock;
    const answer: ClockReply = { nextDueMs: Number.isFinite(nextDueMs) ? nextDueMs : null, hasMoved };
    process.send?.(answer);
  }

  process.on("message", (message) => {
    const order = orderSchema.parse(message);
    if (order.wallShiftMs !== 0) clock.shiftWall(order.wallShiftMs);
    void clock.run(order.untilMs).then(reply);
  });
  process.once("disconnect", () => process.exit(EXIT.failure));
  reply();
  return clock;
}
