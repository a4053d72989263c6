import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createFrameGuard } from "../../src/telemetry/frame-guard.ts";

/** A packet with `length` bytes after its fixed header, as MQTT 3.1.1 section 2.2.3 encodes it. */
function packet(length: number): number[] {
  const header = [0x30];
  let rest = length;
  do {
    header.push((rest % 128) + (rest >= 128 ? 128 : 0));
    rest = Math.floor(rest / 128);
  } while (rest > 0);
  return [...header, ...new Array<number>(length).fill(0xff)];
}

describe("the frame guard", () => {
  it("accepts any row of small packets, however it is cut", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 300 })),
        fc.integer({ min: 1, max: 50 }),
        (lengths, cut) => {
          const guard = createFrameGuard(300);
          const bytes = lengths.flatMap(packet);
          for (let at = 0; at < bytes.length; at += cut) {
            expect(guard.accepts(Uint8Array.from(bytes.slice(at, at + cut)))).toBe(true);
          }
        },
      ),
    );
  });

  it.each([
    [127, 127],
    [128, 128],
    [16_383, 16_383],
    [16_384, 16_384],
  ])("accepts a packet of the largest size %i, and not one byte more", (length, largest) => {
    expect(createFrameGuard(largest).accepts(Uint8Array.from(packet(length)))).toBe(true);
    expect(createFrameGuard(largest).accepts(Uint8Array.from(packet(length + 1)))).toBe(false);
  });

  it("refuses as soon as the length is announced", () => {
    expect(createFrameGuard(65_536).accepts(Uint8Array.of(0x30, 0xff, 0xff, 0xff, 0x7f))).toBe(false);
  });

  it("refuses a length that never ends, and stays at that", () => {
    const guard = createFrameGuard(65_536);
    expect(guard.accepts(Uint8Array.of(0x30, 0x80, 0x80, 0x80, 0x80))).toBe(false);
    expect(guard.accepts(Uint8Array.of(0xd0, 0x00))).toBe(false);
  });

  it("never throws on any bytes", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array()), (chunks) => {
        const guard = createFrameGuard(100);
        for (const chunk of chunks) guard.accepts(chunk);
      }),
    );
  });
});
