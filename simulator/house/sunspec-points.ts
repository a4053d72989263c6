import { acc32, i16, string, u16, u32 } from "../modbus/registers.ts";

/** Types of SunSpec points as far as the simulated devices need them; `str:N` takes N registers. */
type PointType = "i16" | "u16" | "sf" | "acc32" | "u32" | "pad" | `str:${number}`;

interface Point {
  readonly name: string;
  readonly type: PointType;
}

/** Points of a SunSpec block in the order of their registers. */
export type PointList = readonly Point[];

/** Raw values by point name, scale already applied; what is missing gets its "not implemented" marker. */
export type PointValues = Readonly<Record<string, number | string | undefined>>;

/** Reads `"i16 W, sf W_SF, ..."`; a name is used once, spare registers are `pad`. */
export function pointList(text: string): PointList {
  return text.split(",").map((entry) => {
    const [type = "pad", name = ""] = entry.trim().split(" ");
    return { type: type as PointType, name };
  });
}

/** Registers of a block. */
export function blockRegisters(points: PointList, values: PointValues): number[] {
  return points.flatMap(({ type, name }) => pointRegisters(type, values[name]));
}

/** A whole model: id, length, body. */
export function modelRegisters(id: number, body: readonly number[]): number[] {
  return [id, body.length, ...body];
}

/** The integer that stands for `value` with scale factor `sf`; undefined stays so. */
export function scaled(value: number | undefined, sf: number): number | undefined {
  return value === undefined ? undefined : Math.round(value / 10 ** sf);
}

function pointRegisters(type: PointType, value: number | string | undefined): number[] {
  const number = typeof value === "number" ? value : undefined;
  switch (type) {
    case "i16":
    case "sf":
      return number === undefined ? [0x8000] : i16(Math.max(-0x7fff, number));
    case "u16":
      return number === undefined ? [0xffff] : u16(Math.min(0xfffe, number));
    case "acc32":
      return acc32(number ?? 0);
    case "u32":
      return u32(number ?? 0xffffffff);
    case "pad":
      return [0x8000];
    default:
      return string(typeof value === "string" ? value : "", Number(type.slice(4)));
  }
}
