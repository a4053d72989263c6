import type { Clock } from "../../src/ports/clock.ts";
import { type BusFault, isRefusal } from "../modbus/bus-fault.ts";
import type { ReadOutcome } from "../modbus/bus-request.ts";
import type { ModbusBus } from "../modbus/modbus-bus.ts";
import { createStampHash } from "../modbus/stamp.ts";
import type { LookUp } from "./channel-values.ts";
import {
  POLL_CLASSES,
  type PollClass,
  REGISTER_SIZES,
  type RegisterMap,
  type Role,
} from "./profile-schema.ts";
import { type Block, bisect, planReads } from "./read-plan.ts";
import { registerValue } from "./register-value.ts";

/** Least time between two reads of a class, ms. State of charge moves by a percent in minutes. */
const INTERVAL_MS: Readonly<Record<PollClass, number>> = { fast: 0, normal: 2_000, slow: 20_000 };
/** Timers fire a little early or late: a read must not miss a block that is due with it, ms. */
const SLACK_MS = 50;
/** A value is used for this many of its intervals. */
const VALID_INTERVALS = 3;
/** A device refuses what is not there yet: its meter is away, or it is still starting, ms. */
const ASK_AGAIN_MS = 60_000;
const LARGEST_EXPONENT = 10;

export type RegistersRead =
  | { readonly ok: true; readonly lookUp: LookUp; readonly stamp: string }
  | { readonly ok: false; readonly fault: BusFault };

/** Reads the registers of a map again and again, each class at its own pace. */
export interface RegisterReader {
  read(): Promise<RegistersRead>;
  /** Registers that the device refuses to give, even alone. */
  refused(): readonly string[];
  /** Reads of the present plan, most urgent first. */
  plan(): readonly Block[];
}

export interface RegisterReaderOptions {
  readonly map: RegisterMap;
  readonly unit: number;
  readonly roles: readonly Role[];
  /** Time from read to read, ms. */
  readonly pollMs: number;
}

interface Track {
  readonly block: Block;
  startedMs: number | undefined;
  stamp: string;
}

interface Kept {
  readonly value: number | undefined;
  readonly atMs: number;
  readonly lifeMs: number;
}

/**
 * A reader that splits a block which the device refuses until it knows which registers are missing, and asks for those
 * again now and then. A failed block that is not urgent leaves its last values in place until they are too old.
 */
export function createRegisterReader(
  { map, unit, roles, pollMs }: RegisterReaderOptions,
  { bus, clock }: { readonly bus: ModbusBus; readonly clock: Clock },
): RegisterReader {
  const kept = new Map<string, Kept>();
  let refused: readonly Track[] = [];
  let tracks = planReads(map, unit, roles).map(newTrack);

  function isDue({ block, startedMs }: Track): boolean {
    const waitMs = Math.max(INTERVAL_MS[block.poll], pollMs) - SLACK_MS;
    return block.poll === "fast" || startedMs === undefined || clock.monotonicMs() - startedMs >= waitMs;
  }

  async function readTrack(track: Track): Promise<BusFault | undefined> {
    const { unit, functionCode, address, count } = track.block;
    track.startedMs = clock.monotonicMs();
    const outcome: ReadOutcome = await bus.read({ unit, functionCode, address, count });
    if (outcome.ok) {
      keep(track, outcome.registers);
      return undefined;
    }
    return isRefusal(outcome.fault) ? split(track) : outcome.fault;
  }

  /** Reads the halves of a refused block at once, and remembers what is not there. */
  async function split(track: Track): Promise<BusFault | undefined> {
    const halves = bisect(track.block)?.map(newTrack) ?? [];
    if (halves.length === 0) refused = [...refused, track];
    tracks = tracks.flatMap((other) => (other === track ? halves : [other]));
    for (const half of halves) {
      const fault = await readTrack(half);
      if (fault !== undefined) return fault;
    }
    return undefined;
  }

  /** Asks for one block that was refused; whatever but an answer leaves it so. */
  async function askAgain(): Promise<void> {
    const dueMs = clock.monotonicMs() - ASK_AGAIN_MS;
    const track = refused.find(({ startedMs = dueMs }) => startedMs <= dueMs);
    if (track === undefined) return;
    const { unit, functionCode, address, count } = track.block;
    track.startedMs = clock.monotonicMs();
    const outcome = await bus.read({ unit, functionCode, address, count });
    if (!outcome.ok) return;
    keep(track, outcome.registers);
    refused = refused.filter((other) => other !== track);
    tracks = [...tracks, track].sort((a, b) => urgency(a) - urgency(b));
  }

  function keep(track: Track, registers: readonly number[]): void {
    const { block } = track;
    const atMs = clock.monotonicMs();
    const lifeMs = VALID_INTERVALS * Math.max(INTERVAL_MS[block.poll], pollMs);
    const hash = createStampHash();
    hash.add(registers);
    track.stamp = hash.text();
    for (const name of block.items.flatMap(({ names }) => names)) {
      kept.set(name, { value: valueIn(map, name, block.address, registers), atMs, lifeMs });
    }
  }

  function lookUp(name: string): number | undefined {
    const found = kept.get(name);
    return found === undefined || clock.monotonicMs() - found.atMs > found.lifeMs ? undefined : found.value;
  }

  return {
    async read() {
      const mostUrgent = tracks[0]?.block.poll;
      for (const track of tracks.filter(isDue)) {
        const fault = await readTrack(track);
        if (fault === undefined) continue;
        if (track.block.poll === mostUrgent) {
          track.startedMs = undefined;
          return { ok: false, fault };
        }
        if (fault.kind !== "exception") break;
      }
      await askAgain();
      if (tracks.length === 0) return { ok: false, fault: nothingThere() };
      return { ok: true, lookUp, stamp: tracks.map(({ stamp }) => stamp).join(".") };
    },
    refused: () => refused.flatMap(({ block }) => block.items.flatMap(({ names }) => names)),
    plan: () => tracks.map(({ block }) => block),
  };
}

function urgency({ block }: Track): number {
  return POLL_CLASSES.indexOf(block.poll);
}

function newTrack(block: Block): Track {
  return { block, startedMs: undefined, stamp: "" };
}

function nothingThere(): BusFault {
  return { kind: "protocol", detail: "the device has none of the registers of its driver" };
}

function valueIn(
  map: RegisterMap,
  name: string,
  address: number,
  registers: readonly number[],
): number | undefined {
  const spec = map.registers[name];
  if (spec === undefined) return undefined;
  const words = wordsOf(spec, address, registers);
  if (spec.scaleRegister === undefined) return registerValue(spec, words, map.words);
  const scale = map.registers[spec.scaleRegister];
  const exponent =
    scale === undefined ? undefined : registerValue(scale, wordsOf(scale, address, registers), map.words);
  if (exponent === undefined || Math.abs(exponent) > LARGEST_EXPONENT) return undefined;
  return registerValue(spec, words, map.words, exponent);
}

function wordsOf(
  { at, type }: RegisterMap["registers"][string],
  address: number,
  registers: readonly number[],
): readonly number[] {
  return registers.slice(at - address, at - address + REGISTER_SIZES[type]);
}
