import { describe, expect, it } from "vitest";
import { type BusDevice, createDeviceBuses } from "../../src/daemon/device-buses.ts";
import { closedAfterTest, readAt, registersAt } from "../drivers/modbus/support/bus-under-test.ts";
import { answerTcp, startFaultServer, type WireRequest } from "../drivers/modbus/support/fault-server.ts";
import { eventually } from "../support/eventually.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { silentLog } from "../support/silent-log.ts";

/** Two devices behind one gateway, which answers when the test does. */
async function sharedLine() {
  const requests: WireRequest[] = [];
  const gateway = closedAfterTest(await startFaultServer("tcp", (request) => requests.push(request)));
  const clock = createManualClock();
  const device = (name: string, host: string, pace: Partial<BusDevice>): BusDevice => ({
    name,
    connection: { type: "tcp", host, port: gateway.port },
    timeout_ms: 100,
    gap_ms: 0,
    connect_delay_ms: 0,
    ...pace,
  });
  const quick = device("quick", "localhost", { connect_delay_ms: 50 });
  const slow = device("slow", "LOCALHOST", { timeout_ms: 3_000, gap_ms: 850 });
  const buses = closedAfterTest(createDeviceBuses([quick, slow], { clock, log: silentLog, random: () => 1 }));
  return { gateway, requests, clock, quick, slow, buses };
}

describe("devices on one line", () => {
  it("share its one connection, however its host is written", async () => {
    const { buses, quick, slow, gateway } = await sharedLine();
    expect(buses.busOf(slow)).toBe(buses.busOf(quick));
    expect(gateway.sockets.length).toBeLessThan(2);
  });

  it("have the patience and the pauses of the one that needs the most", async () => {
    const { buses, quick, slow, gateway, requests, clock } = await sharedLine();
    const first = readAt(buses.busOf(quick), 1);
    await eventually(() => gateway.sockets.length === 1);
    await clock.advance(49);
    expect(requests).toHaveLength(0);
    await clock.advance(1);
    await eventually(() => requests.length === 1);
    answerTcp(requests[0]!);
    expect(await first).toEqual(registersAt(1));
    const second = readAt(buses.busOf(slow), 2);
    await clock.advance(849);
    expect(requests).toHaveLength(1);
    await clock.advance(1);
    await eventually(() => requests.length === 2);
    await clock.advance(2_999);
    answerTcp(requests[1]!);
    expect(await second).toEqual(registersAt(2));
  });

  it("that is a contact of its own waits along", async () => {
    const { buses, slow, gateway, requests, clock } = await sharedLine();
    const contact = { ...slow, name: "contact", timeout_ms: 100, gap_ms: 0 };
    const read = readAt(buses.busOf(contact), 3);
    await eventually(() => gateway.sockets.length === 1);
    await clock.advance(50);
    await eventually(() => requests.length === 1);
    await clock.advance(2_999);
    answerTcp(requests[0]!);
    expect(await read).toEqual(registersAt(3));
  });
});
