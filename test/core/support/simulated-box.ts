import { type BoxPass, type BoxState, NEW_STANDING } from "../../../src/core/boxes/box-pass.ts";
import { type ControlOptions, initialControlState } from "../../../src/core/decide.ts";
import type { BoxDecision } from "../../../src/core/site-decision.ts";
import type { Reading, VehicleState, WallboxCapability } from "../../../src/core/site-sample.ts";
import { powerW } from "../../../src/core/units.ts";
import { DAY, OPTIONS } from "./site.ts";

/** Without the gateway's word for this long a box falls to its failsafe current, ms. */
export const EXPIRY_MS = 120_000;
export const FAILSAFE_A = OPTIONS.limits.failsafeCurrentA;

export interface SimulatedBoxOptions {
  readonly name: string;
  readonly capability: WallboxCapability;
  readonly priority?: number;
  readonly control?: Partial<ControlOptions>;
  /** From a write until the car begins to move, ms. */
  readonly deadTimeMs?: number;
  readonly rampAPerS?: number;
  /** Time from one reading of the box to the next, ms. */
  readonly readEveryMs?: number;
}

/** A box whose set point expires where its capability says so, with a car that takes what it is given, after a while. */
export interface SimulatedBox {
  readonly name: string;
  vehicle: VehicleState;
  /** The gateway hears and reaches the box. */
  isLinked: boolean;
  /** The box says nothing of what the car draws. */
  isSilent: boolean;
  /** The box takes no new set point. */
  isDeaf: boolean;
  /** What the car can take at most, A per phase. */
  carMaxA: number;
  /** What the car draws, A per phase. */
  readonly drawnA: number;
  readonly drawnW: number;
  /** What the box allows, A per phase. */
  readonly allowedA: number;
  /** Times that the car has begun to draw. */
  readonly starts: number;
  readonly writes: number;
  boost(): void;
  advance(nowMs: number, durationMs: number): void;
  pass(): BoxPass;
  carryOut(decision: BoxDecision, nowMs: number): void;
}

export function createSimulatedBox(options: SimulatedBoxOptions, startMs: number): SimulatedBox {
  const { name, capability, priority = 1, deadTimeMs = 3_000, rampAPerS = 4, readEveryMs = 5_000 } = options;
  const box = {
    vehicle: "charging" as VehicleState,
    isLinked: true,
    isSilent: false,
    isDeaf: false,
    carMaxA: 99,
    drawnA: 0,
    starts: 0,
    writes: 0,
    allowedA: 0,
  };
  let state: BoxState = { control: initialControlState(DAY), standing: NEW_STANDING };
  let askedA = 0;
  /** What the gateway has asked for and the box obeys after its dead time, each on its own. */
  let onTheirWay: readonly { readonly currentA: number; readonly dueMs: number }[] = [];
  let heardMs = startMs;
  let lastWriteMs: number | undefined;
  let reading: Reading<number> | undefined = { value: 0, atMs: startMs };

  const drawnW = () => powerW(box.drawnA, capability.phases);
  const canDraw = () => box.vehicle === "charging" || box.vehicle === "connected";

  function fallBack(nowMs: number): void {
    const { fallsBackTo, maxCurrentA } = capability;
    if (fallsBackTo === "failsafe" && nowMs - heardMs >= EXPIRY_MS) fallTo(FAILSAFE_A);
    if (fallsBackTo === "rating" && !box.isLinked) fallTo(maxCurrentA);
  }

  function fallTo(currentA: number): void {
    onTheirWay = [];
    box.allowedA = currentA;
  }

  function obey(nowMs: number): void {
    box.allowedA = onTheirWay.findLast(({ dueMs }) => nowMs >= dueMs)?.currentA ?? box.allowedA;
    onTheirWay = onTheirWay.filter(({ dueMs }) => nowMs < dueMs);
  }

  return Object.defineProperties(
    Object.assign(box, {
      name,
      boost() {
        state = { ...state, control: { ...state.control, boost: { state: "ongoing", hasDrawn: false } } };
      },
      advance(nowMs: number, durationMs: number) {
        fallBack(nowMs);
        obey(nowMs);
        const aimA = canDraw() ? Math.min(box.allowedA, box.carMaxA) : 0;
        const reachA = (rampAPerS * durationMs) / 1_000;
        const wasDrawing = box.drawnA > 0;
        box.drawnA += Math.min(Math.max(aimA - box.drawnA, -reachA), reachA);
        if (!wasDrawing && box.drawnA > 0) box.starts += 1;
        if (box.isSilent || !box.isLinked) reading = undefined;
        else if (reading === undefined || nowMs - reading.atMs >= readEveryMs)
          reading = { value: drawnW(), atMs: nowMs };
      },
      pass: (): BoxPass => ({
        options: { name, priority, control: { ...OPTIONS, ...options.control }, expiryMs: EXPIRY_MS },
        state,
        wallbox: {
          isConnected: box.isLinked,
          vehicle: box.vehicle,
          chargePowerW: reading,
          phaseCurrentsA: undefined,
          offeredCurrentA: undefined,
          isFollowing: box.drawnA <= askedA + 1 || !box.isDeaf,
          capability,
        },
        plan: undefined,
        lastWriteMs,
        writesToday: 0,
      }),
      carryOut({ setpointA, state: next }: BoxDecision, nowMs: number) {
        state = next;
        if (!box.isLinked || setpointA === undefined) {
          lastWriteMs = undefined;
          return;
        }
        heardMs = nowMs;
        if (setpointA === askedA) return;
        askedA = setpointA;
        lastWriteMs = nowMs;
        if (box.isDeaf) return;
        box.writes += 1;
        onTheirWay = [...onTheirWay, { currentA: setpointA, dueMs: nowMs + deadTimeMs }];
      },
    }),
    { drawnW: { get: drawnW } },
  ) as typeof box & SimulatedBox;
}
