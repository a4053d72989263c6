import { describe, expect, it } from "vitest";
import { eventually } from "../../support/eventually.ts";
import { busWithDevice, faultOf, readAt, registersAt, TIMEOUT_MS } from "./support/bus-under-test.ts";
import {
  answerRtu,
  exceptionBody,
  readBody,
  rtuFrame,
  sendInTurns,
  type WireRequest,
} from "./support/fault-server.ts";

const NOISE = Buffer.from([0xff, 0x01, 0x03, 0x00]);

describe("a bus over RTU", () => {
  it("sends RTU frames without a TCP header and reads 125 registers", async () => {
    const { bus, server } = await busWithDevice("rtu", answerRtu);
    expect(await readAt(bus, 300, 125)).toEqual(registersAt(300, 125));
    expect(server.requests[0]?.bytes.subarray(0, 6)).toEqual(Buffer.from([1, 3, 1, 44, 0, 125]));
  });

  it("hands on an exception and reads on", async () => {
    const { bus } = await busWithDevice("rtu", (request) => {
      if (request.index === 0) request.socket.write(rtuFrame(exceptionBody(request, 2)));
      else answerRtu(request);
    });
    expect(await readAt(bus, 0)).toMatchObject({ ok: false, fault: { kind: "exception", code: 2 } });
    expect(await readAt(bus, 5)).toEqual(registersAt(5));
  });

  it.each<[string, (request: WireRequest) => readonly Buffer[]]>([
    ["in single bytes", (request) => [...rtuFrame(readBody(request))].map((byte) => Buffer.from([byte]))],
    ["after noise", (request) => [NOISE, rtuFrame(readBody(request))]],
    ["after the echo of its request", (request) => [request.bytes, rtuFrame(readBody(request))]],
    [
      "after another unit's",
      (request) => [rtuFrame(readBody({ ...request, unit: 9 })), rtuFrame(readBody(request))],
    ],
    [
      "after one with a broken CRC",
      (request) => [
        Buffer.concat([readBody(request, [6, 6]), Buffer.from([1, 2])]),
        rtuFrame(readBody(request)),
      ],
    ],
    [
      "after one of another length",
      (request) => [
        rtuFrame(readBody(request, [6])),
        rtuFrame(readBody(request, [6, 6, 6])),
        rtuFrame(readBody(request)),
      ],
    ],
    [
      "after one whose byte count is 0",
      (request) => [rtuFrame(readBody(request, [6, 6], 0)), rtuFrame(readBody(request))],
    ],
    ["after more noise than any frame", (request) => [Buffer.alloc(5_000, 1), rtuFrame(readBody(request))]],
  ])("finds an answer that comes %s", async (_, chunks) => {
    const { bus } = await busWithDevice("rtu", (request) => void sendInTurns(request, chunks(request)));
    for (const address of [40, 50]) expect(await readAt(bus, address)).toEqual(registersAt(address));
  });

  it("tells the echo of a written register from its confirmation, once a read has shown that the line echoes", async () => {
    const { bus } = await busWithDevice("rtu", (request) => {
      request.socket.write(request.bytes);
      if (request.functionCode === 3) answerRtu(request);
      else if (request.address === 8) request.socket.write(rtuFrame(exceptionBody(request, 4)));
      else request.socket.write(request.bytes);
    });
    expect(await readAt(bus, 1)).toEqual(registersAt(1));
    const write = (address: number) => bus.write({ unit: 1, functionCode: 6, address, values: [1] });
    expect(await write(7)).toMatchObject({ ok: true });
    expect(await write(8)).toMatchObject({ ok: false, fault: { kind: "exception", code: 4 } });
  });

  it("writes several registers over a line that echoes", async () => {
    const { bus } = await busWithDevice("rtu", ({ bytes, socket }) => {
      socket.write(bytes);
      socket.write(rtuFrame(Buffer.from(bytes.subarray(0, 6))));
    });
    const request = { unit: 1, functionCode: 16, address: 5, values: [1, 2] } as const;
    expect(await bus.write(request)).toMatchObject({ ok: true });
  });

  it("never shifts: after a timeout it waits until the line is silent, and drops the late answer", async () => {
    const held: WireRequest[] = [];
    const { bus, clock, server } = await busWithDevice("rtu", (request) => {
      if (request.index === 0) held.push(request);
      else answerRtu(request);
    });
    const reads = [100, 200, 300, 400].map((address) => readAt(bus, address));
    await eventually(() => held.length === 1);
    await clock.advance(TIMEOUT_MS);
    expect(await reads[0]).toMatchObject(faultOf("timeout"));
    await clock.advance(80);
    const bytesBefore = server.sockets[0]!.bytesWritten;
    answerRtu(held[0]!);
    await eventually(() => server.sockets[0]!.bytesWritten > bytesBefore);
    await clock.advance(0);
    await clock.advance(TIMEOUT_MS - 81);
    expect(server.requests).toHaveLength(1);
    await eventually(async () => {
      await clock.advance(TIMEOUT_MS);
      return server.requests.length === 4;
    });
    expect(await Promise.all(reads.slice(1))).toEqual([200, 300, 400].map((address) => registersAt(address)));
  });

  it("gives concurrent callers of equal length their own registers", async () => {
    const { bus } = await busWithDevice("rtu", answerRtu);
    const outcomes = await Promise.all([100, 200, 300].map((address) => readAt(bus, address)));
    expect(outcomes).toEqual([100, 200, 300].map((address) => registersAt(address)));
  });

  it("reads on after a truncated answer", async () => {
    const { bus, clock, server } = await busWithDevice("rtu", (request) => {
      if (request.index === 0) request.socket.write(rtuFrame(readBody(request)).subarray(0, 6));
      else answerRtu(request);
    });
    const cut = readAt(bus, 1);
    const next = readAt(bus, 9);
    await eventually(() => server.requests.length === 1);
    await eventually(async () => {
      await clock.advance(TIMEOUT_MS);
      return server.requests.length === 2;
    });
    expect(await cut).toMatchObject(faultOf("timeout"));
    expect(await next).toEqual(registersAt(9));
  });

  it("opens a line anew that is never silent", async () => {
    const { bus, clock, server } = await busWithDevice("rtu", (request) => {
      if (server.sockets.length > 1) answerRtu(request);
    });
    const lost = readAt(bus, 1);
    const next = readAt(bus, 2);
    await eventually(() => server.requests.length === 1);
    await clock.advance(TIMEOUT_MS);
    expect(await lost).toMatchObject(faultOf("timeout"));
    await eventually(async () => {
      server.sockets[0]!.write(NOISE);
      await clock.advance(TIMEOUT_MS / 3);
      return server.sockets[0]!.destroyed;
    });
    expect(await next).toMatchObject(faultOf("closed"));
    await clock.advance(1_000);
    expect(await readAt(bus, 3)).toEqual(registersAt(3));
  });
});
