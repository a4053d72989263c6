import type { Logger } from "pino";
import type { VehicleState } from "../../src/core/site-sample.ts";
import type { PhaseCount } from "../../src/core/units.ts";
import { type Clock, withTimeout } from "../../src/ports/clock.ts";
import type { ApplyResult, CurrentCommand } from "../../src/ports/wallbox.ts";
import type { BoxLink } from "./box-link.ts";
import { floorProfile, type ProfilePlan, setpointProfile } from "./charging-profile.ts";
import type { PlanBook } from "./profile-plan.ts";
import { createProfileRefusals } from "./profile-refusals.ts";
import { applyResultOf, type SendOutcome, sendProfile } from "./profile-sending.ts";
import { isInSession } from "./vehicle-status.ts";
import type { WriteBudget } from "./write-budget.ts";

/** Our wall clock moved against the monotonic one: the times in the profile are wrong. */
const WALL_JUMP_MS = 10_000;
/** So that a call that runs into its timeout is told as such. */
const APPLY_MARGIN_MS = 1_000;
/** A command older than this is not sent by the driver itself: control may hang. */
const FRESH_COMMAND_MS = 120_000;

export interface ProfileWriterOptions {
  readonly connector: number;
  readonly phases: PhaseCount;
  readonly minCurrentA: number;
  readonly maxCurrentA: number;
  readonly stepA: number;
  readonly floorCurrentA: number;
  readonly horizonMs: number;
}

export interface ProfileWriterDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly budget: WriteBudget;
  readonly book: PlanBook;
  /** The box confirmed this limit, A per phase. */
  readonly onLimitConfirmed: (limitA: number) => void;
}

/** Writes limits to the box: floor first, then the newest set point, one write at a time. */
export interface ProfileWriter {
  readonly isModulating: boolean;
  /** The box can be talked to; nothing is assumed of what it holds. */
  linkUp(link: BoxLink): void;
  linkDown(): void;
  /** Lays the floor where the plan has one and it is not laid yet. */
  layFloor(): Promise<void>;
  /** Tries whether a box that took no limits takes them by now; the floor is safe at any time. */
  probe(): void;
  /** What the box holds may be lost or wrong: floor and set point are written again. */
  forget(): void;
  apply(command: CurrentCommand): Promise<ApplyResult>;
  vehicleChanged(vehicle: VehicleState): void;
  /** Writes the present set point once more. */
  repeat(): void;
}

interface Held {
  readonly currentA: number;
  readonly atMs: number;
  readonly wallOffsetMs: number;
}

const UNCHANGED: ApplyResult = { kind: "unchanged" };
const DISCONNECTED: ApplyResult = { kind: "deferred", because: "disconnected" };
const BUSY: ApplyResult = { kind: "deferred", because: "busy" };
const OVER_BUDGET: ApplyResult = { kind: "deferred", because: "write_budget" };

