import { describe, expect, it } from "vitest";
import { eventually } from "../../support/eventually.ts";
import { busWithDevice, faultOf, readAt, registersAt, TIMEOUT_MS } from "./support/bus-under-test.ts";
import { answerTcp, exceptionBody, tcpFrame, type WireRequest } from "./support/fault-server.ts";

function nobody(): void {}

function saidToBeAway(request: WireRequest): void {
  request.socket.write(tcpFrame(request.transaction, exceptionBody(request, 11)));
}

/** A gateway with unit 1, which answers; those above it are silent, or said to be away, until `wake`. */
async function gateway(absent: (request: WireRequest) => void = nobody) {
  let isAwake = false;
  const { bus, clock, server } = await busWithDevice("tcp", (request) => {
    if (request.unit === 1 || isAwake) answerTcp(request);
    else absent(request);
  });
  const asked = (unit: number) => server.requests.filter((request) => request.unit === unit).length;

  /** Reads once; only where nobody will answer, the time of a request passes. */
  async function read(unit: number) {
    const before = asked(unit);
    const outcome = readAt(bus, unit, 2, unit);
    if (unit === 1 || isAwake || absent !== nobody) return outcome;
    let isDone = false;
    void outcome.then(() => {
      isDone = true;
    });
    await eventually(() => isDone || asked(unit) > before);
    if (!isDone) await clock.advance(TIMEOUT_MS);
    return outcome;
  }

  return { bus, clock, asked, read, wake: () => (isAwake = true) };
}

describe("a unit that is away while others on its line answer", () => {
  it.each<[string, (request: WireRequest) => void]>([
    ["is silent", nobody],
    ["is told to be away by the gateway", saidToBeAway],
  ])("is asked less and less often when it %s, every ten seconds at least", async (_, absent) => {
    const { clock, asked, read } = await gateway(absent);
    for (let count = 0; count < 3; count++) {
      await read(1);
      expect((await read(2)).ok).toBe(false);
    }
    for (const restMs of [2_000, 4_000, 8_000, 10_000, 10_000]) {
      const before = asked(2);
      await clock.advance(restMs - 1);
      await read(1);
      expect(await read(2)).toMatchObject(faultOf("timeout"));
      expect(asked(2)).toBe(before);
      await clock.advance(1);
      await read(2);
      expect(asked(2)).toBe(before + 1);
    }
  });

  it("is asked as ever once it answers again", async () => {
    const { clock, read, wake } = await gateway();
    await read(1);
    for (let count = 0; count < 3; count++) await read(2);
    wake();
    await clock.advance(2_000);
    for (let count = 0; count < 2; count++) expect(await read(2)).toEqual(registersAt(2));
  });

  it("waits behind those that answer", async () => {
    const { bus, clock, read, asked } = await gateway();
    await read(1);
    for (let count = 0; count < 3; count++) await read(2);
    await clock.advance(2_000);
    const outcomes = [readAt(bus, 5), readAt(bus, 2, 2, 2), readAt(bus, 6), readAt(bus, 7)];
    await eventually(() => asked(2) === 4);
    expect(await Promise.all([outcomes[0], outcomes[2], outcomes[3]])).toMatchObject(
      Array(3).fill({ ok: true }),
    );
    expect(asked(1)).toBe(4);
  });

  it("is asked each time while it is alone, or the others were not heard for a minute", async () => {
    const { clock, read, asked } = await gateway(saidToBeAway);
    for (let count = 0; count < 5; count++) await read(2);
    expect(asked(2)).toBe(5);
    await read(1);
    await read(2);
    expect(asked(2)).toBe(5);
    await clock.advance(60_000);
    for (let count = 0; count < 5; count++) await read(2);
    expect(asked(2)).toBe(10);
  });
});
