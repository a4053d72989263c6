/** Values as 16-bit registers, high word first, as SunSpec has them. Values out of range are clamped. */

export function u16(value: number): number[] {
  return [clamped(value, 0, 0xffff)];
}

export function i16(value: number): number[] {
  return [clamped(value, -0x8000, 0x7fff) & 0xffff];
}

export function u32(value: number): number[] {
  return words(clamped(value, 0, 0xffff_ffff));
}

export function i32(value: number): number[] {
  return words(clamped(value, -0x8000_0000, 0x7fff_ffff) >>> 0);
}

/** A counter that runs over to 0. */
export function acc32(value: number): number[] {
  return words(Math.round(value) % 0x1_0000_0000);
}

export function f32(value: number): number[] {
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, value);
  return [view.getUint16(0), view.getUint16(2)];
}

/** ASCII, two characters a register, filled with NUL. */
export function string(text: string, registerCount: number): number[] {
  return Array.from(
    { length: registerCount },
    (_, index) => (code(text, 2 * index) << 8) | code(text, 2 * index + 1),
  );
}

function code(text: string, index: number): number {
  return index < text.length ? text.charCodeAt(index) & 0x7f : 0;
}

function words(value: number): number[] {
  return [Math.floor(value / 0x1_0000), value % 0x1_0000];
}

function clamped(value: number, least: number, most: number): number {
  return Math.min(Math.max(Math.round(value), least), most);
}
