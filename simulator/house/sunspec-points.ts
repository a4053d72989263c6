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
  switch (type) {
    case "i16":
    case "sf":
      return [typeof value === "number" ? clamp(value, -32_767, 32_767) & 0xffff : 0x8000];
    case "u16":
      return [typeof value === "number" ? clamp(value, 0, 0xfffe) : 0xffff];
    case "acc32":
      return doubleWord(typeof value === "number" ? value : 0);
    case "u32":
      return doubleWord(typeof value === "number" ? value : 0xffffffff);
    case "pad":
      return [0x8000];
    default:
      return textRegisters(typeof value === "string" ? value : "", Number(type.slice(4)));
  }
}

function clamp(value: number, lowest: number, highest: number): number {
  return Math.max(lowest, Math.min(highest, Math.round(value)));
}

/** High word first; a counter that passes 32 bits starts anew, as real ones do. */
function doubleWord(value: number): number[] {
  const rounded = Math.round(value) % 2 ** 32;
  return [Math.floor(rounded / 0x10000), rounded % 0x10000];
}

function textRegisters(text: string, count: number): number[] {
  const bytes = Buffer.alloc(count * 2);
  bytes.write(text, "ascii");
  return Array.from({ length: count }, (_, index) => bytes.readUInt16BE(index * 2));
}
