import { connect, type Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { createModbusServer } from "../../../simulator/modbus/modbus-server.ts";
import type { Respond } from "../../../simulator/modbus/pdu.ts";
import { acc32, f32, i16, i32, string, u16, u32 } from "../../../simulator/modbus/registers.ts";
import { eventually } from "../../support/eventually.ts";
import { busTo, closedAfterTest, faultOf, readAt, registersAt } from "./support/bus-under-test.ts";
import { ownAddresses, tcpFrame } from "./support/fault-server.ts";

async function startServer(respond: Respond) {
  const server = closedAfterTest(createModbusServer({ host: "127.0.0.1", port: 0, respond }));
  await server.plug();
  return server;
}

/** A raw client that collects what it receives. */
async function rawClient(port: number) {
  const state = { received: Buffer.alloc(0) as Buffer, isClosed: false };
  const socket: Socket = connect({ host: "127.0.0.1", port, noDelay: true });
  socket.on("data", (chunk) => {
    state.received = Buffer.concat([state.received, chunk]);
  });
  socket.on("error", () => {});
  socket.on("close", () => {
    state.isClosed = true;
  });
  await new Promise<void>((resolve) => socket.once("connect", resolve));
  closedAfterTest({
    close() {
      socket.destroy();
      return Promise.resolve();
    },
  });
  return { socket, state };
}

describe("the simulator's Modbus server", () => {
  it("answers many pipelined requests in order and counts them", async () => {
    const server = await startServer((request) => ownAddresses(request));
    const { socket, state } = await rawClient(server.address().port);
    const requests = Array.from({ length: 500 }, (_, index) =>
      tcpFrame(index, Buffer.from([1, 3, index >> 8, index & 0xff, 0, 1])),
    );
    socket.write(Buffer.concat(requests));
    await eventually(() => state.received.length === 500 * 11);
    for (let index = 0; index < 500; index++) {
      expect(state.received.readUInt16BE(11 * index)).toBe(index);
      expect(state.received.readUInt16BE(11 * index + 9)).toBe(index);
    }
    expect(server.requestsServed).toBe(500);
  });

  it("hands writes to the device, answers exceptions, and is silent where the device is", async () => {
    const written: unknown[] = [];
    const server = await startServer((request) => {
      if (request.unit === 9) return "silent";
      if (request.address === 500) return { exception: 2 };
      if (request.functionCode === 6 || request.functionCode === 16) written.push(request.values);
      return ownAddresses(request);
    });
    const { bus, clock } = busTo("tcp", server.address().port);
    expect(await bus.write({ unit: 1, functionCode: 6, address: 1, values: [7] })).toMatchObject({
      ok: true,
    });
    expect(await bus.write({ unit: 1, functionCode: 16, address: 1, values: [8, 9] })).toMatchObject({
      ok: true,
    });
    expect(written).toEqual([[7], [8, 9]]);
    expect(await readAt(bus, 500)).toMatchObject({ ok: false, fault: { kind: "exception", code: 2 } });
    const silent = readAt(bus, 1, 1, 9);
    await eventually(() => server.requestsServed === 4);
    await clock.advance(300);
    expect(await silent).toMatchObject(faultOf("timeout"));
  });

  it.each([
    ["an unknown function", [1, 7, 0, 0], 1],
    ["no register", [1, 3, 0, 0, 0, 0], 3],
    ["126 registers", [1, 3, 0, 0, 0, 126], 3],
    ["registers past the last", [1, 3, 255, 255, 0, 2], 2],
    ["half a request", [1, 3, 0], 3],
    ["a write whose byte count lies", [1, 16, 0, 0, 0, 1, 4, 0, 1], 3],
  ])("answers %s with an exception", async (_, body, code) => {
    const server = await startServer((request) => ownAddresses(request));
    const { socket, state } = await rawClient(server.address().port);
    socket.write(tcpFrame(1, Buffer.from(body)));
    await eventually(() => state.received.length === 9);
    expect([...state.received.subarray(7)]).toEqual([body[1]! | 0x80, code]);
  });

  it("closes on garbage and serves others on", async () => {
    const server = await startServer((request) => ownAddresses(request));
    const { bus } = busTo("tcp", server.address().port);
    const { socket, state } = await rawClient(server.address().port);
    socket.write("GET / HTTP/1.1\r\n\r\n");
    await eventually(() => state.isClosed);
    expect(await readAt(bus, 4)).toEqual(registersAt(4));
  });

  it("vanishes when pulled, comes back on its port when plugged, and no value is wrong meanwhile", async () => {
    const server = await startServer((request) => ownAddresses(request));
    const { port } = server.address();
    const { bus, clock } = busTo("tcp", port);
    for (let round = 0; round < 10; round++) {
      await eventually(async () => {
        await clock.advance(30_000);
        return (await readAt(bus, round)).ok;
      });
      expect(await readAt(bus, round)).toEqual(registersAt(round));
      await server.pull();
      await eventually(async () => !(await readAt(bus, round)).ok);
      await server.plug();
      expect(server.address().port).toBe(port);
    }
  });
});

describe("register encoding", () => {
  it("puts the high word first and clamps what does not fit", () => {
    expect([u16(70_000), u16(-1), u16(1.6)]).toEqual([[65_535], [0], [2]]);
    expect([i16(-1), i16(-40_000), i16(40_000)]).toEqual([[0xffff], [0x8000], [0x7fff]]);
    expect([u32(0x1_0002), i32(-2), acc32(0x1_0000_0003)]).toEqual([
      [1, 2],
      [0xffff, 0xfffe],
      [0, 3],
    ]);
    expect([f32(1), f32(-2.5), f32(Number.NaN)]).toEqual([
      [0x3f80, 0],
      [0xc020, 0],
      [0x7fc0, 0],
    ]);
    expect(string("SMA", 3)).toEqual([0x534d, 0x4100, 0]);
  });
});
