import type { EvseState } from "../../../simulator/house/evse.ts";
import type { HouseReadings } from "../../../simulator/house/house.ts";
import type { VehicleState, WallboxSample } from "../../core/site-sample.ts";
import { currentA } from "../../core/units.ts";
import type { SiteChannels, SiteSource, SourceReading } from "../../ports/site-source.ts";
import type { ApplyResult, CurrentCommand, Wallbox } from "../../ports/wallbox.ts";
import type { Plant } from "./plant.ts";
import type { PhaseChoice, ReplayDevice } from "./replay-device.ts";

const DAY_MS = 86_400_000;
const WRITTEN: Promise<ApplyResult> = Promise.resolve({ kind: "written" });
const UNCHANGED: Promise<ApplyResult> = Promise.resolve({ kind: "unchanged" });
const AWAY: Promise<ApplyResult> = Promise.resolve({ kind: "deferred", because: "disconnected" });
const CLOSED: Promise<void> = Promise.resolve();

/** What can go wrong between plant and control loop. */
export const FAULT_KINDS = [
  "meter_silent",
  "meter_frozen",
  "meter_implausible",
  "wallbox_silent",
  /** Its link is down: what it was told last expires. */
  "wallbox_away",
  /** It confirms and does not obey. */
  "wallbox_stubborn",
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/** Whether something is wrong at a time, ms since the start. */
export type PlantFaults = (kind: FaultKind, atMs: number) => boolean;

export const NO_FAULTS: PlantFaults = () => false;

const SILENCE: Promise<SourceReading> = Promise.resolve({
  ok: false,
  fault: { kind: "timeout", detail: "the meter of the scenario is silent" },
});

/** No house draws as much. */
const NONSENSE: Promise<SourceReading> = Promise.resolve({
  ok: true,
  channels: { gridPowerW: 10_000_000 },
  stamp: "nonsense",
});

/** The plant's meter as the control loop reads it: the newest measurement that its registers show. */
export function createPlantMeter({ view }: Plant, faults: PlantFaults): SiteSource {
  let shown: HouseReadings | undefined;
  let answer: Promise<SourceReading> | undefined;
  return {
    name: "meter",
    read() {
      const { meter, nowMs } = view;
      if (faults("meter_silent", nowMs)) return SILENCE;
      if (faults("meter_implausible", nowMs)) return NONSENSE;
      if (answer === undefined || (meter !== shown && !faults("meter_frozen", nowMs))) {
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

function vehicleOf(state: EvseState): VehicleState {
  switch (state) {
    case "available":
      return "absent";
    case "occupied":
      return "connected";
    case "charging":
      return "charging";
    case "suspended_ev":
      return "suspended_by_vehicle";
    case "suspended_evse":
      return "suspended_by_wallbox";
  }
}

/** A car that draws this much more than its box was told does not obey, A. */
const DISOBEDIENCE_A = 1;
/** The driver has tried three times by then, ms. */
const STUBBORN_AFTER_MS = 45_000;

export interface PlantWallboxOptions {
  readonly device: ReplayDevice;
  readonly phases: PhaseChoice;
  readonly faults: PlantFaults;
  /** Whether the box tells the currents of its phases apart. */
  readonly tellsPhases: boolean;
  /** The box holds a set point this long after the gateway's last word, ms; then it falls to `floorCurrentA`. */
  readonly horizonMs: number;
  readonly floorCurrentA: number;
}

export interface PlantWallbox extends Wallbox {
  /** Lets the plant go on, and its box fall back when nobody tells it anything. */
  advanceTo(nowMs: number): void;
}

/** The plant's wallbox as the control loop steers it, without any protocol between. */
export function createPlantWallbox(plant: Plant, options: PlantWallboxOptions): PlantWallbox {
  const { view } = plant;
  const { device, phases, faults, tellsPhases, horizonMs, floorCurrentA } = options;
  let writesBeforeToday = 0;
  let today = 0;
  let told: CurrentCommand | undefined;
  let toldMs = 0;
  let disobeysSinceMs: number | undefined;

  function sample(): WallboxSample {
    const { charge, nowMs } = view;
    const isConnected = !faults("wallbox_away", nowMs);
    const isSpeaking = isConnected && !faults("wallbox_silent", nowMs);
    const capability = {
      minCurrentA: device.minA,
      maxCurrentA: device.maxA,
      stepA: device.stepA,
      phases: view.phases,
      canSwitchPhases: phases === "auto",
      fallsBackTo: "failsafe" as const,
      isModulating: true,
    };
    return {
      isConnected,
      vehicle: isConnected ? vehicleOf(view.evseState) : "unknown",
      chargePowerW: isSpeaking ? { value: charge.powerW, atMs: charge.atMs } : undefined,
      phaseCurrentsA:
        tellsPhases && isSpeaking ? { value: charge.phaseCurrentsA, atMs: charge.atMs } : undefined,
      offeredCurrentA: undefined,
      isFollowing: isFollowing(),
      capability,
    };
  }

  function isFollowing(): boolean {
    const { charge, nowMs } = view;
    const isAbove =
      told !== undefined && currentA(charge.powerW, view.phases) > told.currentA + DISOBEDIENCE_A;
    disobeysSinceMs = isAbove ? (disobeysSinceMs ?? nowMs) : undefined;
    return disobeysSinceMs === undefined || nowMs - disobeysSinceMs < STUBBORN_AFTER_MS;
  }

  function expire(): void {
    if (view.nowMs - toldMs < horizonMs) return;
    toldMs = Number.POSITIVE_INFINITY;
    told = undefined;
    plant.command({ currentA: floorCurrentA, phases: view.phases });
  }

  return {
    name: "wallbox",
    sample,
    apply(command) {
      if (faults("wallbox_away", view.nowMs)) return AWAY;
      told = command;
      toldMs = view.nowMs;
      const before = plant.writes;
      if (!faults("wallbox_stubborn", view.nowMs)) plant.command(command);
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
    advanceTo(nowMs) {
      if (toldMs + horizonMs < nowMs) {
        plant.advanceTo(toldMs + horizonMs);
        expire();
      }
      plant.advanceTo(nowMs);
    },
    close: () => CLOSED,
  };
}
