import type { EvseState } from "../../../simulator/house/evse.ts";
import type { HouseReadings } from "../../../simulator/house/house.ts";
import type { VehicleState, WallboxSample } from "../../core/site-sample.ts";
import { currentA } from "../../core/units.ts";
import type { SiteChannels, SiteSource, SourceReading } from "../../ports/site-source.ts";
import type { ApplyResult, CurrentCommand, Wallbox } from "../../ports/wallbox.ts";
import type { Plant } from "./plant.ts";
import type { PlantBox } from "./plant-box.ts";
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

/** No house gives as much: whoever believes it takes it for sun. */
const NONSENSE: Promise<SourceReading> = Promise.resolve({
  ok: true,
  channels: { gridPowerW: -10_000_000 },
  stamp: "nonsense",
});

/** The plant's meter as the control loop reads it: the newest measurement that its registers show. */
export function createPlantMeter(
  { view }: Plant,
  faults: PlantFaults,
  { tellsPhases }: { readonly tellsPhases: boolean },
): SiteSource {
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
        answer = Promise.resolve({
          ok: true,
          channels: channelsOf(meter, tellsPhases),
          stamp: String(meter.atMs),
        });
      }
      return answer;
    },
    close: () => CLOSED,
  };
}

function channelsOf(readings: HouseReadings, tellsPhases: boolean): SiteChannels {
  const { gridPowerW, gridPhaseCurrentsA, pvPowerW, batteryPowerW, batterySocPct } = readings;
  return {
    gridPowerW,
    pvPowerW,
    ...(tellsPhases && { gridPhaseCurrentsA }),
    ...(batterySocPct !== undefined && { batteryPowerW, batterySocPct }),
  };
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
  readonly name: string;
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
  /** When the box falls back unless it is told anything, ms. */
  readonly expiresAtMs: number;
  expire(): void;
}

/** A wallbox of the plant as the control loop steers it, without any protocol between. */
export function createPlantWallbox(
  { view }: Plant,
  box: PlantBox,
  options: PlantWallboxOptions,
): PlantWallbox {
  const { evse } = box;
  const { device, phases, faults, tellsPhases, horizonMs, floorCurrentA } = options;
  let writesBeforeToday = 0;
  let today = 0;
  let told: CurrentCommand | undefined;
  let toldMs = 0;
  let disobeysSinceMs: number | undefined;

  function sample(): WallboxSample {
    const { nowMs } = view;
    const { charge } = box;
    const isConnected = !faults("wallbox_away", nowMs);
    const isSpeaking = isConnected && !faults("wallbox_silent", nowMs);
    const capability = {
      minCurrentA: device.minA,
      maxCurrentA: device.maxA,
      stepA: device.stepA,
      phases: evse.phases,
      canSwitchPhases: phases === "auto",
      fallsBackTo: "failsafe" as const,
      isModulating: true,
    };
    return {
      isConnected,
      vehicle: isConnected ? vehicleOf(evse.state) : "unknown",
      chargePowerW: isSpeaking ? { value: charge.powerW, atMs: charge.atMs } : undefined,
      phaseCurrentsA:
        tellsPhases && isSpeaking ? { value: charge.phaseCurrentsA, atMs: charge.atMs } : undefined,
      offeredCurrentA: undefined,
      isFollowing: isFollowing(),
      capability,
    };
  }

  function isFollowing(): boolean {
    const { nowMs } = view;
    const isAbove =
      told !== undefined && currentA(box.charge.powerW, evse.phases) > told.currentA + DISOBEDIENCE_A;
    disobeysSinceMs = isAbove ? (disobeysSinceMs ?? nowMs) : undefined;
    return disobeysSinceMs === undefined || nowMs - disobeysSinceMs < STUBBORN_AFTER_MS;
  }

  return {
    name: options.name,
    sample,
    apply(command) {
      if (faults("wallbox_away", view.nowMs)) return AWAY;
      told = command;
      toldMs = view.nowMs;
      const before = box.writes;
      if (!faults("wallbox_stubborn", view.nowMs)) box.tell(command);
      return box.writes === before ? UNCHANGED : WRITTEN;
    },
    writesToday() {
      const day = Math.floor(view.nowMs / DAY_MS);
      if (day !== today) {
        today = day;
        writesBeforeToday = box.writes;
      }
      return box.writes - writesBeforeToday;
    },
    get expiresAtMs() {
      return toldMs + horizonMs;
    },
    expire() {
      toldMs = Number.POSITIVE_INFINITY;
      told = undefined;
      box.tell({ currentA: floorCurrentA, phases: evse.phases });
    },
    close: () => CLOSED,
  };
}

/** Lets the plant go on, and its boxes fall back when nobody tells them anything. */
export function advancePlant(plant: Plant, wallboxes: readonly PlantWallbox[], nowMs: number): void {
  const due = wallboxes.filter(({ expiresAtMs }) => expiresAtMs < nowMs);
  for (const wallbox of due.toSorted((a, b) => a.expiresAtMs - b.expiresAtMs)) {
    plant.advanceTo(wallbox.expiresAtMs);
    if (plant.view.nowMs >= wallbox.expiresAtMs) wallbox.expire();
  }
  plant.advanceTo(nowMs);
}
