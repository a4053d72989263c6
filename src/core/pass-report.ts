import type { CurrentChoice } from "./current-choice.ts";
import type { ControlState, PassInput } from "./decide.ts";
import type { SiteLimits } from "./limits.ts";
import { ownSurplusPowerW, type PassView } from "./pass-view.ts";
import { type Reason, reasons } from "./reasons.ts";
import type { Reading, SiteSample } from "./site-sample.ts";
import { healthWarning, uxPhase } from "./status.ts";
import type { BoxReport, SampleAges, SitePowers } from "./tick-report.ts";

/** The value that the pass yields, from what it saw and what it decided. */
export function passReport(
  view: PassView,
  state: ControlState,
  choice: CurrentChoice,
  limits: SiteLimits,
): BoxReport {
  const { input } = view;
  const { sample, settings } = input;
  const { wallbox, meterTrust } = sample;
  return {
    pass: state.pass,
    monotonicMs: sample.nowMs,
    wallMs: input.wallMs,
    mode: settings.mode,
    boost: state.boost.state,
    state: state.machine.value,
    uxPhase: uxPhase({
      mode: settings.mode,
      state: state.machine.value,
      meterTrust,
      isModulating: wallbox.capability.isModulating,
      hasChargedSincePlugIn: state.hasChargedSincePlugIn,
    }),
    setpointA: choice.setpointA ?? 0,
    phases: choice.phases,
    limitedBy: choice.limitedBy,
    limits: choice.limits,
    userMaxA: settings.maxCurrentA,
    gridOperator: input.gridOperator,
    reason: reportedReason(input, choice, limits),
    thresholds: view.thresholds,
    powers: sitePowers(input),
    gridPhaseCurrentsA: sample.gridPhaseCurrentsA?.value,
    ages: sampleAges(sample),
    meterTrust,
    wallbox: {
      isConnected: wallbox.isConnected,
      vehicle: wallbox.vehicle,
      isFollowing: wallbox.isFollowing,
      writesToday: input.writesToday,
      transaction: wallbox.transaction,
    },
    healthWarning: healthWarning(state.conditions),
    loopDelayMs: view.loopDelayMs,
    solarEnergyTodayWh: state.solar.energyWh,
    plan: input.plan,
  };
}

/** A limit or a box that does not obey explains the current better than the mode does. */
function reportedReason(
  { sample, gridOperator }: PassInput,
  { setpointA, limitedBy, reason }: CurrentChoice,
  limits: SiteLimits,
): Reason {
  if (setpointA === undefined) return reason;
  if (!sample.wallbox.isFollowing) return reasons.wallboxNotFollowing(setpointA);
  if (sample.wallbox.isContested === true) return reasons.wallboxContested(setpointA);
  if (limitedBy === undefined || reason.code === "meter_lost") return reason;
  return limitedBy === "failsafe"
    ? reasons.failsafe(setpointA, reason)
    : reasons.limited(limitedBy, setpointA, { limits, operator: gridOperator });
}

function sitePowers(input: PassInput): SitePowers {
  const { sample } = input;
  const gridPowerW = sample.gridPowerW?.value;
  const pvPowerW = sample.pvPowerW?.value;
  const batteryPowerW = sample.batteryPowerW?.value;
  return {
    gridPowerW,
    pvPowerW,
    batteryPowerW,
    batterySocPct: sample.batterySocPct?.value,
    loadPowerW:
      gridPowerW === undefined || pvPowerW === undefined
        ? undefined
        : pvPowerW + gridPowerW + (batteryPowerW ?? 0),
    chargePowerW: sample.wallbox.chargePowerW?.value,
    surplusPowerW: ownSurplusPowerW(input),
  };
}

function sampleAges(sample: SiteSample): SampleAges {
  const ageMs = (reading: Reading<number> | undefined) =>
    reading === undefined ? undefined : Math.max(0, sample.nowMs - reading.atMs);
  return {
    gridAgeMs: ageMs(sample.gridPowerW),
    pvAgeMs: ageMs(sample.pvPowerW),
    batteryAgeMs: ageMs(sample.batteryPowerW),
    chargeAgeMs: ageMs(sample.wallbox.chargePowerW),
  };
}
