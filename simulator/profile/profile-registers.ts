import {
  type ChannelName,
  type ChannelSpec,
  type ModbusProfile,
  profileRoles,
  type RegisterSpec,
} from "../../drivers/profiles/profile-schema.ts";
import { planReads } from "../../drivers/profiles/read-plan.ts";
import { rawWords } from "../../drivers/profiles/register-value.ts";
import { NOMINAL_VOLTAGE_V } from "../../src/core/units.ts";

export type ChannelTargets = Partial<Readonly<Record<ChannelName, number>>>;

/** Contents of a device: a word, or undefined where the device has no such register. */
export interface RegisterBank {
  word(unit: number, functionCode: number, address: number): number | undefined;
}

const LIMITS = {
  u16: [0, 0xfffe],
  i16: [-0x7fff, 0x7ffe],
  u32: [0, 0xffff_fffe],
  i32: [-0x7fff_ffff, 0x7fff_fffe],
  u64: [0, Number.MAX_SAFE_INTEGER],
  f32: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
  f64: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
} as const;

/**
 * The registers with which a device of `profile` tells `targets`: the profile read backwards. What lies between its
 * registers within one read is 0; everything else does not exist.
 */
export function profileRegisters(profile: ModbusProfile, targets: ChannelTargets): RegisterBank {
  const words = new Map<string, number>();
  const ownUnit = profile.connection.unit;
  for (const { unit, functionCode, address, count } of planReads(profile, ownUnit, profileRoles(profile))) {
    for (let at = address; at < address + count; at++) words.set(key(unit, functionCode, at), 0);
  }

  function write(name: string, value: number): void {
    const spec = profile.registers[name];
    if (spec === undefined) return;
    const { unit = ownUnit, functionCode = profile.functionCode, at, type } = spec;
    const encoded = rawWords(type, rawOf(spec, value), spec.words ?? profile.words);
    for (const [index, word] of encoded.entries()) words.set(key(unit, functionCode, at + index), word);
  }

  for (const condition of profile.detect) {
    const [first = 0] = "oneOf" in condition ? condition.oneOf : condition.between;
    write(condition.register, first);
  }
  for (const [name, channel] of Object.entries(profile.channels)) {
    const target = targets[name as ChannelName];
    if (channel !== undefined && target !== undefined) writeChannel(channel, target, write);
  }
  return { word: (unit, functionCode, address) => words.get(key(unit, functionCode, address)) };
}

function key(unit: number, functionCode: number, address: number): string {
  return `${unit}/${functionCode}/${address}`;
}

function writeChannel(
  { sum, signFrom }: ChannelSpec,
  target: number,
  write: (name: string, value: number) => void,
): void {
  const amount = signFrom === undefined ? target : Math.abs(target);
  if (signFrom !== undefined) write(signFrom.register, directionValue(signFrom, target));
  const upward = sum.filter(({ factor }) => factor > 0);
  const downward = sum.filter(({ factor }) => factor < 0);
  const isPair = upward.length > 0 && downward.length > 0;
  const used = isPair ? (amount < 0 ? downward : upward) : sum;
  for (const { register } of sum) write(register, 0);
  const share = Math.trunc(amount / used.length);
  for (const [index, { register, factor }] of used.entries()) {
    write(register, (index === 0 ? amount - share * (used.length - 1) : share) / factor);
  }
}

/** For a direction that is another quantity's sign, such as a phase's power for its current, about its size too. */
function directionValue(sign: NonNullable<ChannelSpec["signFrom"]>, target: number): number {
  const isNegative = target < 0;
  const mask = sign.mask ?? 1;
  switch (sign.negativeWhen) {
    case "bitSet":
      return isNegative ? mask : 0;
    case "bitClear":
      return isNegative ? 0 : mask;
    case "negative":
      return target * NOMINAL_VOLTAGE_V;
    case "positive":
      return -target * NOMINAL_VOLTAGE_V;
  }
}

function rawOf({ type, scale = 1, offset = 0 }: RegisterSpec, value: number): number {
  const raw = (value - offset) / scale;
  const [least, most] = LIMITS[type];
  const isFloat = type === "f32" || type === "f64";
  return Math.min(Math.max(isFloat ? raw : Math.round(raw), least), most);
}
