import type { ProfileKind, ProfilePlan, ProfilePurpose, RateUnit } from "./charging-profile.ts";

/** What brings a charge to rest, tried in this order when the current does not end. */
export type PauseRung = "zero" | "remote_stop";

/** When the box needs a RemoteStartTransaction before a current can flow. */
export type RemoteStartMoment = "preparing" | "finishing";

/** How the box is told the number of phases: by the profile, or not at all. */
export type PhaseSwitching = "none" | "number_phases" | "watts";

/** How one kind of box wants to be spoken to. The defaults are those of the specification. */
export interface BoxHabits {
  /** The best way to make a limit expire that this box can be trusted with. */
  readonly firstPlan: ProfilePlan;
  readonly profileKind: ProfileKind;
  readonly profilePurpose: ProfilePurpose;
  /** Undefined: as the box itself says. */
  readonly rateUnit: RateUnit | undefined;
  /** The only currents that the box takes, A, ascending; undefined where it takes any. */
  readonly stepsA: readonly number[] | undefined;
  /** Smallest current with which it charges where that is more than 6 A. */
  readonly minCurrentA: number | undefined;
  readonly pause: readonly PauseRung[];
  readonly remoteStart: readonly RemoteStartMoment[];
  /** Time between WebSocket pings, ms; 0 for boxes that do not stand them; undefined: as configured. */
  readonly pingIntervalMs: number | undefined;
  /** Shortest time between meter values that the box can keep, s. */
  readonly sampleIntervalS: number;
  /** Configuration keys that are left alone, in lower case. */
  readonly untouchedKeys: readonly string[];
  /** Further configuration keys that are set once, as the box spells them. */
  readonly ownKeys: Readonly<Record<string, string>>;
  /** `never` for boxes that reboot or hang when asked. */
  readonly readsConfiguration: "whole" | "by_key" | "never";
  readonly phaseSwitching: PhaseSwitching;
  /** False for boxes that forget their limits when the link goes: nothing that is installed protects then. */
  readonly keepsProfilesOffline: boolean;
  /** False for boxes that may forget their limit while they pause: it is written again when they go on. */
  readonly keepsLimitInPause: boolean;
  /** True for boxes that hold other backends' profiles against ours until they are cleared. */
  readonly clearsOnCommissioning: boolean;
}

export const USUAL_HABITS: BoxHabits = {
  firstPlan: "stacked",
  profileKind: "Absolute",
  profilePurpose: "TxDefaultProfile",
  rateUnit: undefined,
  stepsA: undefined,
  minCurrentA: undefined,
  pause: ["zero"],
  remoteStart: [],
  pingIntervalMs: undefined,
  sampleIntervalS: 10,
  untouchedKeys: [],
  ownKeys: {},
  readsConfiguration: "whole",
  phaseSwitching: "none",
  keepsProfilesOffline: true,
  keepsLimitInPause: true,
  clearsOnCommissioning: false,
};
