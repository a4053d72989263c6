import {
  CHANNEL_ROLES,
  type ChannelName,
  type ChannelSpec,
  POLL_CLASSES,
  type PollClass,
  REGISTER_SIZES,
  type RegisterMap,
  type RegisterSpec,
  type Role,
} from "./profile-schema.ts";

/** Registers that must come from one read: a value with its scale factor, a magnitude with its direction. */
export interface ReadItem {
  readonly names: readonly string[];
  readonly address: number;
  readonly count: number;
}

/** One read and what lies in it; `poll` is that of its most urgent item. */
export interface Block {
  readonly unit: number;
  readonly functionCode: 3 | 4;
  readonly address: number;
  readonly count: number;
  readonly poll: PollClass;
  readonly items: readonly (ReadItem & { readonly poll: PollClass })[];
}

export type PlannedMap = Pick<
  RegisterMap,
  "functionCode" | "maxRegisters" | "maxGap" | "holes" | "registers" | "channels"
>;

/**
 * As few reads as possible for the channels of `roles`, most urgent first. Throws for a profile whose scale factor or
 * direction is too far from its value for one read.
 */
export function planReads(map: PlannedMap, unit: number, roles: readonly Role[]): readonly Block[] {
  const items = Object.entries(map.channels)
    .filter(([name]) => roles.includes(CHANNEL_ROLES[name as ChannelName]))
    .flatMap(([, channel]) => (channel === undefined ? [] : channelItems(map, unit, channel)));
  const blocks: Block[] = [];
  for (const item of joinedOverlaps(map, items).sort(byPlace)) {
    const last = blocks.at(-1);
    const joined = last === undefined ? undefined : join(map, last, item);
    if (joined === undefined) blocks.push(item);
    else blocks[blocks.length - 1] = joined;
  }
  return blocks.sort((a, b) => POLL_CLASSES.indexOf(a.poll) - POLL_CLASSES.indexOf(b.poll));
}

/** Two halves of a block that the device refuses; undefined when it is one item. */
export function bisect(block: Block): readonly [Block, Block] | undefined {
  if (block.items.length < 2) return undefined;
  const middle = Math.ceil(block.items.length / 2);
  return [blockOf(block, block.items.slice(0, middle)), blockOf(block, block.items.slice(middle))];
}

function channelItems(map: PlannedMap, unit: number, { sum, signFrom, poll }: ChannelSpec): readonly Block[] {
  const terms = sum.map(({ register }) => withScale(map, register));
  const groups = signFrom === undefined ? terms : [[...terms.flat(), ...withScale(map, signFrom.register)]];
  return groups.map((names) => itemBlock(map, unit, names, poll));
}

function withScale({ registers }: PlannedMap, name: string): readonly string[] {
  const scale = registers[name]?.scaleRegister;
  return scale === undefined ? [name] : [name, scale];
}

function itemBlock(map: PlannedMap, unit: number, names: readonly string[], poll: PollClass): Block {
  const specs = names.map((name) => specOf(map, name));
  const [first] = specs;
  const place = { unit: first?.unit ?? unit, functionCode: first?.functionCode ?? map.functionCode };
  const isApart = specs.some(
    (spec) =>
      (spec.unit ?? unit) !== place.unit || (spec.functionCode ?? map.functionCode) !== place.functionCode,
  );
  const address = Math.min(...specs.map(({ at }) => at));
  const count = Math.max(...specs.map(({ at, type }) => at + REGISTER_SIZES[type])) - address;
  if (isApart || count > map.maxRegisters) throw new Error(`${names.join(" and ")} do not fit into one read`);
  return { ...place, address, count, poll, items: [{ names, address, count, poll }] };
}

function specOf({ registers }: PlannedMap, name: string): RegisterSpec {
  const spec = registers[name];
  if (spec === undefined) throw new Error(`register ${name} is not described`);
  return spec;
}

/** Two channels may need the same register: items that overlap count as one. */
function joinedOverlaps(map: PlannedMap, items: readonly Block[]): Block[] {
  const joined: Block[] = [];
  for (const item of [...items].sort(byPlace)) {
    const last = joined.at(-1);
    const union = last === undefined ? undefined : oneItem(map, last, item);
    if (union === undefined) joined.push(item);
    else joined[joined.length - 1] = union;
  }
  return joined;
}

function oneItem(map: PlannedMap, a: Block, b: Block): Block | undefined {
  if (!isSamePlace(a, b) || b.address >= a.address + a.count) return undefined;
  const names = [...new Set([...a.items, ...b.items].flatMap((item) => item.names))];
  const count = Math.max(a.address + a.count, b.address + b.count) - a.address;
  if (count > map.maxRegisters) return undefined;
  const poll = mostUrgent([a.poll, b.poll]);
  return { ...a, count, poll, items: [{ names, address: a.address, count, poll }] };
}

function join(map: PlannedMap, block: Block, next: Block): Block | undefined {
  const end = block.address + block.count;
  const isFar = next.address - end > map.maxGap;
  const isLong = next.address + next.count - block.address > map.maxRegisters;
  const isHole = map.holes.some(([first, last]) => first < next.address && last >= end);
  if (!isSamePlace(block, next) || isFar || isLong || isHole) return undefined;
  return blockOf(block, [...block.items, ...next.items]);
}

function blockOf({ unit, functionCode }: Block, items: Block["items"]): Block {
  const address = Math.min(...items.map((item) => item.address));
  const count = Math.max(...items.map((item) => item.address + item.count)) - address;
  return { unit, functionCode, address, count, poll: mostUrgent(items.map(({ poll }) => poll)), items };
}

function mostUrgent(classes: readonly PollClass[]): PollClass {
  return POLL_CLASSES.find((candidate) => classes.includes(candidate)) ?? "slow";
}

function isSamePlace(a: Block, b: Block): boolean {
  return a.unit === b.unit && a.functionCode === b.functionCode;
}

function byPlace(a: Block, b: Block): number {
  return a.unit - b.unit || a.functionCode - b.functionCode || a.address - b.address;
}
