import { z } from "zod";
import type { RegisterBank } from "./profile-registers.ts";

const word = z.int().min(0).max(0xffff);
const blockSchema = z.object({ start: z.int().min(0).max(0xffff), registers: z.array(word).max(65_536) });

/** Contents of a device's registers at one moment, as `hems-edge dump modbus` writes them. */
export const dumpSchema = z.object({
  device: z.string().max(300),
  unit: z.int().min(0).max(255),
  holding: z.array(blockSchema).max(1_000).default([]),
  input: z.array(blockSchema).max(1_000).default([]),
});
export type RegisterDump = z.infer<typeof dumpSchema>;

const HOLDING = 3;
const INPUT = 4;

/** The dump as a device: other units and registers do not exist. */
export function dumpRegisters({ unit, holding, input }: RegisterDump): RegisterBank {
  const tables = new Map([
    [HOLDING, contents(holding)],
    [INPUT, contents(input)],
  ]);
  return {
    word: (asked, functionCode, address) =>
      asked === unit ? tables.get(functionCode)?.get(address) : undefined,
  };
}

function contents(blocks: RegisterDump["holding"]): ReadonlyMap<number, number> {
  return new Map(
    blocks.flatMap(({ start, registers }) =>
      registers.map((value, index) => [start + index, value] as const),
    ),
  );
}
