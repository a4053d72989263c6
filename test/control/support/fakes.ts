import type { VehicleState, WallboxCapability } from "../../../src/core/site-sample.ts";
import { powerW } from "../../../src/core/units.ts";
import { type Clock, delay } from "../../../src/ports/clock.ts";
import type { DeviceFault } from "../../../src/ports/device-fault.ts";
import type { SiteChannels, SiteSource, SourceReading } from "../../../src/ports/site-source.ts";
import type { StateStore } from "../../../src/ports/state-store.ts";
import type { ApplyResult, CurrentCommand, Wallbox } from "../../../src/ports/wallbox.ts";

export const SILENT: DeviceFault = { kind: "timeout", detail: "no answer" };

/** A device in memory that answers as it is told, after `answerMs`. */
export interface FakeSource extends SiteSource {
  channels: () => SiteChannels;
  fault: DeviceFault | undefined;
  answerMs: number;
  isFrozen: boolean;
  readonly reads: number;
  /** How many reads were under way at most. */
  readonly mostAtOnce: number;
}

export function createFakeSource(clock: Clock, channels: () => SiteChannels, name = "meter"): FakeSource {
  let reads = 0;
  let underWay = 0;
  let mostAtOnce = 0;
  let stamp = 0;
  return {
    name,
    channels,
    fault: undefined,
    answerMs: 0,
    isFrozen: false,
    get reads() {
      return reads;
    },
    get mostAtOnce() {
      return mostAtOnce;
    },
    async read(): Promise<SourceReading> {
      reads += 1;
      underWay += 1;
      mostAtOnce = Math.max(mostAtOnce, underWay);
      if (this.answerMs > 0) await delay(clock, this.answerMs);
      underWay -= 1;
      if (this.fault !== undefined) return { ok: false, fault: this.fault };
      if (!this.isFrozen) stamp += 1;
      return { ok: true, channels: this.channels(), stamp: String(stamp) };
    },
    async close() {},
  };
}

/** A box in memory whose car draws at once what it is allowed. */
export interface FakeWallbox extends Wallbox {
  isConnected: boolean;
  vehicle: VehicleState;
  /** What the box allows, A per phase. */
  heldA: number;
  /** What `apply` answers; undefined takes every command. */
  answer: ApplyResult | undefined;
  answerMs: number;
  writes: number;
  readonly commands: readonly CurrentCommand[];
  carPowerW(): number;
}

export const CAPABILITY: WallboxCapability = {
  minCurrentA: 6,
  maxCurrentA: 16,
  stepA: 1,
  phases: 1,
  isModulating: true,
  canSwitchPhases: false,
  fallsBackTo: "failsafe",
};

export function createFakeWallbox(clock: Clock): FakeWallbox {
  const commands: CurrentCommand[] = [];
  return {
    name: "wallbox",
    isConnected: true,
    vehicle: "charging",
    heldA: 0,
    answer: undefined,
    answerMs: 0,
    writes: 0,
    commands,
    carPowerW() {
      return this.vehicle === "charging" ? powerW(this.heldA, CAPABILITY.phases) : 0;
    },
    sample() {
      return {
        isConnected: this.isConnected,
        vehicle: this.vehicle,
        chargePowerW: { value: this.carPowerW(), atMs: clock.monotonicMs() },
        phaseCurrentsA: undefined,
        offeredCurrentA: undefined,
        isFollowing: true,
        capability: CAPABILITY,
      };
    },
    async apply(command) {
      commands.push(command);
      if (this.answerMs > 0) await delay(clock, this.answerMs);
      if (this.answer !== undefined) return this.answer;
      if (!this.isConnected) return { kind: "deferred", because: "disconnected" };
      if (this.heldA === command.currentA) return { kind: "unchanged" };
      this.heldA = command.currentA;
      this.writes += 1;
      return { kind: "written" };
    },
    writesToday() {
      return this.writes;
    },
    async close() {},
  };
}

/** A store in memory: pass it on to play a restart. Values go through JSON, as on a disk. */
export interface FakeStore extends StateStore {
  readonly flushes: number;
  readonly puts: readonly string[];
}

export function createFakeStore(): FakeStore {
  const texts = new Map<string, string>();
  const puts: string[] = [];
  let flushes = 0;
  return {
    puts,
    get flushes() {
      return flushes;
    },
    get(key) {
      const text = texts.get(key);
      return text === undefined ? undefined : JSON.parse(text);
    },
    put(key, value) {
      puts.push(key);
      texts.set(key, JSON.stringify(value));
    },
    flush() {
      flushes += 1;
    },
    close() {},
  };
}
