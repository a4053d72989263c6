import { REGISTER_SIZES, type RegisterSpec, type RegisterType } from "./profile-schema.ts";

/** What devices write where there is no value; a profile may name others. */
const NOTHING: Readonly<Record<RegisterType, readonly number[]>> = {
  u16: [0xffff],
  i16: [-0x8000, 0x7fff],
  u32: [0xffff_ffff],
  i32: [-0x8000_0000, 0x7fff_ffff],
  u64: [2 ** 64],
  f32: [],
  f64: [],
};

const view = new DataView(new ArrayBuffer(8));

/** The number that stands in `words`, in the order of the wire; NaN where a float is none. */
export function rawNumber(
  type: RegisterType,
  words: readonly number[],
  order: RegisterSpec["words"],
): number {
  const size = REGISTER_SIZES[type];
  for (let index = 0; index < size; index++) {
    const word = words[order === "lowFirst" ? size - 1 - index : index] ?? 0;
    view.setUint16(2 * index, word);
  }
  switch (type) {
    case "u16":
      return view.getUint16(0);
    case "i16":
      return view.getInt16(0);
    case "u32":
      return view.getUint32(0);
    case "i32":
      return view.getInt32(0);
    case "f32":
      return view.getFloat32(0);
    case "u64":
      return Number(view.getBigUint64(0));
    case "f64":
      return view.getFloat64(0);
  }
}

/** The words of `value`, in the order of the wire; the inverse of `rawNumber`. */
export function rawWords(type: RegisterType, value: number, order: RegisterSpec["words"]): number[] {
  switch (type) {
    case "u16":
    case "i16":
      view.setUint16(0, value);
      break;
    case "u32":
    case "i32":
      view.setUint32(0, value);
      break;
    case "f32":
      view.setFloat32(0, value);
      break;
    case "u64":
      view.setBigUint64(0, BigInt(Math.round(value)));
      break;
    case "f64":
      view.setFloat64(0, value);
  }
  const words = Array.from({ length: REGISTER_SIZES[type] }, (_, index) => view.getUint16(2 * index));
  return order === "lowFirst" ? words.reverse() : words;
}

/** The value in its unit; undefined for "nothing here" and for what cannot be. `exponent` is that of the scale register. */
export function registerValue(
  spec: RegisterSpec,
  words: readonly number[],
  order: RegisterSpec["words"],
  exponent = 0,
): number | undefined {
  const raw = rawNumber(spec.type, words, spec.words ?? order);
  if (!Number.isFinite(raw) || (spec.none ?? NOTHING[spec.type]).includes(raw)) return undefined;
  const scaled = raw * (spec.scale ?? 1);
  const value = (exponent < 0 ? scaled / 10 ** -exponent : scaled * 10 ** exponent) + (spec.offset ?? 0);
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = spec;
  return value < min || value > max ? undefined : value;
}
