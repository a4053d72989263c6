import { z } from "zod";
import type { BoxClock } from "./box-clock.ts";
import type { ChargePointHardware } from "./hardware.ts";
import type { ChargingContext } from "./profile-limit.ts";
import { createProfileStack, type ProfileStack, type ProfileStackOptions } from "./profile-stack.ts";

/** As a snapshot of the stack has it, as far as it is looked at. */
const storedProfile = z.looseObject({
  csChargingProfiles: z.looseObject({
    stackLevel: z.number(),
    chargingSchedule: z.looseObject({ chargingSchedulePeriod: z.array(z.unknown()) }),
  }),
});

export interface EnforcementDeps {
  readonly hardware: ChargePointHardware;
  readonly rules: ProfileStackOptions;
  readonly clock: BoxClock;
  /** Accepts profiles and charges as if there were none, from the start. */
  readonly ignoresProfiles: boolean;
  /** A limit of 0 is taken for the smallest current. */
  readonly ignoresZero: boolean;
  /** Changes its phases as the profiles ask. */
  readonly switchesPhases: boolean;
  /** Brings the hardware up to this monotonic time, where a house around it does so. */
  readonly advanceTo: ((monotonicMs: number) => void) | undefined;
  context(): ChargingContext;
}

/** Keeps the hardware to what the profiles allow, and the profiles in flash. */
export interface Enforcement {
  readonly stack: ProfileStack;
  /** A per phase; undefined when nothing limits. */
  limitA(): number | undefined;
  /** Brings the hardware up to the present. */
  catchUp(): void;
  /** Tells the hardware the limit in force; without `mayCharge` nothing may flow. */
  obey(mayCharge: boolean): void;
  save(): void;
  /** Accepts profiles and charges as if there were none, or obeys them again. */
  ignoreProfiles(isIgnoring: boolean): void;
  /** Somebody else puts another limit in the place of the highest one, A per phase. Does nothing where there is none. */
  overwriteLimit(limitA: number): void;
  /** What a boot does: the profiles in flash are in force again. */
  reload(): void;
  /** Flash and all. */
  forget(): void;
}

export function createEnforcement(deps: EnforcementDeps): Enforcement {
  const { hardware, clock } = deps;
  const stack = createProfileStack(deps.rules);
  let flash = stack.snapshot();
  let advancedToMs = clock.monotonicMs();
  let { ignoresProfiles } = deps;

  function limitA(): number | undefined {
    if (ignoresProfiles) return undefined;
    const currentA = stack.limitA(clock.wallMs(), deps.context());
    return deps.ignoresZero && currentA === 0 ? hardware.minCurrentA : currentA;
  }

  function catchUp(): void {
    const nowMs = clock.monotonicMs();
    if (deps.advanceTo !== undefined) deps.advanceTo(nowMs);
    else if (nowMs > advancedToMs) hardware.advance(nowMs - advancedToMs);
    advancedToMs = nowMs;
  }

  function save(): void {
    flash = stack.snapshot();
  }

  return {
    stack,
    limitA,
    catchUp,
    save,
    obey(mayCharge) {
      catchUp();
      const phases = deps.switchesPhases ? stack.phases(clock.wallMs(), deps.context()) : undefined;
      if (phases !== undefined && phases !== hardware.phases) hardware.setPhases?.(phases);
      hardware.allow(
        mayCharge ? Math.min(limitA() ?? hardware.maxCurrentA, hardware.maxCurrentA) : undefined,
      );
    },
    ignoreProfiles(isIgnoring) {
      ignoresProfiles = isIgnoring;
    },
    overwriteLimit(limit) {
      const entries = z.array(storedProfile).parse(JSON.parse(stack.snapshot()));
      const levels = entries.map(({ csChargingProfiles }) => csChargingProfiles.stackLevel);
      const highest = entries.find(
        ({ csChargingProfiles }) => csChargingProfiles.stackLevel === Math.max(...levels),
      );
      if (highest === undefined) return;
      highest.csChargingProfiles.chargingSchedule.chargingSchedulePeriod = [{ startPeriod: 0, limit }];
      stack.restore(JSON.stringify(entries));
      save();
    },
    reload: () => stack.restore(flash),
    forget() {
      stack.reset();
      save();
    },
  };
}
