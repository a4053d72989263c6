import { type BusFault, ILLEGAL_DATA_ADDRESS, isRefusal } from "../modbus/bus-fault.ts";
import type { ReadOutcome } from "../modbus/bus-request.ts";
import type { ModbusBus } from "../modbus/modbus-bus.ts";
import { createStampHash } from "../modbus/stamp.ts";
import type { Images } from "./channel-plan.ts";
import type { ModelAddress } from "./discovery.ts";
import { type Block, splitBlock } from "./read-plan.ts";

export type BlocksRead =
  | { readonly ok: true; readonly images: Images; readonly stamp: string }
  /** `isMoved`: the models are not where they were, and the device must be discovered again. */
  | { readonly ok: false; readonly fault: BusFault; readonly isMoved: boolean };

/** Reads a fixed set of blocks of one unit again and again. */
export interface BlockReader {
  read(): Promise<BlocksRead>;
}

/** A reader that begins with `planned` and keeps apart what the device refuses to give in one read. */
export function createBlockReader(bus: ModbusBus, unit: number, planned: readonly Block[]): BlockReader {
  let blocks = planned;

  /** Splits at most once per block: parts have one model each. */
  async function readBlock(block: Block): Promise<readonly [Block, ReadOutcome][]> {
    const { address, count, needs } = block;
    const outcome = await bus.read({ unit, functionCode: 3, address, count });
    if (outcome.ok || !isRefusal(outcome.fault) || needs.length === 1) return [[block, outcome]];
    const parts: [Block, ReadOutcome][] = [];
    for (const part of splitBlock(block)) parts.push(...(await readBlock(part)));
    return parts;
  }

  return {
    async read() {
      const readings = new Map<ModelAddress, readonly number[]>();
      const stamp = createStampHash();
      const used: Block[] = [];
      for (const planned of blocks) {
        for (const [block, outcome] of await readBlock(planned)) {
          if (!outcome.ok) return { ...outcome, isMoved: isIllegalAddress(outcome.fault) };
          used.push(block);
          stamp.add(outcome.registers);
          for (const { model } of block.needs) {
            readings.set(model, outcome.registers.slice(model.address - block.address));
          }
        }
      }
      blocks = used;
      const moved = [...readings].find(([model, registers]) => !isInPlace(model, registers));
      if (moved !== undefined) {
        const detail = `model ${moved[0].id} is not at its place any more`;
        return { ok: false, fault: { kind: "protocol", detail }, isMoved: true };
      }
      const images: Images = (model) => ({ id: model.id, registers: readings.get(model) ?? [] });
      return { ok: true, images, stamp: stamp.text() };
    },
  };
}

function isInPlace(model: ModelAddress, registers: readonly number[]): boolean {
  return registers[0] === model.id && registers[1] === model.length;
}

function isIllegalAddress(fault: BusFault): boolean {
  return fault.kind === "exception" && fault.code === ILLEGAL_DATA_ADDRESS;
}
