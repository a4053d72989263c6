import { type BusFault, isRefusal } from "../modbus/bus-fault.ts";
import { MAX_READ_REGISTERS, type ReadOutcome } from "../modbus/bus-request.ts";
import type { ModbusBus } from "../modbus/modbus-bus.ts";
import { type DcInput, dcInputs } from "./dc-inputs.ts";
import { COMMON, MPPT_EXTENSION } from "./models.ts";
import { type ModelImage, text } from "./points.ts";

/** A model in the device's chain: its header stands at `address`, and `length` registers follow the header. */
export interface ModelAddress {
  readonly id: number;
  readonly address: number;
  readonly length: number;
}

/** One logical device: what lies between two common models. */
export interface SubDevice {
  readonly manufacturer: string;
  readonly model: string;
  readonly models: readonly ModelAddress[];
  /** Inputs of the multiple-MPPT extension; empty without one. */
  readonly dcInputs: readonly DcInput[];
}

export type Discovery =
  | { readonly ok: true; readonly baseAddress: number; readonly subDevices: readonly SubDevice[] }
  | { readonly ok: false; readonly fault: BusFault };

export const HEADER_REGISTERS = 2;
const BASE_ADDRESSES = [40_000, 0, 50_000];
const MARKER = [0x5375, 0x6e53];
const END_ID = 0xffff;
/** Real chains have below 30 models; a device whose chain never ends is cut here. */
const MOST_MODELS = 100;

/** Finds the SunSpec map of `unit` and walks its chain of models. Takes two requests and one for each model. */
export async function discover(bus: ModbusBus, unit: number): Promise<Discovery> {
  for (const baseAddress of BASE_ADDRESSES) {
    const marker = await readBlock(bus, unit, baseAddress, MARKER.length);
    if (!marker.ok) {
      if (isRefusal(marker.fault)) continue;
      return marker;
    }
    if (!MARKER.every((word, index) => marker.registers[index] === word)) continue;
    const chain = await walk(bus, unit, baseAddress + MARKER.length);
    if (!chain.ok) return chain;
    return describe(bus, unit, baseAddress, chain.models);
  }
  const detail = `no SunSpec marker at ${BASE_ADDRESSES.join(", ")}`;
  return { ok: false, fault: { kind: "protocol", detail } };
}

type Chain =
  | { readonly ok: true; readonly models: readonly ModelAddress[] }
  | { readonly ok: false; readonly fault: BusFault };

/** Follows the lengths that were read: devices differ from the nominal ones, and some lack a correct end. */
async function walk(bus: ModbusBus, unit: number, firstAddress: number): Promise<Chain> {
  const models: ModelAddress[] = [];
  let address = firstAddress;
  while (models.length < MOST_MODELS && address + HEADER_REGISTERS <= 0x1_0000) {
    const header = await readBlock(bus, unit, address, HEADER_REGISTERS);
    if (!header.ok) {
      if (isRefusal(header.fault)) break;
      return header;
    }
    const [id = 0, length = 0] = header.registers;
    if (id === END_ID || id === 0 || length === 0) break;
    models.push({ id, address, length });
    address += HEADER_REGISTERS + length;
  }
  return { ok: true, models };
}

/** Splits the chain at each common model and names the parts. */
async function describe(
  bus: ModbusBus,
  unit: number,
  baseAddress: number,
  models: readonly ModelAddress[],
): Promise<Discovery> {
  const subDevices: SubDevice[] = [];
  for (const group of splitAtCommon(models)) {
    const common = await readModel(bus, unit, group, COMMON.ID);
    if (!common.ok) return common;
    const inputs = await readModel(bus, unit, group, MPPT_EXTENSION);
    if (!inputs.ok) return inputs;
    subDevices.push({
      manufacturer: text(common.image, COMMON.Mn.offset, COMMON.Mn.count),
      model: text(common.image, COMMON.Md.offset, COMMON.Md.count),
      models: group,
      dcInputs: dcInputs(inputs.image),
    });
  }
  return { ok: true, baseAddress, subDevices };
}

function splitAtCommon(models: readonly ModelAddress[]): readonly (readonly ModelAddress[])[] {
  const groups: ModelAddress[][] = [];
  for (const model of models) {
    const last = groups.at(-1);
    if (last === undefined || model.id === COMMON.ID) groups.push([model]);
    else last.push(model);
  }
  return groups;
}

type ModelRead =
  | { readonly ok: true; readonly image: ModelImage }
  | { readonly ok: false; readonly fault: BusFault };

/** As much of the model as one read holds; no registers where the model is missing or refuses to be read. */
async function readModel(
  bus: ModbusBus,
  unit: number,
  models: readonly ModelAddress[],
  id: number,
): Promise<ModelRead> {
  const model = models.find((candidate) => candidate.id === id);
  if (model === undefined) return { ok: true, image: { id, registers: [] } };
  const count = Math.min(HEADER_REGISTERS + model.length, MAX_READ_REGISTERS, 0x1_0000 - model.address);
  const block = await readBlock(bus, unit, model.address, count);
  if (block.ok) return { ok: true, image: { id, registers: block.registers } };
  return isRefusal(block.fault) ? { ok: true, image: { id, registers: [] } } : block;
}

function readBlock(bus: ModbusBus, unit: number, address: number, count: number): Promise<ReadOutcome> {
  return bus.read({ unit, functionCode: 3, address, count });
}
