import type { PhaseCount } from "../core/units.ts";

/**
 * How a box falls back when the gateway dies: `A` a floor beneath an expiring set point, `B` one profile that steps
 * down, `C` not at all: then only the box's own largest current protects the fuse.
 */
export type DeadManVariant = "A" | "B" | "C";

/** The last pull-the-plug test. */
export interface SelfTestRecord {
  readonly atWallMs: number;
  readonly outcome: "passed" | "failed" | "inconclusive";
  /** Measured after the horizon without us, A per phase. */
  readonly fellToA: number | undefined;
  readonly detail: string;
}

/** What the last phase test saw. */
export interface PhaseTestRecord {
  readonly atWallMs: number;
  readonly canSwitch: boolean;
  readonly detail: string;
}

/** What is known of one wallbox, for people: who it is, what it can do, how it protects. */
export interface WallboxCard {
  readonly name: string;
  readonly identity: string;
  readonly isConnected: boolean;
  /** `ocpp1.6` or `ocpp2.0.1`; undefined before the box was seen. */
  readonly protocol: string | undefined;
  readonly vendor: string | undefined;
  readonly model: string | undefined;
  readonly firmware: string | undefined;
  readonly serial: string | undefined;
  /** Name of the model whose habits are used; undefined for the usual ones. */
  readonly knownAs: string | undefined;
  readonly facts: readonly string[];
  readonly advice: string | undefined;
  readonly deadMan: {
    readonly variant: DeadManVariant;
    /** The box took such a profile. */
    readonly isProven: boolean;
    readonly floorCurrentA: number;
    readonly horizonS: number;
    readonly sentence: string;
    readonly selfTest: SelfTestRecord | undefined;
  };
  readonly smartCharging: {
    readonly profileKind: string;
    readonly profilePurpose: string;
    readonly rateUnit: string;
    readonly maxStackLevel: number | undefined;
    readonly maxPeriods: number | undefined;
    readonly maxProfiles: number | undefined;
    readonly featureProfiles: readonly string[];
    readonly rateUnits: readonly string[];
    readonly measurands: readonly string[];
    /** By message: true where the box sent it when asked. */
    readonly triggers: Readonly<Record<string, boolean>>;
  };
  readonly phases: {
    readonly installed: PhaseCount;
    readonly claimsSwitching: boolean;
    readonly canSwitch: boolean;
    readonly test: PhaseTestRecord | undefined;
  };
  readonly security: { readonly profile: number; readonly sentence: string };
  readonly writesToday: number;
  /** How far the box's clock is ahead of ours, s; undefined while unknown. */
  readonly clockErrorS: number | undefined;
  /** A pause ended the charge and only pulling the cable brings it back. */
  readonly needsReplug: boolean;
  /** What the box did against the specification, and how often. */
  readonly deviations: Readonly<Record<string, number>>;
}

export type SelfTestStart =
  | { readonly ok: true; readonly lastsS: number }
  | { readonly ok: false; readonly detail: string };

/** What a person can see of a wallbox and do with it beyond charging. */
export interface WallboxService {
  readonly name: string;
  card(): WallboxCard;
  /** Begins the pull-the-plug test, or says why it cannot be made now; the result stands on the card. */
  startSelfTest(): SelfTestStart;
  /** Begins the test whether phases really change. */
  startPhaseTest(): SelfTestStart;
}
