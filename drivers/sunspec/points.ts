/**
 * One value inside a SunSpec model. Offsets count registers from the model's id. `sf` is where its scale factor
 * stands in the same model; without one the value is as it stands.
 */
export interface Point {
  readonly type: "i16" | "u16" | "u32" | "u64" | "acc32" | "f32";
  readonly offset: number;
  readonly sf?: number;
}

/** One model as read from the device at one moment, from its id on; scale factors fit their values. */
export interface ModelImage {
  readonly id: number;
  readonly registers: readonly number[];
}

const SIZES: Readonly<Record<Point["type"], number>> = { i16: 1, u16: 1, u32: 2, u64: 4, acc32: 2, f32: 2 };
const NOT_IMPLEMENTED_I16 = 0x8000;
const LARGEST_SCALE = 10;

/** First register after those that `point` needs, its scale factor included. */
export function pointEnd(point: Point): number {
  return Math.max(point.offset + SIZES[point.type], (point.sf ?? -1) + 1);
}

/** The value in its unit; undefined when not implemented, not read, or without a usable scale factor. */
export function pointValue(image: ModelImage, point: Point): number | undefined {
  const raw = rawValue(image, point);
  if (raw === undefined || point.sf === undefined) return raw;
  const scale = scaleFactor(image.registers[point.sf]);
  if (scale === undefined) return undefined;
  return scale < 0 ? raw / 10 ** -scale : raw * 10 ** scale;
}

/** The value without its scale factor; undefined when it is the marker for "not implemented". */
export function rawValue({ registers }: ModelImage, { type, offset }: Point): number | undefined {
  const words = registers.slice(offset, offset + SIZES[type]);
  if (words.length < SIZES[type]) return undefined;
  const [first = 0] = words;
  switch (type) {
    case "i16":
      return first === NOT_IMPLEMENTED_I16 ? undefined : signed(first);
    case "u16":
      return first === 0xffff ? undefined : first;
    case "u32":
    case "u64":
      return words.every((word) => word === 0xffff) ? undefined : unsigned(words);
    case "acc32": {
      const count = unsigned(words);
      return count === 0 ? undefined : count;
    }
    case "f32":
      return float(words);
  }
}

function signed(word: number): number {
  return word < 0x8000 ? word : word - 0x1_0000;
}

function unsigned(words: readonly number[]): number {
  return words.reduce((sum, word) => sum * 0x1_0000 + word, 0);
}

const floatView = new DataView(new ArrayBuffer(4));

function float([high = 0, low = 0]: readonly number[]): number | undefined {
  floatView.setUint16(0, high);
  floatView.setUint16(2, low);
  const value = floatView.getFloat32(0);
  return Number.isFinite(value) ? value : undefined;
}

function scaleFactor(word: number | undefined): number | undefined {
  if (word === undefined || word === NOT_IMPLEMENTED_I16) return undefined;
  const scale = signed(word);
  return Math.abs(scale) <= LARGEST_SCALE ? scale : undefined;
}

/** Text of `count` registers, two characters each, up to the first NUL, without blanks around it. */
export function text({ registers }: ModelImage, offset: number, count: number): string {
  let found = "";
  for (const word of registers.slice(offset, offset + count)) {
    for (const code of [word >> 8, word & 0xff]) {
      if (code === 0) return found.trim();
      found += code < 0x20 || code > 0x7e ? "?" : String.fromCharCode(code);
    }
  }
  return found.trim();
}