export function createProfileWriter(options: ProfileWriterOptions, deps: ProfileWriterDeps): ProfileWriter {
  const { clock, budget, book } = deps;
  const refusals = createProfileRefusals(deps);
  const floorCurrentA = options.floorCurrentA < options.minCurrentA ? 0 : options.floorCurrentA;
  let link: BoxLink | undefined;
  let vehicle: VehicleState = "unknown";
  let wanted: { readonly currentA: number; readonly isUrgent: boolean; readonly atMs: number } | undefined;
  let held: Held | undefined;
  let isFloorLaid = false;
  let isWriting = false;
  let mustRepeat = false;

  const wallOffsetMs = () => clock.wallMs() - clock.monotonicMs();

  /** Undefined when nothing has to be written; else whether the write raises what the box allows. */
  function dueWrite(): { readonly isRaise: boolean } | undefined {
    if (wanted === undefined) return undefined;
    if (held === undefined) return { isRaise: wanted.currentA > floorCurrentA };
    const ageMs = clock.monotonicMs() - held.atMs;
    const isExpired = book.plan !== "plain" && ageMs >= options.horizonMs;
    if (wanted.currentA !== held.currentA) {
      return { isRaise: wanted.currentA > (isExpired ? floorCurrentA : held.currentA) };
    }
    const hasClockJumped = Math.abs(wallOffsetMs() - held.wallOffsetMs) > WALL_JUMP_MS;
    // Without a car nothing can be drawn: a renewal would only wear the flash. The plug-in brings it.
    const isRenewal = book.plan !== "plain" && vehicle !== "absent" && ageMs >= options.horizonMs / 2;
    return mustRepeat || hasClockJumped || isRenewal ? { isRaise: false } : undefined;
  }

  async function writeWanted(): Promise<ApplyResult> {
    const command = wanted;
    const due = dueWrite();
    if (command === undefined || due === undefined) return UNCHANGED;
    if (link === undefined) return DISCONNECTED;
    if (isWriting || refusals.isPausing(command.isUrgent)) return BUSY;
    // Renewals pass: a pause that is not renewed would end in the floor, which is more current.
    if (due.isRaise && budget.isSpent()) return OVER_BUDGET;
    isWriting = true;
    const outcome = await writeOn(link, command.currentA);
    isWriting = false;
    if (outcome.kind === "accepted") writeNewest();
    return applyResultOf(outcome);
  }

  /** Sends what was wanted while a write was under way or the box refused. */
  function writeNewest(): void {
    if (wanted !== undefined && clock.monotonicMs() - wanted.atMs <= FRESH_COMMAND_MS) void writeWanted();
  }

  async function writeOn(target: BoxLink, currentA: number): Promise<SendOutcome> {
    let plan: ProfilePlan | undefined = book.plan;
    if (plan === "stacked" && !isFloorLaid) {
      const floor = await sendFloor(target);
      if (floor.kind !== "accepted") return floor;
    }
    let outcome: SendOutcome = { kind: "disconnected" };
    while (plan !== undefined) {
      outcome = await send(target, plan, currentA);
      if (outcome.kind === "accepted") settle(plan, currentA);
      plan = outcome.kind === "refused" ? book.fallback(plan, isInSession(vehicle)) : undefined;
    }
    judge(outcome);
    return outcome;
  }

  async function send(target: BoxLink, plan: ProfilePlan, currentA: number): Promise<SendOutcome> {
    const shape = { ...options, rateUnit: book.rateUnit, floorCurrentA };
    const profile = setpointProfile(plan, { ...shape, currentA, nowWallMs: clock.wallMs() });
    const outcome = await sendProfile(target, profile, budget);
    return target === link ? outcome : { kind: "disconnected" };
  }

  async function sendFloor(target: BoxLink): Promise<SendOutcome> {
    const profile = floorProfile({ ...options, rateUnit: book.rateUnit, floorCurrentA });
    const outcome = await sendProfile(target, profile, budget);
    if (target !== link) return { kind: "disconnected" };
    if (outcome.kind === "accepted") isFloorLaid = true;
    judge(outcome);
    return outcome;
  }

  async function writeFloor(): Promise<void> {
    if (link === undefined || isWriting) return;
    isWriting = true;
    const outcome = await sendFloor(link);
    isWriting = false;
    if (outcome.kind === "accepted") writeNewest();
  }

  function settle(plan: ProfilePlan, currentA: number): void {
    book.confirm(plan);
    isFloorLaid = plan === "stacked";
    mustRepeat = false;
    held = { currentA, atMs: clock.monotonicMs(), wallOffsetMs: wallOffsetMs() };
    deps.onLimitConfirmed(currentA);
  }

  function judge(outcome: SendOutcome): void {
    refusals.judge(outcome, vehicle);
    // It may hold the old or the new one.
    if (outcome.kind === "timeout") held = undefined;
  }

  function forget(): void {
    held = undefined;
    isFloorLaid = false;
    mustRepeat = false;
  }

  return {
    get isModulating() {
      return refusals.isModulating;
    },
    linkUp(newLink) {
      forget();
      link = newLink;
      wanted = undefined;
      refusals.linkUp();
    },
    linkDown() {
      forget();
      link = undefined;
    },
    forget,
    async layFloor() {
      if (!isFloorLaid && book.plan === "stacked") await writeFloor();
    },
    probe() {
      if (!refusals.isModulating && !refusals.isPausing(false)) void writeFloor();
    },
    apply(command) {
      const currentA = admissibleCurrentA(command.currentA, options);
      wanted = { currentA, isUrgent: command.isUrgent, atMs: clock.monotonicMs() };
      if (link === undefined) return Promise.resolve(DISCONNECTED);
      const isIdle = !isWriting && dueWrite() === undefined;
      if (isIdle) return Promise.resolve(UNCHANGED);
      return withTimeout(clock, link.callTimeoutMs + APPLY_MARGIN_MS, writeWanted(), BUSY);
    },
    vehicleChanged(now) {
      vehicle = now;
      if (refusals.vehicleChanged()) writeNewest();
    },
    repeat() {
      mustRepeat = true;
      writeNewest();
    },
  };
}

/** 0 below the minimum (IEC 61851: no current between 0 and 6 A); else capped and in whole steps, rounded down. */
export function admissibleCurrentA(
  askedA: number,
  { minCurrentA, maxCurrentA, stepA }: Pick<ProfileWriterOptions, "minCurrentA" | "maxCurrentA" | "stepA">,
): number {
  const cappedA = Math.min(askedA, maxCurrentA);
  const steppedA = Math.round(Math.floor(cappedA / stepA + 1e-6) * stepA * 10) / 10;
  return steppedA >= minCurrentA ? steppedA : 0;
}
