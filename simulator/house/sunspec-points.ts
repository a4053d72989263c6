import { acc32, i16, string, u16, u32 } from "../modbus/registers.ts";

/** Types of SunSpec points as far as the simulated devices need them; `str:N` takes N registers. */
type PointType = "i16" | "u16" | "sf" | "acc32" | "u32" | "pad" | `str:${number}`;

interface Point {
  readonly type: PointType;
  /** Registers from the start of the block. */
  readonly offset: number;
}

/** A SunSpec block: its points by name, and its registers while every point is "not implemented". */
export interface Block {
  readonly points: ReadonlyMap<string, Point>;
  readonly blank: readonly number[];
}

/** Raw values by point name, scale already applied; what is missing or undefined is "not implemented". */
export type PointValues = Readonly<Record<string, number | string | undefined>>;

/** Reads `"i16 W, sf W_SF, ..."` in the order of the registers; spare registers are `pad`. */
export function block(text: string): Block {
  const points = new Map<string, Point>();
  const blank: number[] = [];
  for (const entry of text.split(",")) {
    const [type = "pad", name = `pad ${blank.length}`] = entry.trim().split(" ");
    points.set(name, { type: type as PointType, offset: blank.length });
    blank.push(...notImplemented(type as PointType));
  }
  return { points, blank };
}

/** Registers of a block. Throws for a value that the block has no point for. */
export function blockRegisters({ points, blank }: Block, values: PointValues): number[] {
  const registers = blank.slice();
  for (const name in values) {
    const value = values[name];
    const point = points.get(name);
    if (point === undefined) throw new Error(`no point ${name} in this SunSpec block`);
    if (value === undefined) continue;
    let at = point.offset;
    for (const register of pointRegisters(point.type, value)) registers[at++] = register;
  }
  return registers;
}

/** A whole model: id, length, body. */
export function modelRegisters(id: number, body: readonly number[]): number[] {
  return [id, body.length, ...body];
}

/** The integer that stands for `value` with scale factor `sf`; undefined stays so. */
export function scaled(value: number | undefined, sf: number): number | undefined {
  return value === undefined ? undefined : Math.round(value / 10 ** sf);
}

/** Numbers are kept off the markers. */
function pointRegisters(type: PointType, value: number | string): number[] {
  if (typeof value === "string") return string(value, textLength(type));
  switch (type) {
    case "u16":
      return u16(Math.min(0xfffe, value));
    case "acc32":
      return acc32(value);
    case "u32":
      return u32(Math.min(0xffff_fffe, value));
    default:
      return i16(Math.max(-0x7fff, value));
  }
}

function notImplemented(type: PointType): number[] {
  switch (type) {
    case "i16":
    case "sf":
    case "pad":
      return [0x8000];
    case "u16":
      return [0xffff];
    case "acc32":
      return [0, 0];
    case "u32":
      return [0xffff, 0xffff];
    default:
      return string("", textLength(type));
  }
}

function textLength(type: PointType): number {
  return Number(type.slice("str:".length));
}
