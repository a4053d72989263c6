import { connect, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { createCar } from "../../../simulator/house/car.ts";
import { loadShippedDay } from "../../../simulator/house/day-trace.ts";
import { createEvse } from "../../../simulator/house/evse.ts";
import { createHouse } from "../../../simulator/house/house.ts";
import {
  createSimulatedInverter,
  createSimulatedMeter,
  type SimulatedModbusDevice,
} from "../../../simulator/house/modbus-devices.ts";
import { createManualClock } from "../../support/manual-clock.ts";

const NOON_MS = 13 * 3_600_000;
/** Registers of the meter's model 203 behind the marker and a model 1 of 66 registers. */
const METER_POWER = 40_000 + 2 + 68 + 18;
const INVERTER_STATE = 40_000 + 2 + 68 + 38;

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

function bench() {
  const day = loadShippedDay();
  if (!day.ok) throw new Error(day.problem);
  const clock = createManualClock();
  const house = createHouse({
    trace: day.trace,
    evse: createEvse(createCar()),
    peakW: 10_000,
    startMonotonicMs: clock.monotonicMs(),
  });
  return { clock, house };
}

async function kept(device: Promise<SimulatedModbusDevice>): Promise<SimulatedModbusDevice> {
  open.push(await device);
  return device;
}

async function dialled(device: SimulatedModbusDevice): Promise<Socket> {
  const { host, port } = device.address();
  const socket = connect({ host, port });
  open.push({ close: () => socket.destroy() });
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", () => resolve());
    socket.once("error", reject);
  });
  return socket;
}

interface Request {
  readonly address: number;
  readonly count?: number;
  readonly unit?: number;
  readonly functionCode?: number;
}

/** One request, spelt by hand; the answer's registers, or its exception code. */
async function ask(socket: Socket, request: Request) {
  const { address, count = 1, unit = 1, functionCode = 3 } = request;
  const frame = Buffer.from([0, 7, 0, 0, 0, 6, unit, functionCode, 0, 0, 0, 0]);
  frame.writeUInt16BE(address, 8);
  frame.writeUInt16BE(count, 10);
  const answered = new Promise<Buffer>((resolve) => socket.once("data", resolve));
  socket.write(frame);
  const answer = await answered;
  if (answer[7]! > 0x80) return { exception: answer[8]! };
  return Array.from({ length: answer[8]! / 2 }, (_, index) => answer.readUInt16BE(9 + 2 * index));
}

describe("a simulated meter", () => {
  it("brings the house up to the present when it is read, and counts its requests", async () => {
    const { clock, house } = bench();
    const meter = await kept(createSimulatedMeter({ house, clock }));
    const socket = await dialled(meter);
    await clock.advance(NOON_MS);
    expect(house.nowMs).toBe(1_000);
    const [power = 0] = (await ask(socket, { address: METER_POWER })) as number[];
    expect(house.nowMs).toBe(1_000 + NOON_MS);
    expect(power - 0x10000).toBeLessThan(-3_000);
    expect(meter.requestsServed).toBe(1);
  });

  it.each([
    { waitMs: 5_999, isNew: false },
    { waitMs: 6_000, isNew: true },
  ])("shows a new measurement $waitMs ms after the last: $isNew", async ({ waitMs, isNew }) => {
    const { clock, house } = bench();
    const socket = await dialled(await kept(createSimulatedMeter({ house, clock })));
    const whole = { address: 40_000, count: 125 };
    const before = await ask(socket, whole);
    await clock.advance(waitMs);
    const after = await ask(socket, whole);
    if (isNew) expect(after).not.toEqual(before);
    else expect(after).toEqual(before);
  });

  it.each([
    ["outside its map", { address: 0 }, { exception: 2 }],
    ["beyond its end", { address: 40_170, count: 10 }, { exception: 2 }],
    ["to another unit", { address: 40_000, unit: 2 }, { exception: 11 }],
    ["that writes", { address: 40_000, functionCode: 6 }, { exception: 1 }],
    ["by input registers", { address: 40_000, count: 2, functionCode: 4 }, [0x5375, 0x6e53]],
  ])("answers a request %s as real devices do", async (_, request, answer) => {
    const { clock, house } = bench();
    const socket = await dialled(await kept(createSimulatedMeter({ house, clock })));
    expect(await ask(socket, request)).toEqual(answer);
  });

  it("can be pulled and plugged: it is back on the same port and time went on", async () => {
    const { clock, house } = bench();
    const meter = await kept(createSimulatedMeter({ house, clock }));
    const socket = await dialled(meter);
    const closed = new Promise((resolve) => socket.once("close", resolve));
    await meter.pull();
    await closed;
    await expect(dialled(meter)).rejects.toMatchObject({ code: "ECONNREFUSED" });
    await clock.advance(60_000);
    await meter.plug();
    await ask(await dialled(meter), { address: METER_POWER });
    expect(house.nowMs).toBe(61_000);
  });

  it("takes another unit and base address", async () => {
    const { clock, house } = bench();
    const options = { house, clock, unit: 200, baseAddress: 0, sign: "export_positive" } as const;
    const socket = await dialled(await kept(createSimulatedMeter(options)));
    expect(await ask(socket, { address: 0, count: 2, unit: 200 })).toEqual([0x5375, 0x6e53]);
  });
});

describe("a simulated inverter", () => {
  it("sleeps before dawn and works at noon", async () => {
    const { clock, house } = bench();
    const socket = await dialled(await kept(createSimulatedInverter({ house, clock })));
    expect(await ask(socket, { address: INVERTER_STATE })).toEqual([2]);
    await clock.advance(NOON_MS);
    expect(await ask(socket, { address: INVERTER_STATE })).toEqual([4]);
  });

  it("stands beside the meter on the same house", async () => {
    const { clock, house } = bench();
    const [inverter, meter] = await Promise.all([
      kept(createSimulatedInverter({ house, clock })),
      kept(createSimulatedMeter({ house, clock })),
    ]);
    expect(inverter.address().port).not.toBe(meter.address().port);
  });

  it("cannot take a port that another device has", async () => {
    const { clock, house } = bench();
    const first = await kept(createSimulatedInverter({ house, clock }));
    const { port } = first.address();
    await expect(createSimulatedInverter({ house, clock, port })).rejects.toMatchObject({
      code: "EADDRINUSE",
    });
  });
});
