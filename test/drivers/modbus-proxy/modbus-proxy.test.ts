import { connect, type Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { createModbusBus } from "../../../drivers/modbus/modbus-bus.ts";
import { createModbusProxy, type ModbusProxyOptions } from "../../../drivers/modbus-proxy/modbus-proxy.ts";
import { createRecordedBus } from "../../../drivers/modbus-proxy/recorded-bus.ts";
import { eventually } from "../../support/eventually.ts";
import { createManualClock } from "../../support/manual-clock.ts";
import { silentLog } from "../../support/silent-log.ts";
import { closedAfterTest, readAt, registersAt, TIMEOUT_MS } from "../modbus/support/bus-under-test.ts";
import {
  answerTcp,
  exceptionBody,
  startFaultServer,
  tcpFrame,
  type WireRequest,
} from "../modbus/support/fault-server.ts";

const OPTIONS: ModbusProxyOptions = {
  name: "inverter",
  host: "127.0.0.1",
  port: 0,
  maxClients: 2,
  requestsPerS: 20,
  maxAgeMs: 2_000,
  writable: [{ unit: 1, from: 100, to: 103 }],
};

/** A device, the gateway's own bus to it, and a proxy that shares the line. */
async function rig(
  onRequest: (request: WireRequest) => void = answer,
  overrides: Partial<ModbusProxyOptions> = {},
) {
  const device = closedAfterTest(await startFaultServer("tcp", onRequest));
  const clock = createManualClock();
  const options = { timeoutMs: TIMEOUT_MS, gapMs: 0, connectDelayMs: 0 };
  const connection = { type: "tcp", host: "127.0.0.1", port: device.port } as const;
  const bus = createRecordedBus(
    createModbusBus({ connection, ...options }, { clock, log: silentLog }),
    clock,
  );
  closedAfterTest(bus);
  const proxy = closedAfterTest(
    createModbusProxy({ ...OPTIONS, ...overrides }, { bus, clock, log: silentLog }),
  );
  await proxy.start();
  /** Another program's own connection, by our own client. */
  const client = () =>
    closedAfterTest(
      createModbusBus(
        { connection: { type: "tcp", host: "127.0.0.1", port: proxy.port()! }, ...options },
        { clock: createManualClock(), log: silentLog, random: () => 1 },
      ),
    );
  return { device, clock, bus, proxy, client };
}

function answer(request: WireRequest): void {
  if (request.functionCode === 3 || request.functionCode === 4) answerTcp(request);
  else request.socket.write(tcpFrame(request.transaction, request.bytes.subarray(6, 12)));
}

/** Everything that comes back for these bytes, until the proxy has said `length` bytes or closed. */
async function raw(port: number, bytes: Buffer, length: number): Promise<Buffer> {
  const socket: Socket = connect({ host: "127.0.0.1", port });
  let received = Buffer.alloc(0);
  let isClosed = false;
  socket.on("data", (chunk) => {
    received = Buffer.concat([received, chunk]);
  });
  socket.on("error", () => {});
  socket.on("close", () => {
    isClosed = true;
  });
  socket.write(bytes);
  await eventually(() => received.length >= length || isClosed);
  socket.destroy();
  return received;
}

describe("a Modbus proxy", () => {
  it("answers what control has just read from memory, whole or in part, without asking the device", async () => {
    const { device, bus, client } = await rig();
    await readAt(bus, 100, 20);
    const other = client();
    expect(await readAt(other, 100, 20)).toEqual(registersAt(100, 20));
    expect(await readAt(other, 105, 3)).toEqual(registersAt(105, 3));
    expect(device.requests).toHaveLength(1);
  });

  it("asks the device again when that is too old, and for other registers, units and functions", async () => {
    const { device, clock, bus, client } = await rig();
    await readAt(bus, 100, 4);
    const other = client();
    await readAt(other, 103, 2);
    await readAt(other, 100, 4, 2);
    await other.read({ unit: 1, functionCode: 4, address: 100, count: 4 });
    expect(device.requests).toHaveLength(4);
    await clock.advance(2_000);
    await readAt(other, 100, 4);
    expect(device.requests).toHaveLength(4);
    await clock.advance(1);
    expect(await readAt(other, 100, 4)).toEqual(registersAt(100, 4));
    expect(device.requests).toHaveLength(5);
  });

  it("lets control pass: its reads go out before those of others that wait longer", async () => {
    const held: WireRequest[] = [];
    const { bus, client } = await rig((request) => held.push(request));
    const other = client();
    void readAt(bus, 1);
    await eventually(() => held.length === 1);
    void readAt(other, 500);
    await new Promise((resolve) => setTimeout(resolve, 50));
    void readAt(bus, 2);
    answerTcp(held[0]!);
    await eventually(() => held.length === 2);
    expect(held[1]?.address).toBe(2);
    answerTcp(held[1]!);
    await eventually(() => held.length === 3);
    expect(held[2]?.address).toBe(500);
    answerTcp(held[2]!);
  });

  it.each<[string, object, boolean]>([
    ["one register of the list", { functionCode: 6, address: 103, values: [7] }, true],
    ["all registers of the list", { functionCode: 16, address: 100, values: [1, 2, 3, 4] }, true],
    ["one register too many", { functionCode: 16, address: 101, values: [1, 2, 3, 4] }, false],
    ["the register below", { functionCode: 6, address: 99, values: [7] }, false],
    ["another unit", { functionCode: 6, address: 103, values: [7], unit: 2 }, false],
  ])("takes writes only where the config allows them: %s", async (_, write, isAllowed) => {
    const { device, client } = await rig();
    const outcome = await client().write({ unit: 1, ...write } as Parameters<
      ReturnType<typeof client>["write"]
    >[0]);
    expect(outcome.ok).toBe(isAllowed);
    if (!isAllowed) expect(outcome).toMatchObject({ fault: { kind: "exception", code: 1 } });
    expect(device.requests).toHaveLength(isAllowed ? 1 : 0);
  });

  it("forgets what it knew of a unit that was written", async () => {
    const { device, bus, client } = await rig();
    await readAt(bus, 100, 4);
    const other = client();
    await other.write({ unit: 1, functionCode: 6, address: 100, values: [9] });
    await readAt(other, 100, 4);
    expect(device.requests.map(({ functionCode }) => functionCode)).toEqual([3, 6, 3]);
  });

  it("hands the device's own exception on, and says when it does not answer", async () => {
    const { clock, client, device } = await rig((request) => {
      if (request.address === 1)
        request.socket.write(tcpFrame(request.transaction, exceptionBody(request, 2)));
    });
    const other = client();
    expect(await readAt(other, 1)).toMatchObject({ fault: { kind: "exception", code: 2 } });
    const silent = readAt(other, 2);
    await eventually(() => device.requests.length === 2);
    await clock.advance(TIMEOUT_MS);
    expect(await silent).toMatchObject({ fault: { kind: "exception", code: 11 } });
  });

  it("says that the path is down while the device is away", async () => {
    const { device, bus, clock, client } = await rig();
    await device.close();
    expect(await readAt(bus, 1)).toMatchObject({ ok: false });
    await clock.advance(0);
    expect(await readAt(client(), 1)).toMatchObject({ fault: { kind: "exception", code: 10 } });
  });

  it("lets in only so many programs", async () => {
    const { client } = await rig();
    expect(await readAt(client(), 1)).toMatchObject({ ok: true });
    expect(await readAt(client(), 1)).toMatchObject({ ok: true });
    expect(await readAt(client(), 1)).toMatchObject({ ok: false, fault: { kind: "closed" } });
  });

  it("tells a program that asks too often that it is busy, and forgives it later", async () => {
    const { client, clock } = await rig(answer, { requestsPerS: 5 });
    const other = client();
    for (let count = 0; count < 5; count++) expect(await readAt(other, count)).toMatchObject({ ok: true });
    const { proxy } = await rig(answer, { requestsPerS: 1 });
    const twice = Buffer.concat(
      [1, 2].map((transaction) => tcpFrame(transaction, Buffer.from([1, 3, 0, 0, 0, 1]))),
    );
    const answers = await raw(proxy.port()!, twice, 20);
    expect(answers.toString("hex")).toContain("0183" + "06");
    await clock.advance(1_000);
    expect(await readAt(other, 9)).toMatchObject({ ok: true });
  });

  it.each<[string, string, string]>([
    ["an unknown function", "000100000002012b", "0001000000030" + "1ab01"],
    ["no register", "000100000006010300000000", "000100000003018303"],
    ["126 registers", "00010000000601030000007e", "000100000003018303"],
    ["registers past the last", "0001000000060103ffff0002", "000100000003018302"],
    ["a request cut short", "00010000000401030000", "000100000003018303"],
    ["a write that lies about its length", "00010000000a01100064000104000700", "000100000003019003"],
  ])("answers %s with an exception and keeps the connection", async (_, request, expected) => {
    const { proxy } = await rig();
    const after = tcpFrame(9, Buffer.from([1, 3, 0, 5, 0, 1]));
    const answers = await raw(proxy.port()!, Buffer.concat([Buffer.from(request, "hex"), after]), 20);
    expect(answers.toString("hex")).toContain(expected);
    expect(answers.toString("hex")).toContain("00090000000501030200" + "05");
  });

  it("closes a connection on which something else is spoken", async () => {
    const { proxy } = await rig();
    expect(await raw(proxy.port()!, Buffer.from("GET / HTTP/1.1\r\n\r\n"), 1)).toHaveLength(0);
  });

  it("puts requests together that come byte by byte, and answers many in one piece", async () => {
    const { proxy } = await rig();
    const request = tcpFrame(1, Buffer.from([1, 3, 0, 5, 0, 1]));
    const socket = connect({ host: "127.0.0.1", port: proxy.port()!, noDelay: true });
    let received = Buffer.alloc(0);
    socket.on("data", (chunk) => {
      received = Buffer.concat([received, chunk]);
    });
    for (const byte of Buffer.concat([request, request])) {
      socket.write(Buffer.from([byte]));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await eventually(() => received.length === 22);
    socket.destroy();
  });

  it("lets go of a program that is silent for ten minutes", async () => {
    const { proxy, clock } = await rig();
    const socket = connect({ host: "127.0.0.1", port: proxy.port()! });
    let isClosed = false;
    socket.on("close", () => {
      isClosed = true;
    });
    socket.on("error", () => {});
    await new Promise((resolve) => socket.once("connect", resolve));
    await eventually(async () => {
      await clock.advance(600_000);
      return isClosed;
    });
  });

  it("tries a port that is taken again, until it is closed", async () => {
    const first = await rig();
    const port = first.proxy.port()!;
    const second = await rig(answer, { port });
    expect(second.proxy.port()).toBeUndefined();
    await first.proxy.close();
    await eventually(async () => {
      await second.clock.advance(30_000);
      return second.proxy.port() === port;
    });
  });
});
