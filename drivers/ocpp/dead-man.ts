import type { FallsBackTo } from "../../src/core/site-sample.ts";
import type { DeadManVariant, SelfTestRecord, WallboxCard } from "../../src/ports/wallbox-card.ts";
import type { BoxHabits } from "./box-habits.ts";
import type { ProfilePlan } from "./charging-profile.ts";

const NOTHING_PROTECTED =
  "no fuse is protected through this wallbox, set its own largest current to what the house stands";

export function deadManVariant(plan: ProfilePlan, { keepsProfilesOffline }: BoxHabits): DeadManVariant {
  if (!keepsProfilesOffline) return "C";
  switch (plan) {
    case "stacked":
      return "A";
    case "two_period":
      return "B";
    case "plain":
      return "C";
  }
}

/** The promise in words. */
export function deadManSentence(
  variant: DeadManVariant,
  {
    floorCurrentA,
    horizonS,
    selfTest,
  }: Pick<WallboxCard["deadMan"], "floorCurrentA" | "horizonS" | "selfTest">,
): string {
  if (variant !== "C" && selfTest?.outcome === "failed") {
    return `did not fall back in its self-test: ${NOTHING_PROTECTED}`;
  }
  switch (variant) {
    case "A":
      return `falls to ${floorCurrentA} A by itself ${horizonS} s after the gateway's last word: a floor lies beneath the set point`;
    case "B":
      return `falls to ${floorCurrentA} A by itself ${horizonS} s after the gateway's last word: the set point steps down`;
    case "C":
      return `does not fall back when the gateway dies: ${NOTHING_PROTECTED}`;
  }
}

/** What the house must reckon with for good when the gateway is gone: what a test saw counts more than what is known. */
export function fallsBackTo(
  plan: ProfilePlan,
  { keepsProfilesOffline }: BoxHabits,
  selfTest: SelfTestRecord | undefined,
): FallsBackTo {
  if (!keepsProfilesOffline || selfTest?.outcome === "failed") return "rating";
  return plan === "plain" ? "setpoint" : "failsafe";
}
