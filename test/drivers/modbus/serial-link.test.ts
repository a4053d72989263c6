import { EventEmitter } from "node:events";
import { describe, expect, it } from "vitest";
import { createModbusBus } from "../../../drivers/modbus/modbus-bus.ts";
import { type SerialPortClass, serialLink } from "../../../drivers/modbus/serial-link.ts";
import { createManualClock } from "../../support/manual-clock.ts";
import { silentLog } from "../../support/silent-log.ts";
import { closedAfterTest, faultOf, readAt, registersAt } from "./support/bus-under-test.ts";
import { ownAddresses, rtuFrame } from "./support/fault-server.ts";

const LINE = { path: "/dev/does-not-exist", baud: 9_600, parity: "even", stopBits: 1 } as const;

/** An adapter whose far end answers each read with registers that tell their own address. */
function fakeSerialPorts(openError?: Error) {
  const ports: { options: unknown; events: EventEmitter; isClosed: boolean }[] = [];
  class FakeSerialPort {
    readonly events = new EventEmitter();
    readonly record: { options: unknown; events: EventEmitter; isClosed: boolean };
    constructor(options: unknown) {
      this.record = { options, events: this.events, isClosed: false };
      ports.push(this.record);
    }
    on(event: string, listener: (...args: never[]) => void) {
      this.events.on(event, listener as (...args: unknown[]) => void);
    }
    open(done: (error: Error | null) => void) {
      setImmediate(() => done(openError ?? null));
    }
    close(done: (error: Error | null) => void) {
      this.record.isClosed = true;
      setImmediate(() => done(null));
    }
    write(bytes: Buffer) {
      const registers = ownAddresses({ address: bytes.readUInt16BE(2), count: bytes.readUInt16BE(4) });
      const body = Buffer.alloc(3 + 2 * registers.length);
      body.set([bytes[0]!, bytes[1]!, 2 * registers.length]);
      for (const [index, register] of registers.entries()) body.writeUInt16BE(register, 3 + 2 * index);
      setImmediate(() => this.events.emit("data", rtuFrame(body)));
    }
  }
  return { ports, load: () => Promise.resolve(FakeSerialPort as unknown as SerialPortClass) };
}

function busOn(openLink?: ReturnType<typeof serialLink>) {
  const clock = createManualClock();
  const bus = createModbusBus(
    { connection: { type: "rtu", ...LINE }, timeoutMs: 300, gapMs: 0, connectDelayMs: 0 },
    { clock, log: silentLog, random: () => 1, ...(openLink === undefined ? {} : { openLink }) },
  );
  return { bus: closedAfterTest(bus), clock };
}

describe("a bus on a serial line", () => {
  it("opens the line as configured and keeps the silence between frames", async () => {
    const { ports, load } = fakeSerialPorts();
    const { bus, clock } = busOn(serialLink(LINE, load));
    expect(await readAt(bus, 10)).toEqual(registersAt(10));
    const second = readAt(bus, 20);
    expect(clock.pendingTimers).toBe(1);
    await clock.advance(5);
    expect(await second).toEqual(registersAt(20));
    expect(ports[0]?.options).toEqual({
      path: "/dev/does-not-exist",
      baudRate: 9_600,
      dataBits: 8,
      parity: "even",
      stopBits: 1,
      autoOpen: false,
    });
  });

  it("survives an adapter that is pulled out and reports errors after it was closed", async () => {
    const { ports, load } = fakeSerialPorts();
    const { bus } = busOn(serialLink(LINE, load));
    await readAt(bus, 10);
    ports[0]?.events.emit("error", new Error("EIO"));
    await bus.close();
    ports[0]?.events.emit("error", new Error("EIO again"));
    ports[0]?.events.emit("close");
    expect(ports[0]?.isClosed).toBe(true);
    expect(await readAt(bus, 10)).toMatchObject(faultOf("closed"));
  });

  it("closes a port that came up after it was given up", async () => {
    const { ports, load } = fakeSerialPorts();
    const { bus } = busOn(serialLink(LINE, load));
    const waiting = readAt(bus, 1);
    await new Promise((resolve) => setImmediate(resolve));
    await bus.close();
    expect(await waiting).toMatchObject(faultOf("closed"));
    await new Promise((resolve) => setImmediate(resolve));
    expect(ports.every(({ isClosed }) => isClosed)).toBe(true);
  });

  it("says so when the line cannot be opened", async () => {
    const { load } = fakeSerialPorts(new Error("no such device"));
    const { bus } = busOn(serialLink(LINE, load));
    expect(await readAt(bus, 1)).toMatchObject({
      ok: false,
      fault: { kind: "closed", detail: "no such device" },
    });
  });

  it("says so when the serialport package is not installed", async () => {
    const { bus } = busOn(serialLink(LINE, () => Promise.reject(new Error("not found"))));
    const outcome = await readAt(bus, 1);
    expect(outcome).toMatchObject(faultOf("closed"));
    expect(outcome.ok || outcome.fault.detail).toContain("serialport");
  });

  it("gives a fault for a path that does not exist, with or without the package", async () => {
    const { bus } = busOn();
    expect(await readAt(bus, 1)).toMatchObject(faultOf("closed"));
  });
});
