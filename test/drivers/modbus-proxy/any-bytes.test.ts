import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clientRequests } from "../../../drivers/modbus-proxy/proxy-frames.ts";

/** Bytes that pass for a request at first sight, so that what is behind the header is reached. */
const likely = fc
  .record({
    unit: fc.nat(255),
    functionCode: fc.constantFrom(1, 3, 4, 6, 16, 23, 131),
    data: fc.uint8Array({ maxLength: 251 }),
  })
  .map(({ unit, functionCode, data }) =>
    Buffer.from([0, 1, 0, 0, 0, data.length + 2, unit, functionCode, ...data]),
  );
const bytes = fc
  .array(
    fc.oneof(
      likely,
      fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array)),
    ),
    { maxLength: 6 },
  )
  .map((parts) => Buffer.concat(parts));

describe("whatever another program sends to the proxy", () => {
  it("is read within the bounds of Modbus, or refused", () => {
    fc.assert(
      fc.property(bytes, (all) => {
        for (const { asked } of clientRequests(all).requests) {
          if ("exception" in asked) continue;
          const count = "values" in asked ? asked.values.length : asked.count;
          expect(count).toBeGreaterThan(0);
          expect(count).toBeLessThanOrEqual("values" in asked ? 123 : 125);
          expect(asked.address + count).toBeLessThanOrEqual(0x1_0000);
        }
      }),
    );
  });

  it("means the same in one piece as in two", () => {
    fc.assert(
      fc.property(bytes, fc.nat(2_000), (all, cut) => {
        const whole = clientRequests(all);
        const first = clientRequests(all.subarray(0, cut));
        const rest = clientRequests(Buffer.concat([first.rest, all.subarray(cut)]));
        if (whole.isGarbage || first.isGarbage || rest.isGarbage) return;
        expect([...first.requests, ...rest.requests]).toEqual(whole.requests);
      }),
    );
  });
});
