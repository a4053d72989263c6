import type { NamedBoxReport, TickReport } from "../core/tick-report.ts";
import { LEAST_SHORTFALL_WH } from "./conditions.ts";

/** A deadline that came while the car was not ready. */
export interface MissedDeadline {
  readonly wallbox: string;
  /** As people read it. */
  readonly deadline: string;
  readonly missingWh: number;
}

interface Due extends MissedDeadline {
  readonly wallMs: number;
}

/** Notices deadlines as they pass: the plan itself only ever looks ahead. */
export interface DeadlineWatch {
  missed(report: TickReport): readonly MissedDeadline[];
}

export function createDeadlineWatch(): DeadlineWatch {
  let due: readonly Due[] = [];
  return {
    missed(report) {
      const passed = due.filter(({ wallMs, wallbox }) => report.wallMs >= wallMs && isThere(report, wallbox));
      due = report.wallboxes.flatMap(dueOf);
      return passed.map(({ wallMs: _past, ...missed }) => missed);
    },
  };
}

function dueOf({ name, plan, wallbox, wallMs }: NamedBoxReport): readonly Due[] {
  if (plan === undefined || wallbox.vehicle === "absent" || plan.missingWh < LEAST_SHORTFALL_WH) return [];
  if (plan.deadline.wallMs <= wallMs) return [];
  const { wallMs: deadlineMs, text } = plan.deadline;
  return [{ wallbox: name, deadline: text, missingWh: plan.missingWh, wallMs: deadlineMs }];
}

function isThere({ wallboxes }: TickReport, wallbox: string): boolean {
  return wallboxes.some((box) => box.name === wallbox && box.wallbox.vehicle !== "absent");
}
