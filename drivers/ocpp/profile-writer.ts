import type { Logger } from "pino";
import type { VehicleState } from "../../src/core/site-sample.ts";
import type { PhaseCount } from "../../src/core/units.ts";
import { type Clock, withTimeout } from "../../src/ports/clock.ts";
import type { ApplyResult, CurrentCommand } from "../../src/ports/wallbox.ts";
import { admissibleCurrentA } from "./admissible-current.ts";
import type { BoxHabits } from "./box-habits.ts";
import type { BoxLink } from "./box-link.ts";
import { floorProfile, leftoverIds, type RunningTransaction, setpointProfile } from "./charging-profile.ts";
import { type DueWrite, dueWrite, type HeldLimit } from "./profile-due.ts";
import type { PlanBook, ProfileWay } from "./profile-plan.ts";
import { createProfileRefusals } from "./profile-refusals.ts";
import { applyResultOf, type SendOutcome, sendProfile } from "./profile-sending.ts";
import { isInSession } from "./vehicle-status.ts";
import type { WriteBudget } from "./write-budget.ts";

/** So that a call that runs into its timeout is told as such. */
const APPLY_MARGIN_MS = 1_000;
/** What is measured this near to the floor is the floor, A. */
const AT_FLOOR_A = 0.5;
/** A command older than this is not sent by the driver itself: control may hang. */
const FRESH_COMMAND_MS = 120_000;

export interface ProfileWriterOptions {
  readonly connector: number;
  /** Phases that the installation gives the box. */
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
  readonly habits: () => BoxHabits;
  readonly transaction: () => RunningTransaction | undefined;
  /** How far the clock by which the box keeps its profiles is ahead of ours, ms. */
  readonly boxClockErrorMs: () => number;
  /** Phases that the box is told to charge with; undefined where it is not told. */
  readonly numberPhases: () => PhaseCount | undefined;
  /** Phases that the box charges with now. */
  readonly activePhases: () => PhaseCount;
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
  /** The box draws so much although it holds less: what we left in it otherwise goes, floor and set point come anew. */
  reassert(drawnA: number): void;
  transactionStarted(): void;
  /**
   * Writes the present set point once more, to last for `horizonMs`, and nothing after it until `release`: a box that
   * forgot its limits must not be told them anew before it was measured. False when the box did not take it.
   */
  writeLast(horizonMs: number): Promise<boolean>;
  release(): void;
}

const UNCHANGED: ApplyResult = { kind: "unchanged" };
const DISCONNECTED: ApplyResult = { kind: "deferred", because: "disconnected" };
const BUSY: ApplyResult = { kind: "deferred", because: "busy" };
const OVER_BUDGET: ApplyResult = { kind: "deferred", because: "write_budget" };

