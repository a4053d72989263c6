import { once } from "node:events";
import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { eventually } from "../../support/eventually.ts";
import {
  busTo,
  busWithDevice,
  closedAfterTest,
  faultOf,
  readAt,
  registersAt,
  TIMEOUT_MS,
} from "./support/bus-under-test.ts";
import {
  answerTcp,
  exceptionBody,
  readBody,
  sendInTurns,
  startFaultServer,
  tcpFrame,
  type WireRequest,
} from "./support/fault-server.ts";

/** Answers each request right, but for the first. */
function wrongOnce(answer: (request: WireRequest) => void) {
  return (request: WireRequest) => (request.index === 0 ? answer(request) : answerTcp(request));
}

/** Function 43, MEI type 14: one object of the basic category, and more to be asked for. */
function unfinishedIdentification(unit: number): Buffer {
  return Buffer.from([unit, 43, 14, 1, 1, 0xff, 1, 1, 0, 2, 0x48, 0x45]);
}

describe("a bus over Modbus TCP", () => {
  it("gives 300 parallel callers their own registers", async () => {
    const { bus } = await busWithDevice("tcp", answerTcp);
    const addresses = Array.from({ length: 300 }, (_, index) => 10 * index);
    const outcomes = await Promise.all(addresses.map((address) => readAt(bus, address, 3)));
    expect(outcomes).toEqual(addresses.map((address) => registersAt(address, 3)));
  });

  it("asks each unit that its caller named", async () => {
    const { bus } = await busWithDevice("tcp", (request) =>
      request.socket.write(tcpFrame(request.transaction, readBody(request, [request.unit]))),
    );
    const outcomes = await Promise.all([1, 2, 3].map((unit) => readAt(bus, 0, 1, unit)));
    expect(outcomes).toEqual([1, 2, 3].map((unit) => ({ ok: true, registers: [unit] })));
  });

  it("reads input registers with function 4 and up to 125 registers", async () => {
    const { bus, server } = await busWithDevice("tcp", answerTcp);
    const outcome = await bus.read({ unit: 1, functionCode: 4, address: 100, count: 125 });
    expect(outcome).toEqual(registersAt(100, 125));
    expect(server.requests[0]?.functionCode).toBe(4);
  });

  it("has one request in flight and sends waiting writes before waiting reads", async () => {
    const held: WireRequest[] = [];
    const { bus } = await busWithDevice("tcp", (request) => held.push(request));
    const reads = [readAt(bus, 1), readAt(bus, 2)];
    await eventually(() => held.length === 1);
    const write = bus.write({ unit: 1, functionCode: 6, address: 9, values: [7] });
    for (let count = 1; count <= 3; count++) {
      await eventually(() => held.length === count);
      const request = held[count - 1]!;
      if (request.functionCode === 6) request.socket.write(request.bytes);
      else answerTcp(request);
    }
    expect(await write).toEqual({ ok: true, registers: [] });
    expect(await Promise.all(reads)).toEqual([registersAt(1), registersAt(2)]);
    expect(held.map(({ address }) => address)).toEqual([1, 9, 2]);
  });

  it.each([
    ["no register", { unit: 1, functionCode: 3, address: 0, count: 0 }],
    ["126 registers", { unit: 1, functionCode: 3, address: 0, count: 126 }],
    ["half a register", { unit: 1, functionCode: 3, address: 0, count: 1.5 }],
    ["registers past the last", { unit: 1, functionCode: 3, address: 65_535, count: 2 }],
    ["a unit that cannot be", { unit: 256, functionCode: 3, address: 0, count: 1 }],
  ] as const)("refuses to ask for %s", async (_, request) => {
    const { bus, server } = await busWithDevice("tcp", answerTcp);
    expect(await bus.read(request)).toMatchObject(faultOf("usage"));
    expect(server.requests).toEqual([]);
  });

  it.each([
    ["two values by function 6", { unit: 1, functionCode: 6, address: 0, values: [1, 2] }],
    ["more than 16 bits", { unit: 1, functionCode: 16, address: 0, values: [1, 65_536] }],
    ["124 values", { unit: 1, functionCode: 16, address: 0, values: Array(124).fill(1) }],
  ] as const)("refuses to write %s", async (_, request) => {
    const { bus } = await busWithDevice("tcp", answerTcp);
    expect(await bus.write(request)).toMatchObject(faultOf("usage"));
  });

  it("writes several values and finds a confirmation of something else", async () => {
    const { bus, server } = await busWithDevice("tcp", ({ index, transaction, bytes, socket }) => {
      const body = Buffer.from(bytes.subarray(6, 12));
      if (index === 1) body.writeUInt16BE(99, 2);
      socket.write(tcpFrame(transaction, body));
    });
    const request = { unit: 1, functionCode: 16, address: 5, values: [1, 2, 3] } as const;
    expect(await bus.write(request)).toMatchObject({ ok: true });
    expect(server.requests[0]?.bytes.subarray(12)).toEqual(Buffer.from([6, 0, 1, 0, 2, 0, 3]));
    expect(await bus.write(request)).toMatchObject(faultOf("protocol"));
    expect(await bus.write({ unit: 1, functionCode: 6, address: 5, values: [4] })).toMatchObject({
      ok: true,
    });
  });

  it.each([1, 2, 3, 4, 5, 6, 8, 10, 11, 99])("hands on exception %i and stays connected", async (code) => {
    const { bus, clock, server } = await busWithDevice(
      "tcp",
      wrongOnce((request) =>
        request.socket.write(tcpFrame(request.transaction, exceptionBody(request, code))),
      ),
    );
    expect(await readAt(bus, 0)).toMatchObject({ ok: false, fault: { kind: "exception", code } });
    const next = readAt(bus, 8);
    await clock.advance(1_000);
    expect(await next).toEqual(registersAt(8));
    expect(server.sockets).toHaveLength(1);
  });

  it("leaves a busy device alone for a second, then asks less often, and recovers its pace", async () => {
    const { bus, clock, server } = await busWithDevice("tcp", (request) => {
      if (request.index > 1) answerTcp(request);
      else request.socket.write(tcpFrame(request.transaction, exceptionBody(request, 6)));
    });
    expect(await readAt(bus, 0)).toMatchObject({ ok: false, fault: { code: 6 } });
    const second = readAt(bus, 1);
    await clock.advance(999);
    expect(server.requests).toHaveLength(1);
    await clock.advance(1);
    expect(await second).toMatchObject({ ok: false, fault: { code: 6 } });
    const third = readAt(bus, 2);
    await clock.advance(1_999);
    expect(server.requests).toHaveLength(2);
    await clock.advance(1);
    expect(await third).toEqual(registersAt(2));
    const fourth = readAt(bus, 3);
    await clock.advance(195);
    expect(server.requests).toHaveLength(3);
    await clock.advance(1);
    expect(await fourth).toEqual(registersAt(3));
  });

  it("finds no answer in one whose transaction id is always 0, and says so", async () => {
    const { bus, clock, server } = await busWithDevice("tcp", (request) =>
      request.socket.write(tcpFrame(0, readBody(request))),
    );
    const read = readAt(bus, 1);
    await eventually(() => server.requests.length === 1);
    await clock.advance(TIMEOUT_MS);
    expect(await read).toMatchObject(faultOf("timeout"));
  });

  it("puts an answer together that comes byte by byte", async () => {
    const { bus } = await busWithDevice("tcp", (request) => {
      const bytes = [...tcpFrame(request.transaction, readBody(request))];
      void sendInTurns(
        request,
        bytes.map((byte) => Buffer.from([byte])),
      );
    });
    expect(await readAt(bus, 70)).toEqual(registersAt(70));
    expect(await readAt(bus, 80)).toEqual(registersAt(80));
  });

  it.each<[string, (request: WireRequest) => Buffer]>([
    ["byte count 0", (request) => readBody(request, [1, 2], 0)],
    ["a byte count that is too large", (request) => readBody(request, [1, 2], 6)],
    ["too few registers", (request) => readBody(request, [1])],
    ["too many registers", (request) => readBody(request, [1, 2, 3])],
    ["another unit", (request) => readBody({ ...request, unit: 2 })],
    ["another function", (request) => readBody({ ...request, functionCode: 4 })],
    ["a device identification of which more would follow", ({ unit }) => unfinishedIdentification(unit)],
  ])("refuses an answer with %s and reads on over a new connection", async (_, body) => {
    const { bus, server } = await busWithDevice("tcp", (request) => {
      if (request.index === 1) request.socket.write(tcpFrame(request.transaction, body(request)));
      else answerTcp(request);
    });
    expect(await readAt(bus, 1)).toEqual(registersAt(1));
    expect(await readAt(bus, 2)).toMatchObject(faultOf("protocol"));
    expect(await readAt(bus, 3)).toEqual(registersAt(3));
    expect(server.sockets).toHaveLength(2);
  });

  it.each([
    ["zeros", Buffer.alloc(8)],
    ["a line of text", Buffer.from("login: \r\n")],
    ["an endless frame", Buffer.from([0, 1, 0, 0, 255, 255])],
  ])("heals a stream that is out of step by %s, at once after good answers", async (_, garbage) => {
    const { bus, server } = await busWithDevice("tcp", (request) => {
      if (request.index === 1) request.socket.write(garbage);
      else answerTcp(request);
    });
    expect(await readAt(bus, 1)).toEqual(registersAt(1));
    expect(await readAt(bus, 2)).toMatchObject(faultOf("closed"));
    expect(await readAt(bus, 3)).toEqual(registersAt(3));
    expect(server.sockets).toHaveLength(2);
  });

  it("serves the others when the code that waited for one answer throws", async () => {
    const { bus } = await busWithDevice("tcp", answerTcp);
    const thrown = readAt(bus, 1).then(() => {
      throw new Error("no such channel");
    });
    const others = Promise.all([readAt(bus, 2), readAt(bus, 3)]);
    await expect(thrown).rejects.toThrow("no such channel");
    expect(await others).toEqual([registersAt(2), registersAt(3)]);
    expect(await readAt(bus, 4)).toEqual(registersAt(4));
  });

  it("ignores answers with another transaction id and duplicates", async () => {
    const { bus } = await busWithDevice("tcp", (request) => {
      const body = readBody(request, [666, 666]);
      request.socket.write(tcpFrame(request.transaction + 1, body));
      answerTcp(request);
      request.socket.write(tcpFrame(request.transaction, body));
    });
    for (const address of [10, 20, 30]) expect(await readAt(bus, address)).toEqual(registersAt(address));
  });

  it("times out, and never takes the late answer for that of the next request", async () => {
    const held: WireRequest[] = [];
    const { bus, clock, server } = await busWithDevice("tcp", (request) => {
      if (request.index === 0) held.push(request);
      else {
        answerTcp(held[0]!);
        answerTcp(request);
      }
    });
    const late = readAt(bus, 100);
    await eventually(() => held.length === 1);
    await clock.advance(TIMEOUT_MS);
    expect(await late).toMatchObject(faultOf("timeout"));
    expect(await readAt(bus, 200)).toEqual(registersAt(200));
    expect(server.sockets).toHaveLength(1);
  });

  it("makes a new connection after three timeouts in a row, and one answer in between starts the count again", async () => {
    const silent = new Set([0, 1, 3, 4, 5]);
    const { bus, clock, server } = await busWithDevice("tcp", (request) => {
      if (!silent.has(request.index)) answerTcp(request);
    });
    for (let index = 0; index <= 5; index++) {
      const reading = readAt(bus, index);
      await eventually(() => server.requests.length === index + 1);
      if (silent.has(index)) await clock.advance(TIMEOUT_MS);
      expect(await reading).toMatchObject(silent.has(index) ? faultOf("timeout") : { ok: true });
      if (index < 5) expect(server.sockets).toHaveLength(1);
    }
    expect(await readAt(bus, 6)).toEqual(registersAt(6));
    expect(server.sockets).toHaveLength(2);
  });

  it("never takes an answer on an old connection for one on the new connection", async () => {
    const { bus, server } = await busWithDevice("tcp", (request) => {
      if (request.index === 1) request.socket.write(Buffer.alloc(8));
      if (request.index === 1) return;
      const old = server.sockets[0]!;
      if (request.index === 2) old.write(tcpFrame(request.transaction, readBody(request, [11, 11])));
      answerTcp(request);
    });
    await readAt(bus, 1);
    await readAt(bus, 2);
    expect(await readAt(bus, 22)).toEqual(registersAt(22));
    await eventually(() => server.sockets[0]!.destroyed);
  });

  it.each([
    ["closes", (request: WireRequest) => request.socket.end()],
    ["resets", (request: WireRequest) => request.socket.resetAndDestroy()],
    ["half-closes", (request: WireRequest) => request.socket.end()],
  ])("settles a request at once when the device %s the connection", async (how, act) => {
    const server = closedAfterTest(
      await startFaultServer("tcp", wrongOnce(act), { allowHalfOpen: how === "half-closes" }),
    );
    const { bus, clock } = busTo("tcp", server.port);
    expect(await readAt(bus, 1)).toMatchObject(faultOf("closed"));
    expect(await readAt(bus, 1)).toMatchObject(faultOf("closed"));
    await clock.advance(1_000);
    expect(await readAt(bus, 1)).toEqual(registersAt(1));
  });

  it("fails at once while the device is away, and finds it again by itself", async () => {
    const first = await startFaultServer("tcp", answerTcp);
    const { port } = first;
    const { bus, clock } = busTo("tcp", port);
    expect(await readAt(bus, 1)).toEqual(registersAt(1));
    await first.close();
    await eventually(async () => (await readAt(bus, 2)).ok === false);
    await clock.advance(1_000);
    expect(await readAt(bus, 2)).toMatchObject(faultOf("closed"));
    const second = closedAfterTest(await startFaultServer("tcp", answerTcp, { port }));
    await eventually(async () => {
      await clock.advance(30_000);
      return (await readAt(bus, 3)).ok;
    });
    expect(second.sockets).toHaveLength(1);
  });

  it("answers closed to whoever waits for a connection that is refused, and closes cleanly after it", async () => {
    const server = await startFaultServer("tcp", answerTcp);
    await server.close();
    const { bus, clock } = busTo("tcp", server.port);
    const outcomes = await Promise.all([readAt(bus, 1), readAt(bus, 2)]);
    for (const outcome of outcomes) expect(outcome).toMatchObject(faultOf("closed"));
    await bus.close();
    expect(clock.pendingTimers).toBe(0);
  });

  it("keeps silent for the configured time after connecting and between requests", async () => {
    const { bus, clock, server } = await busWithDevice("tcp", answerTcp, {
      gapMs: 50,
      connectDelayMs: 1_000,
    });
    const reads = [readAt(bus, 1), readAt(bus, 2)];
    await eventually(() => server.sockets.length === 1);
    await eventually(() => clock.pendingTimers === 1);
    await clock.advance(999);
    expect(server.requests).toHaveLength(0);
    await clock.advance(1);
    expect(await reads[0]).toEqual(registersAt(1));
    await clock.advance(49);
    expect(server.requests).toHaveLength(1);
    await clock.advance(1);
    expect(await reads[1]).toEqual(registersAt(2));
  });

  it("settles everything that waits when it is closed, and answers closed afterwards", async () => {
    const { bus, server, clock } = await busWithDevice("tcp", () => {});
    const waiting = [readAt(bus, 1), readAt(bus, 2)];
    await eventually(() => server.requests.length === 1);
    await bus.close();
    for (const outcome of await Promise.all(waiting)) expect(outcome).toMatchObject(faultOf("closed"));
    expect(await readAt(bus, 3)).toMatchObject(faultOf("closed"));
    await eventually(() => server.sockets[0]!.destroyed);
    expect(clock.pendingTimers).toBe(0);
  });

  it("does not connect before the first request", async () => {
    const { bus, server, clock } = await busWithDevice("tcp", answerTcp);
    await clock.advance(60_000);
    expect(server.sockets).toEqual([]);
    await readAt(bus, 0);
    expect(server.sockets).toHaveLength(1);
  });

  it("is connected again by the next request when the device closed a connection that nobody used", async () => {
    const lines: string[] = [];
    const log = pino({ base: null }, { write: (line: string) => lines.push(line) });
    const { bus, server, clock } = await busWithDevice("tcp", answerTcp, { log });
    for (let round = 0; round < 3; round++) {
      expect(await readAt(bus, round)).toEqual(registersAt(round));
      for (const connections of [2 * round + 1, 2 * round + 2]) {
        await eventually(() => server.sockets.length === connections);
        const closed = once(server.sockets.at(-1)!, "close");
        server.sockets.at(-1)!.end();
        await closed;
      }
      await clock.advance(300_000);
    }
    expect(server.sockets).toHaveLength(6);
    expect(lines).toEqual([]);
  });

  it("refuses more than it can queue", async () => {
    const { bus } = await busWithDevice("tcp", () => {});
    const outcomes: unknown[] = [];
    for (let index = 0; index < 600; index++)
      void readAt(bus, index).then((outcome) => outcomes.push(outcome));
    await eventually(() => outcomes.length > 0);
    expect(outcomes.length).toBeLessThan(100);
    expect(outcomes[0]).toMatchObject(faultOf("usage"));
  });

  it("tells the loss of the device once and its return once", async () => {
    const lines: string[] = [];
    const log = pino({ base: null }, { write: (line: string) => lines.push(JSON.parse(line).msg) });
    const first = await startFaultServer("tcp", answerTcp);
    const { bus, clock } = busTo("tcp", first.port, { log });
    await readAt(bus, 1);
    await first.close();
    await eventually(async () => {
      await clock.advance(60_000);
      return lines.length === 1;
    });
    for (let attempt = 0; attempt < 5; attempt++) await clock.advance(60_000);
    closedAfterTest(await startFaultServer("tcp", answerTcp, { port: first.port }));
    await eventually(async () => {
      await clock.advance(60_000);
      return (await readAt(bus, 1)).ok;
    });
    expect(lines).toEqual(["modbus device unreachable", "modbus device answers again"]);
  });

  it("survives a device that kills two of three connections, without one wrong value", async () => {
    const { bus, clock } = await busWithDevice("tcp", (request) => {
      if (request.index % 3 === 0) answerTcp(request);
      else if (request.index % 3 === 1) request.socket.resetAndDestroy();
      else request.socket.end(Buffer.from([0, 1, 0]));
    });
    let right = 0;
    for (let address = 0; address < 150; address++) {
      const outcome = await readAt(bus, address);
      if (outcome.ok) {
        expect(outcome).toEqual(registersAt(address));
        right += 1;
      } else {
        expect(outcome.fault.kind).toBe("closed");
        await clock.advance(1_000);
      }
    }
    expect(right).toBeGreaterThanOrEqual(40);
    expect(clock.pendingTimers).toBeLessThanOrEqual(1);
  });
});
