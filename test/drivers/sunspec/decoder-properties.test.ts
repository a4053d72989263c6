import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ModbusBus } from "../../../drivers/modbus/modbus-bus.ts";
import { createSunspecSource } from "../../../drivers/sunspec/sunspec-source.ts";
import { createManualClock } from "../../support/manual-clock.ts";
import { silentLog } from "../../support/silent-log.ts";
import { END, MARKER } from "./support/device.ts";

const word = fc.oneof(
  fc.integer({ min: 0, max: 0xffff }),
  fc.constantFrom(0, 1, 0x7fff, 0x8000, 0xffff, 0xfffe, 0x7fc0),
);
const id = fc.oneof(
  fc.constantFrom(1, 101, 103, 111, 113, 124, 160, 201, 203, 211, 213, 701, 713, 802),
  fc.integer({ min: 0, max: 0xffff }),
);
const anyModel = fc
  .tuple(id, fc.array(word, { minLength: 1, maxLength: 160 }))
  .map(([modelId, body]) => [modelId, body.length, ...body]);
const anyMap = fc.array(anyModel, { maxLength: 8 }).map((models) => [...MARKER, ...models.flat(), ...END]);

/** A bus to a device that holds `registers` from 40000; nothing of it is a real connection. */
function busOver(registers: readonly number[]): ModbusBus {
  return {
    read({ address, count }) {
      const start = address - 40_000;
      const isInside = start >= 0 && start + count <= registers.length;
      if (isInside) return Promise.resolve({ ok: true, registers: registers.slice(start, start + count) });
      return Promise.resolve({ ok: false, fault: { kind: "exception", code: 2, detail: "" } });
    },
    write: () => Promise.resolve({ ok: true }),
    close: () => Promise.resolve(),
  };
}

describe("a SunSpec device with any contents", () => {
  it("yields a fault or finite channels in their bounds, and never throws", async () => {
    await fc.assert(
      fc.asyncProperty(anyMap, async (registers) => {
        const source = createSunspecSource(
          { name: "any", unit: 1, roles: ["grid", "pv", "battery"], gridSign: "import_positive" },
          { bus: busOver(registers), clock: createManualClock(), log: silentLog },
        );
        for (let count = 0; count < 2; count++) {
          const reading = await source.read();
          if (!reading.ok) continue;
          const { gridPhaseCurrentsA = [0, 0, 0], ...single } = reading.channels;
          for (const value of [...Object.values(single), ...gridPhaseCurrentsA]) {
            expect(Number.isFinite(value)).toBe(true);
          }
          expect(single.pvPowerW ?? 0).toBeGreaterThanOrEqual(0);
          expect(single.batterySocPct ?? 0).toBeGreaterThanOrEqual(0);
          expect(single.batterySocPct ?? 0).toBeLessThanOrEqual(100);
        }
      }),
      { numRuns: 300 },
    );
  });
});
