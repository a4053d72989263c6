import { pino } from "pino";
import { describe, expect, it, onTestFinished } from "vitest";
import { createModbusBus } from "../../../drivers/modbus/modbus-bus.ts";
import { freePort } from "../../../simulator/free-port.ts";
import { createSystemClock } from "../../../src/service/clock.ts";
import { LIBMODBUS_SERVER, start } from "../programs.ts";

/** Of libmodbus' unit-test.h; the answer that comes byte by byte is from unit 255 whoever was asked. */
const UNIT = 255;
const REGISTERS = { address: 0x160, count: 3, words: [0x022b, 1, 0x64] };
const BUSY = 0x170;
const WRONG_TRANSACTION = 0x171;
const SLEEPS_500_MS = 0x172;
const BYTE_BY_BYTE = 0x173;

async function libmodbus(timeoutMs = 1_000) {
  const port = await freePort();
  const server = start(LIBMODBUS_SERVER, ["tcp"], { PORT: String(port) });
  const bus = createModbusBus(
    { connection: { type: "tcp", host: "127.0.0.1", port }, timeoutMs, gapMs: 0, connectDelayMs: 0 },
    { clock: createSystemClock(), log: pino({ level: "silent" }), random: () => 0 },
  );
  onTestFinished(() => bus.close());
  const write = (values: readonly number[]) =>
    bus.write({ unit: UNIT, functionCode: 16, address: REGISTERS.address, values });
  const read = (address: number, count = 1) => bus.read({ unit: UNIT, functionCode: 3, address, count });
  await expect
    .poll(async () => (await write(REGISTERS.words)).ok, { timeout: 10_000, interval: 100 })
    .toBe(true);
  return { server, read, write };
}

describe("libmodbus' test server", () => {
  it("gives its registers, a hundred times at once", async () => {
    const { read } = await libmodbus();
    const reads = Array.from({ length: 100 }, () => read(REGISTERS.address, REGISTERS.count));
    for (const outcome of await Promise.all(reads)) {
      expect(outcome).toEqual({ ok: true, registers: REGISTERS.words });
    }
  });

  it("is busy, and is asked again a second later", async () => {
    const { read } = await libmodbus();
    expect(await read(BUSY)).toMatchObject({ ok: false, fault: { kind: "exception", code: 6 } });
    expect(await read(REGISTERS.address)).toMatchObject({ ok: true });
  });

  it("answers with a wrong transaction, which is nobody's answer", async () => {
    const { read } = await libmodbus(400);
    expect(await read(WRONG_TRANSACTION)).toMatchObject({ ok: false, fault: { kind: "timeout" } });
    expect(await read(REGISTERS.address, REGISTERS.count)).toEqual({ ok: true, registers: REGISTERS.words });
  });

  it("sleeps longer than we wait, and its late answer is no other's", async () => {
    const { read } = await libmodbus(300);
    expect(await read(SLEEPS_500_MS)).toMatchObject({ ok: false, fault: { kind: "timeout" } });
    expect(await read(REGISTERS.address, REGISTERS.count)).toEqual({ ok: true, registers: REGISTERS.words });
  });

  it("sends byte by byte", async () => {
    const { read } = await libmodbus();
    expect(await read(BYTE_BY_BYTE)).toMatchObject({ ok: true });
  });

  it("refuses what it does not have", async () => {
    const { read } = await libmodbus();
    expect(await read(5_000)).toMatchObject({ ok: false, fault: { kind: "exception", code: 2 } });
  });

  it("takes what we write", async () => {
    const { read, write } = await libmodbus();
    expect(await write([7, 8, 9])).toMatchObject({ ok: true });
    expect(await read(REGISTERS.address, 3)).toEqual({ ok: true, registers: [7, 8, 9] });
  });
});
