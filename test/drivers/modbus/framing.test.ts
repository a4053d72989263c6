import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { crc16 } from "../../../drivers/modbus/crc16.ts";
import type { Framing } from "../../../drivers/modbus/framing.ts";
import { createMbapFraming } from "../../../drivers/modbus/mbap-framing.ts";
import { createRtuFraming } from "../../../drivers/modbus/rtu-framing.ts";
import { rtuFrame, tcpFrame } from "./support/fault-server.ts";

const REQUEST = rtuFrame(Buffer.from([1, 3, 0, 10, 0, 2]));
const ANSWER = Buffer.from([1, 3, 4, 0, 10, 0, 11]);

const bytes = fc.uint8Array({ maxLength: 600 }).map((array) => Buffer.from(array));
const cuts = fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 40 });

function pushInPieces(framing: Framing, all: Buffer, sizes: readonly number[]): Buffer[] {
  const frames: Buffer[] = [];
  let start = 0;
  for (const size of [...sizes, all.length]) {
    const chunk = all.subarray(start, start + size);
    start += chunk.length;
    if (chunk.length === 0) break;
    const received = framing.push(chunk);
    if (received.kind === "frame") frames.push(received.frame);
  }
  return frames;
}

describe("CRC of Modbus over serial line", () => {
  it("has the check value of CRC-16/MODBUS", () => {
    expect(crc16(Buffer.from("123456789"), 0, 9)).toBe(0x4b37);
  });
});

describe.each([
  ["Modbus TCP", createMbapFraming, () => tcpFrame(1, ANSWER)],
  ["RTU", createRtuFraming, () => rtuFrame(ANSWER)],
] as const)("framing of %s", (_, create, answer) => {
  it("finds the answer in any pieces", () => {
    fc.assert(
      fc.property(cuts, (sizes) => {
        const framing = create();
        framing.wrap(REQUEST);
        expect(pushInPieces(framing, answer(), sizes)).toEqual([rtuFrame(ANSWER)]);
      }),
    );
  });

  it("bears any bytes and hands out only frames with a correct CRC", () => {
    fc.assert(
      fc.property(bytes, cuts, (noise, sizes) => {
        const framing = create();
        framing.wrap(REQUEST);
        for (const frame of pushInPieces(framing, noise, sizes)) {
          expect(crc16(frame, 0, frame.length)).toBe(0);
        }
      }),
    );
  });

  it("hands out an answer once", () => {
    const framing = create();
    framing.wrap(REQUEST);
    framing.push(answer());
    expect(framing.push(answer()).kind).not.toBe("frame");
  });
});

describe("framing of RTU among noise", () => {
  it("finds the answer after any bytes that hold no answer themselves", () => {
    const noise = fc
      .uint8Array({ maxLength: 300 })
      .map((array) => Buffer.from(array))
      .filter((candidate) => {
        const framing = createRtuFraming();
        framing.wrap(REQUEST);
        return framing.push(candidate).kind === "nothing";
      });
    fc.assert(
      fc.property(noise, (before) => {
        const framing = createRtuFraming();
        framing.wrap(REQUEST);
        framing.push(before);
        expect(framing.push(rtuFrame(ANSWER))).toEqual({ kind: "frame", frame: rtuFrame(ANSWER) });
      }),
    );
  });
});

describe("framing of Modbus TCP over a long life", () => {
  it("runs through all transaction ids", () => {
    const framing = createMbapFraming();
    const seen = new Set<number>();
    for (let count = 0; count < 0x1_0000; count++) seen.add(framing.wrap(REQUEST).readUInt16BE(0));
    expect(seen.size).toBe(0x1_0000);
  });
});
