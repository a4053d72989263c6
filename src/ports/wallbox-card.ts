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
    /** What it could measure; empty where it does not say. */
    readonly availableMeasurands: readonly string[];
    /** By message: true where the box sent it when asked. */
    readonly triggers: Readonly<Record<string, boolean>>;
  };
  readonly phases: {
    readonly installed: PhaseCount;
    /** Phases with which the box says it is supplied; undefined where it does not say. */
    readonly supplied: number | undefined;
    readonly claimsSwitching: boolean;
    readonly canSwitch: boolean;
    readonly test: PhaseTestRecord | undefined;
  };
  readonly security: WallboxSecurity;
  /** The second central system; undefined without one. */
  readonly upstream:
    | { readonly isConnected: boolean; readonly queued: number; readonly limitA: number | undefined }
    | undefined;
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

/** Security profile of OCPP (0 to 3) by which the box is let in. */
export interface WallboxSecurity {
  readonly profile: 0 | 1 | 2 | 3;
  readonly sentence: string;
}

export type KeyChange =
  /** `key` is the new password, for the config. */
  { readonly ok: true; readonly key: string } | { readonly ok: false; readonly detail: string };

/** What a person can see of a wallbox and do with it beyond charging. */
export interface WallboxService {
  readonly name: string;
  card(): WallboxCard;
  /** Begins the pull-the-plug test, or says why it cannot be made now; the result stands on the card. */
  startSelfTest(): SelfTestStart;
  /** Begins the test whether phases really change. */
  startPhaseTest(): SelfTestStart;
  /** Gives the box a new password over its connection; the old one is refused from then on. */
  changeKey(): Promise<KeyChange>;
  /** Lets in the next machine that dials as this box, with the password of the config. */
  pairAnew(): void;
}

export type StrangerReason =
  | "unknown"
  | "wrong_password"
  | "another_machine"
  | "not_encrypted"
  | "wrong_certificate"
  | "no_common_protocol";

/** Somebody who dialled as a wallbox and was refused. */
export interface Stranger {
  readonly identity: string;
  readonly reason: StrangerReason;
  readonly remoteAddress: string;
  readonly subprotocols: string;
  readonly offersPassword: boolean;
  readonly isEncrypted: boolean;
  readonly attempts: number;
  readonly lastSeenWallMs: number;
}

/** A certificate of ours and its end. */
export interface CertificateView {
  readonly subject: string;
  readonly endsWallMs: number;
}

/** All wallboxes and who wants to be one. */
export interface WallboxDesk {
  readonly wallboxes: readonly WallboxService[];
  strangers(): readonly Stranger[];
  /** By which we prove ourselves to boxes that speak TLS. */
  certificate(): CertificateView | undefined;
}
