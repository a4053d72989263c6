import { describe, expect, it } from "vitest";
import { createEventGate } from "../../src/history/event-gate.ts";

const HOUR_MS = 3_600_000;

describe("the gate for events", () => {
  it("admits sixty of a kind in an hour, whatever the others do", () => {
    const gate = createEventGate();
    const admitted = (event: string, fromMs: number) =>
      Array.from({ length: 100 }, (_, index) => gate.admits(event, fromMs + index)).filter(Boolean).length;
    expect(admitted("wallbox_lost", 0)).toBe(60);
    expect(admitted("meter_lost", 100)).toBe(60);
    expect(gate.refused).toBe(80);
    expect(admitted("wallbox_lost", HOUR_MS - 100)).toBe(0);
    expect(admitted("wallbox_lost", HOUR_MS)).toBe(60);
  });

  it("opens a write each half minute", () => {
    const gate = createEventGate();
    expect([0, 29_999, 30_000, 59_999, 60_000].map((nowMs) => gate.opensWrite(nowMs))).toEqual([
      ...[true, false, true, false, true],
    ]);
  });
});
