import type { LocalInstant, PlanAdvice, SlotOutlook } from "../../src/core/planner/plan-advice.ts";

/** 19 March 2022, UTC. */
export function instant(text: string): LocalInstant {
  const [hours = 0, minutes = 0] = text.split(":").map(Number);
  return { wallMs: Date.UTC(2022, 2, 19, hours, minutes), text };
}

export const SLOT: SlotOutlook = {
  start: instant("02:00"),
  end: instant("04:00"),
  energyWh: 7_360,
  priceCtKwh: 8.24,
};

/** Two cheap hours from 02:00 on for 7.36 kWh by 07:00; `changes` replace whole members. */
export function sampleAdvice(changes: Partial<PlanAdvice> = {}): PlanAdvice {
  return {
    kind: "cheapest",
    stance: "wait",
    slots: [SLOT],
    nextSlot: SLOT,
    deadline: instant("07:00"),
    latestStart: instant("04:55"),
    pricesUntil: undefined,
    costCt: 60.6,
    sunWh: 0,
    missingWh: 7_360,
    shortfallWh: 0,
    ...changes,
  };
}
