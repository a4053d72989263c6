import type { Contact } from "../../src/ports/contact.ts";
import { deviceFault } from "./bus-fault.ts";
import type { ReadRequest } from "./bus-request.ts";
import type { ModbusBus } from "./modbus-bus.ts";

export type ContactTable = "coil" | "discrete_input" | "holding_register" | "input_register";

export interface ModbusContactOptions {
  readonly unit: number;
  readonly table: ContactTable;
  /** 0-based. */
  readonly address: number;
  /** Bit of a register, 0 the lowest; a coil or discrete input has no other. */
  readonly bit: number;
  /** What the input reads while the contact is closed. */
  readonly closedValue: 0 | 1;
}

const FUNCTION_CODES: Readonly<Record<ContactTable, ReadRequest["functionCode"]>> = {
  coil: 1,
  discrete_input: 2,
  holding_register: 3,
  input_register: 4,
};

/** A contact at a digital input of a Modbus device. The bus belongs to the caller. */
export function createModbusContact(options: ModbusContactOptions, bus: ModbusBus): Contact {
  const { unit, table, address, bit, closedValue } = options;
  return {
    async read() {
      const outcome = await bus.read({ unit, functionCode: FUNCTION_CODES[table], address, count: 1 });
      if (!outcome.ok) return { ok: false, fault: deviceFault(outcome.fault) };
      const [value = 0] = outcome.registers;
      return { ok: true, isClosed: ((value >> bit) & 1) === closedValue };
    },
  };
}