export function createProfileWriter(options: ProfileWriterOptions, deps: ProfileWriterDeps): ProfileWriter {
  const { clock, budget, book } = deps;
  const refusals = createProfileRefusals({ ...deps, isProven: () => book.isProven });
  const minCurrentA = () => Math.max(options.minCurrentA, deps.habits().minCurrentA ?? 0);
  const floorCurrentA = () => (options.floorCurrentA < minCurrentA() ? 0 : options.floorCurrentA);
  let link: BoxLink | undefined;
  let vehicle: VehicleState = "unknown";
  let wanted: { readonly currentA: number; readonly isUrgent: boolean; readonly atMs: number } | undefined;
  let held: HeldLimit | undefined;
  let isFloorLaid = false;
  let isWriting = false;
  let mustRepeat = false;
  let mustClear = false;
  /** The box has stepped to its floor when its transaction was too young for that: it counts from another start. */
  let isStartDoubted = false;
  let horizonMs = options.horizonMs;
  let isHeld = false;

  const wallOffsetMs = () => clock.wallMs() + deps.boxClockErrorMs() - clock.monotonicMs();

  function due(): DueWrite | undefined {
    if (wanted === undefined) return undefined;
    return dueWrite(wanted.currentA, held, {
      floorCurrentA: floorCurrentA(),
      isExpiring: book.plan !== "plain",
      horizonMs,
      vehicle,
      mustRepeat,
      nowMs: clock.monotonicMs(),
      wallOffsetMs: wallOffsetMs(),
    });
  }

  async function writeWanted(): Promise<ApplyResult> {
    const command = wanted;
    const write = due();
    if (command === undefined || write === undefined) return UNCHANGED;
    if (link === undefined) return DISCONNECTED;
    if (isHeld || isWriting || refusals.isPausing(command.isUrgent)) return BUSY;
    // Renewals pass: a pause that is not renewed would end in the floor, which is more current.
    if (write.isRaise && budget.isSpent()) return OVER_BUDGET;
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
    let way: ProfileWay | undefined = { plan: book.plan, kind: book.kind };
    let outcome: SendOutcome = { kind: "disconnected" };
    await clearLeftovers(target, way);
    while (way !== undefined) {
      outcome = await sendWithFloor(target, way, currentA);
      way = outcome.kind === "refused" ? book.fallback(way, isInSession(vehicle)) : undefined;
    }
    judge(outcome);
    return outcome;
  }

  /** Before what is to hold: boxes that clear more than they are asked to get that afterwards. */
  async function clearLeftovers(target: BoxLink, { plan }: ProfileWay): Promise<void> {
    if (!mustClear) return;
    mustClear = false;
    const purpose = deps.habits().profilePurpose;
    for (const id of leftoverIds(plan, { connector: options.connector, purpose }))
      await target.call("ClearChargingProfile", { id });
  }

  function transaction(): RunningTransaction | undefined {
    const running = deps.transaction();
    return running !== undefined && isStartDoubted ? { ...running, startedWallMs: undefined } : running;
  }

  function shape({ kind }: ProfileWay) {
    const numberPhases = deps.numberPhases();
    return {
      connector: options.connector,
      phases: deps.activePhases(),
      kind,
      numberPhases,
      rateUnit: book.rateUnit,
      floorCurrentA: floorCurrentA(),
    };
  }

  async function sendWithFloor(target: BoxLink, way: ProfileWay, currentA: number): Promise<SendOutcome> {
    const needsFloor = way.plan === "stacked" && !isFloorLaid;
    const floor: SendOutcome = needsFloor ? await sendFloor(target, way) : { kind: "accepted" };
    if (floor.kind !== "accepted") return floor;
    const outcome = await send(target, way, currentA);
    if (outcome.kind === "accepted") settle(way, currentA);
    return outcome;
  }

  async function send(target: BoxLink, way: ProfileWay, currentA: number): Promise<SendOutcome> {
    const profile = setpointProfile(way.plan, {
      ...shape(way),
      currentA,
      horizonMs,
      purpose: deps.habits().profilePurpose,
      transaction: transaction(),
      nowWallMs: clock.wallMs() + deps.boxClockErrorMs(),
    });
    const outcome = await sendProfile(target, profile, budget);
    return target === link ? outcome : { kind: "disconnected" };
  }

  async function sendFloor(target: BoxLink, way: ProfileWay): Promise<SendOutcome> {
    const outcome = await sendProfile(target, floorProfile(shape(way)), budget);
    if (target !== link) return { kind: "disconnected" };
    if (outcome.kind === "accepted") isFloorLaid = true;
    return outcome;
  }

  async function writeFloor(): Promise<void> {
    if (link === undefined || isWriting || isHeld) return;
    isWriting = true;
    const outcome = await sendFloor(link, book);
    judge(outcome);
    isWriting = false;
    if (outcome.kind === "accepted") writeNewest();
  }

  function settle(way: ProfileWay, currentA: number): void {
    book.confirm(way);
    isFloorLaid = way.plan === "stacked";
    mustRepeat = false;
    held = { currentA, atMs: clock.monotonicMs(), wallOffsetMs: wallOffsetMs() };
    deps.onLimitConfirmed(currentA);
  }

  function judge(outcome: SendOutcome): void {
    refusals.judge(outcome, vehicle);
    // It may hold the old or the new one.
    if (outcome.kind !== "timeout") return;
    held = undefined;
    book.unanswered();
  }

  function forget(): void {
    held = undefined;
    isFloorLaid = false;
    mustRepeat = false;
    mustClear = false;
  }

  function isAtFloor(drawnA: number): boolean {
    const isBelow = held !== undefined && held.currentA < floorCurrentA();
    return isBelow && Math.abs(drawnA - floorCurrentA()) <= AT_FLOOR_A;
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
      book.linkUp();
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
      const currentA = admissibleCurrentA(command.currentA, {
        ...options,
        minCurrentA: minCurrentA(),
        ...stepping(deps.habits()),
      });
      wanted = { currentA, isUrgent: command.isUrgent, atMs: clock.monotonicMs() };
      if (link === undefined) return Promise.resolve(DISCONNECTED);
      const isIdle = !isWriting && due() === undefined;
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
    reassert(drawnA) {
      if (book.kind === "Relative" && isAtFloor(drawnA)) isStartDoubted = true;
      isFloorLaid = false;
      mustClear = true;
      mustRepeat = true;
      writeNewest();
    },
    transactionStarted() {
      isStartDoubted = false;
    },
    async writeLast(lastHorizonMs) {
      if (link === undefined || wanted === undefined || isWriting) return false;
      mustRepeat = true;
      horizonMs = lastHorizonMs;
      const result = await writeWanted();
      isHeld = true;
      return result.kind === "written";
    },
    release() {
      horizonMs = options.horizonMs;
      isHeld = false;
    },
  };
}

function stepping({ stepsA }: BoxHabits) {
  return stepsA === undefined ? {} : { stepsA };
}
