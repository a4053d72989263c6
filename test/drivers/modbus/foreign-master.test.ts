import { describe, expect, it } from "vitest";
import { findLineFrame } from "../../../drivers/modbus/line-frames.ts";
import { eventually } from "../../support/eventually.ts";
import { busWithDevice, faultOf, readAt, registersAt, TIMEOUT_MS } from "./support/bus-under-test.ts";
import { answerRtu, readBody, rtuFrame, type WireRequest } from "./support/fault-server.ts";

/** Another master's question to the same unit, as long as ours, and the answer to it. */
const FOREIGN_QUESTION = rtuFrame(Buffer.from([1, 3, 2, 154, 0, 2]));
const foreignAnswer = (request: WireRequest) => rtuFrame(readBody({ ...request, address: 666 }));

/** Lets what was written arrive. */
async function sent({ socket }: WireRequest, ...chunks: readonly Buffer[]): Promise<void> {
  for (const chunk of chunks) {
    await new Promise((resolve) => socket.write(chunk, resolve));
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
  }
}

describe("another master on an RTU line, who asks the same unit for as many registers", () => {
  it("is never believed when its question was heard after ours", async () => {
    const { bus, clock, server } = await busWithDevice("rtu", (request) => {
      if (request.index > 0) answerRtu(request);
      else void sent(request, FOREIGN_QUESTION, foreignAnswer(request), rtuFrame(readBody(request)));
    });
    const contested = readAt(bus, 10);
    await eventually(() => server.requests.length === 1);
    await clock.advance(TIMEOUT_MS - 1);
    await clock.advance(1);
    expect(await contested).toMatchObject(faultOf("timeout"));
    const next = readAt(bus, 20);
    await eventually(async () => {
      await clock.advance(TIMEOUT_MS);
      return server.requests.length === 2;
    });
    await eventually(async () => {
      await clock.advance(TIMEOUT_MS);
      return (await Promise.race([next, "waiting"])) !== "waiting";
    });
    expect(await next).toEqual(registersAt(20));
  });

  it("is not talked into: a question that was heard is left its answer first", async () => {
    const { bus, clock, server } = await busWithDevice("rtu", answerRtu);
    expect(await readAt(bus, 1)).toEqual(registersAt(1));
    const [first] = server.requests;
    await sent(first!, FOREIGN_QUESTION);
    const waiting = readAt(bus, 2);
    await clock.advance(TIMEOUT_MS - 1);
    expect(server.requests).toHaveLength(1);
    await sent(first!, foreignAnswer(first!));
    await clock.advance(50);
    await eventually(() => server.requests.length === 2);
    await eventually(async () => {
      await clock.advance(TIMEOUT_MS);
      return (await Promise.race([waiting, "waiting"])) !== "waiting";
    });
    expect(await waiting).toEqual(registersAt(2));
  });

  it("whose questions a converter hides is not believed twice: an answer counts only when no second one comes", async () => {
    let isContested = false;
    const { bus, clock, server } = await busWithDevice("rtu", (request) => {
      if (isContested) void sent(request, foreignAnswer(request), rtuFrame(readBody(request)));
      else answerRtu(request);
    });
    expect(await readAt(bus, 1)).toEqual(registersAt(1));
    await sent(server.requests[0]!, foreignAnswer(server.requests[0]!));
    isContested = true;
    for (const address of [30, 40]) {
      const read = readAt(bus, address);
      const outcome = await settled(read, clock);
      expect(outcome).toMatchObject(faultOf("timeout"));
    }
    isContested = false;
    expect(await settled(readAt(bus, 50), clock)).toEqual(registersAt(50));
  });

  it("that never stops does not silence us for ever", async () => {
    const { bus, clock, server } = await busWithDevice("rtu", answerRtu);
    expect(await readAt(bus, 1)).toEqual(registersAt(1));
    const waiting = readAt(bus, 2);
    await eventually(async () => {
      await sent(server.requests[0]!, FOREIGN_QUESTION);
      await clock.advance(TIMEOUT_MS / 3);
      return server.requests.length === 2;
    });
    const outcome = await settled(waiting, clock);
    if (outcome.ok) expect(outcome).toEqual(registersAt(2));
    else expect(outcome).toMatchObject(faultOf("timeout"));
  });

  it("is forgotten ten minutes after it was last heard", async () => {
    const { bus, clock, server } = await busWithDevice("rtu", answerRtu);
    expect(await readAt(bus, 1)).toEqual(registersAt(1));
    await sent(server.requests[0]!, foreignAnswer(server.requests[0]!));
    await clock.advance(600_001);
    expect(await readAt(bus, 2)).toEqual(registersAt(2));
  });
});

async function settled<T>(promise: Promise<T>, clock: { advance(ms: number): Promise<void> }): Promise<T> {
  let outcome: { readonly value: T } | undefined;
  void promise.then((value) => {
    outcome = { value };
  });
  await eventually(async () => {
    await clock.advance(TIMEOUT_MS / 10);
    return outcome !== undefined;
  });
  return promise;
}

describe("a frame on the line", () => {
  const answer = rtuFrame(Buffer.from([1, 3, 4, 0, 1, 0, 2]));
  it.each<[string, Buffer, ReturnType<typeof findLineFrame>]>([
    ["a question", FOREIGN_QUESTION, { isRequest: true, end: 8 }],
    ["an answer", answer, { isRequest: false, end: 9 }],
    ["an exception", rtuFrame(Buffer.from([1, 0x83, 2])), { isRequest: false, end: 5 }],
    ["one register written", rtuFrame(Buffer.from([1, 6, 0, 1, 0, 2])), { isRequest: true, end: 8 }],
    ["several written", rtuFrame(Buffer.from([1, 16, 0, 1, 0, 1, 2, 0, 7])), { isRequest: true, end: 11 }],
    ["several confirmed", rtuFrame(Buffer.from([1, 16, 0, 1, 0, 1])), { isRequest: false, end: 8 }],
    ["an answer after noise", Buffer.concat([Buffer.from([0xff, 3]), answer]), { isRequest: false, end: 11 }],
    ["a part of an answer", answer.subarray(0, 7), undefined],
    ["an answer with a broken CRC", Buffer.concat([answer.subarray(0, 8), Buffer.from([0])]), undefined],
    ["a function that nobody uses", rtuFrame(Buffer.from([1, 43, 14, 1, 0, 0])), undefined],
    ["nothing", Buffer.alloc(0), undefined],
  ])("is found: %s", (_, bytes, frame) => {
    expect(findLineFrame(bytes)).toEqual(frame);
  });
});
