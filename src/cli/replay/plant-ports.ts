import type { HouseReadings } from "../../../simulator/house/house.ts";
import type { VehicleState, WallboxSample } from "../../core/site-sample.ts";
import type { SiteChannels, SiteSource, SourceReading } from "../../ports/site-source.ts";
import type { ApplyResult, Wallbox } from "../../ports/wallbox.ts";
import type { Plant } from "./plant.ts";
import type { PhaseChoice, ReplayDevice } from "./replay-device.ts";

const DAY_MS = 86_400_000;
const WRITTEN: Promise<ApplyResult> = Promise.resolve({ kind: "written" });
const UNCHANGED: Promise<ApplyResult> = Promise.resolve({ kind: "unchanged" });
const CLOSED: Promise<void> = Promise.resolve();

/** What goes wrong between plant and control loop at a time, ms since the start. */
export interface PlantFaults {
  isMeterSilent(atMs: number): boolean;
  isMeterFrozen(atMs: number): boolean;
  isWallboxSilent(atMs: number): boolean;
}

export const NO_FAULTS: PlantFaults = {
  isMeterSilent: () => false,
  isMeterFrozen: () => false,
  isWallboxSilent: () => false,
};

const SILENCE: Promise<SourceReading> = Promise.resolve({
  ok: false,
  fault: { kind: "timeout", detail: "the meter of the scenario is silent" },
});

/** The plant's meter as the control loop reads it: the newest measurement that its registers show. */
export function createPlantMeter({ view }: Plant, faults: PlantFaults): SiteSource {
  let shown: HouseReadings | undefined;
  let answer: Promise<SourceReading> | undefined;
  return {
    name: "meter",
    read() {
      const { meter, nowMs } = view;
      if (faults.isMeterSilent(nowMs)) return SILENCE;
      if (answer === undefined || (meter !== shown && !faults.isMeterFrozen(nowMs))) {
        shown = meter;
        answer = Promise.resolve({ ok: true, channels: channelsOf(meter), stamp: String(meter.atMs) });
      }
      return answer;
    },
    close: () => CLOSED,
  };
}

function channelsOf({ gridPowerW, pvPowerW, batteryPowerW, batterySocPct }: HouseReadings): SiteChannels {
  if (batterySocPct === undefined) return { gridPowerW, pvPowerW };
  return { gridPowerW, pvPowerW, batteryPowerW, batterySocPct };
}

/** The plant's wallbox as the control loop steers it, without any protocol between. */
export function createPlantWallbox(
  plant: Plant,
  {
    device,
    phases,
    faults,
  }: { readonly device: ReplayDevice; readonly phases: PhaseChoice; readonly faults: PlantFaults },
): Wallbox {
  const { view } = plant;
  let writesBeforeToday = 0;
  let today = 0;

  function sample(): WallboxSample {
    const { charge, nowMs } = view;
    const capability = {
      minCurrentA: device.minA,
      maxCurrentA: device.maxA,
      stepA: device.stepA,
      phases: view.phases,
      canSwitchPhases: phases === "auto",
      isModulating: true,
    };
    return {
      isConnected: true,
      vehicle: vehicle(),
      chargePowerW: faults.isWallboxSilent(nowMs) ? undefined : { value: charge.powerW, atMs: charge.atMs },
      phaseCurrentsA: undefined,
      offeredCurrentA: undefined,
      isFollowing: true,
      capability,
    };
  }

  function vehicle(): VehicleState {
    if (!view.isPluggedIn) return "absent";
    if (view.isCharging) return "charging";
    return view.command.currentA > 0 ? "connected" : "suspended_by_wallbox";
  }

  return {
    name: "wallbox",
    sample,
    apply(command) {
      const before = plant.writes;
      plant.command(command);
      return plant.writes === before ? UNCHANGED : WRITTEN;
    },
    writesToday() {
      const day = Math.floor(view.nowMs / DAY_MS);
      if (day !== today) {
        today = day;
        writesBeforeToday = plant.writes;
      }
      return plant.writes - writesBeforeToday;
    },
    close: () => CLOSED,
  };
}
