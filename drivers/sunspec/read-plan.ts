import { MAX_READ_REGISTERS } from "../modbus/bus-request.ts";
import type { ModelNeed } from "./channel-plan.ts";
import { HEADER_REGISTERS, type ModelAddress } from "./discovery.ts";

/** One read and the models that lie in it. */
export interface Block {
  readonly address: number;
  readonly count: number;
  readonly needs: readonly ModelNeed[];
}

/** A second request costs more than this many registers nobody needs: about 40 ms on a serial line of 9600 baud. */
const MOST_UNUSED_REGISTERS = 20;

/** As few reads as possible, each with whole needs: a value and its scale factor never come from two reads. */
export function planBlocks(needs: readonly ModelNeed[]): readonly Block[] {
  const blocks: Block[] = [];
  for (const need of mergedByModel(needs)) {
    const last = blocks.at(-1);
    const joined = last === undefined ? undefined : join(last, need);
    if (joined === undefined) blocks.push(block(need));
    else blocks[blocks.length - 1] = joined;
  }
  return blocks;
}

/** The block's models one by one: some devices refuse a read that spans two models. */
export function splitBlock({ needs }: Block): readonly Block[] {
  return needs.map(block);
}

function mergedByModel(needs: readonly ModelNeed[]): readonly ModelNeed[] {
  const counts = new Map<ModelAddress, number>();
  for (const { model, count } of needs) {
    const mostCount = Math.min(HEADER_REGISTERS + model.length, MAX_READ_REGISTERS, 0x1_0000 - model.address);
    counts.set(model, Math.max(counts.get(model) ?? 0, Math.min(count, mostCount)));
  }
  const merged = [...counts].map(([model, count]) => ({ model, count }));
  return merged.sort((a, b) => a.model.address - b.model.address);
}

function join(previous: Block, need: ModelNeed): Block | undefined {
  const { address } = previous;
  const end = need.model.address + need.count;
  const unused = need.model.address - (address + previous.count);
  if (end - address > MAX_READ_REGISTERS || unused > MOST_UNUSED_REGISTERS) return undefined;
  return { address, count: end - address, needs: [...previous.needs, need] };
}

function block(need: ModelNeed): Block {
  return { address: need.model.address, count: need.count, needs: [need] };
}
