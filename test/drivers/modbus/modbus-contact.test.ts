import { describe, expect, it } from "vitest";
import { createModbusContact, type ModbusContactOptions } from "../../../drivers/modbus/modbus-contact.ts";
import { createModbusServer } from "../../../simulator/modbus/modbus-server.ts";
import type { Respond } from "../../../simulator/modbus/pdu.ts";
import { busTo, busWithDevice, closedAfterTest } from "./support/bus-under-test.ts";
import { rtuFrame } from "./support/fault-server.ts";

const COIL: ModbusContactOptions = { unit: 1, table: "coil", address: 3, bit: 0, closedValue: 1 };

async function contactAt(options: Partial<ModbusContactOptions>, respond: Respond) {
  const server = closedAfterTest(createModbusServer({ host: "127.0.0.1", port: 0, respond }));
  await server.plug();
  const { bus } = busTo("tcp", server.address().port);
  return createModbusContact({ ...COIL, ...options }, bus);
}

describe("a contact at a Modbus input", () => {
  it.each<[ModbusContactOptions["table"], number]>([
    ["coil", 1],
    ["discrete_input", 2],
    ["holding_register", 3],
    ["input_register", 4],
  ])("is read from a %s", async (table, functionCode) => {
    const asked: unknown[] = [];
    const contact = await contactAt({ table }, (request) => {
      asked.push([request.functionCode, request.address, request.count]);
      return [asked.length % 2];
    });
    expect(await contact.read()).toEqual({ ok: true, isClosed: true });
    expect(await contact.read()).toEqual({ ok: true, isClosed: false });
    expect(asked).toEqual([
      [functionCode, 3, 1],
      [functionCode, 3, 1],
    ]);
  });

  it("may be one bit of a register", async () => {
    const at = (bit: number) => contactAt({ table: "holding_register", bit }, () => [0b1000_0000_0000_0100]);
    expect(await (await at(2)).read()).toMatchObject({ isClosed: true });
    expect(await (await at(15)).read()).toMatchObject({ isClosed: true });
    expect(await (await at(3)).read()).toMatchObject({ isClosed: false });
  });

  it("may read 0 while it is closed", async () => {
    const contact = await contactAt({ closedValue: 0 }, () => [0]);
    expect(await contact.read()).toEqual({ ok: true, isClosed: true });
  });

  it("says why it is not known", async () => {
    const contact = await contactAt({}, () => ({ exception: 2 }));
    expect(await contact.read()).toMatchObject({ ok: false, fault: { kind: "refused", code: 2 } });
  });

  it.each<[string, readonly number[], object]>([
    ["one byte of bits", [1, 0b101], { ok: true, isClosed: true }],
    ["bits beyond the one that was asked for", [1, 0b110], { ok: true, isClosed: false }],
  ])("takes %s over RTU", async (_case, data, reading) => {
    const { bus } = await busWithDevice("rtu", (request) => {
      request.socket.write(rtuFrame(Buffer.from([1, 1, ...data])));
    });
    expect(await createModbusContact(COIL, bus).read()).toEqual(reading);
  });

  it("does not take a bit that the answer says it does not hold", async () => {
    const { bus } = await busWithDevice("tcp", (request) => {
      const pdu = [1, 1, 0, 1];
      const header = [...request.bytes.subarray(0, 2), 0, 0, 0, pdu.length];
      request.socket.write(Buffer.from([...header, ...pdu]));
    });
    expect(await createModbusContact(COIL, bus).read()).toMatchObject({
      ok: false,
      fault: { kind: "protocol", detail: "0 bits came instead of 1" },
    });
  });
});
