import type { ChargingMode } from "../core/settings.ts";
import type { ChargeState } from "../core/tick-report.ts";

export const RESOLUTIONS = ["minute", "quarter", "day"] as const;
export type Resolution = (typeof RESOLUTIONS)[number];

/** Energies of one stretch of time, Wh; undefined where nothing of it was measured. */
export interface HistoryEnergies {
  readonly importWh: number | undefined;
  readonly exportWh: number | undefined;
  readonly pvWh: number | undefined;
  /** The house without the car. */
  readonly loadWh: number | undefined;
  readonly batteryChargeWh: number | undefined;
  readonly batteryDischargeWh: number | undefined;
  /** What the car could have taken without import. */
  readonly surplusWh: number | undefined;
  readonly chargeWh: number | undefined;
  /** Part of the charging that no import was needed for. */
  readonly solarWh: number | undefined;
}

/** One minute, quarter of an hour or local day of the house. */
export interface HistoryRow extends HistoryEnergies {
  readonly startMs: number;
  /** Time that was watched, s; what is missing is not known. */
  readonly seenS: number;
  /** Part of it with a meter that could be believed, s. */
  readonly validS: number;
  readonly batterySocPct: number | undefined;
  /** At the end of the stretch, as the three below. */
  readonly state: ChargeState;
  readonly mode: ChargingMode;
  readonly minExportToStartW: number;
  readonly maxImportBeforeStoppingW: number;
  /** Only those that charged or were allowed to. */
  readonly wallboxes: readonly WallboxRow[];
}

export interface WallboxRow {
  readonly name: string;
  readonly chargeWh: number;
  readonly solarWh: number;
  /** Mean of what the car was allowed, A per phase. */
  readonly setpointA: number;
  readonly phases: number;
}

/** One car at one wallbox, from plug-in to unplugging. */
export interface RecordedSession {
  readonly wallbox: string;
  readonly startMs: number;
  /** Undefined while the car is plugged in. */
  readonly endMs: number | undefined;
  /** Time with current, s. */
  readonly chargingS: number;
  readonly energyWh: number;
  readonly solarWh: number;
  readonly gridWh: number;
  readonly maxPowerW: number;
  /** Who charged, where a card or an app said so. */
  readonly idTag: string | undefined;
  /** The same energy by the wallbox's own register, Wh; undefined where it has none. */
  readonly registerWh: number | undefined;
  /** What the grid's part cost, ct; undefined where a price was not known. */
  readonly costCt: number | undefined;
}

export interface RecordedEvent {
  readonly atMs: number;
  /** Stable code, e.g. `meter_lost`. */
  readonly event: string;
  /** What else the event says, in wire names. */
  readonly detail: Readonly<Record<string, unknown>>;
}

/** From `fromMs` up to, but not including, `untilMs`; at most `limit` rows, the oldest first. */
export interface HistoryRange {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly limit: number;
}

/** `nextMs` is where to go on; undefined when that was all. */
export interface HistoryPage<T> {
  readonly rows: readonly T[];
  readonly nextMs: number | undefined;
}

export type HistoryAnswer<T> =
  | { readonly ok: true; readonly page: HistoryPage<T> }
  | { readonly ok: false; readonly detail: string };

/** What the gateway remembers. Takes as long as the disk does, within a limit; never rejects. */
export interface HistoryReader {
  rows(resolution: Resolution, range: HistoryRange): Promise<HistoryAnswer<HistoryRow>>;
  /** By the time of the plug-in. */
  sessions(range: HistoryRange): Promise<HistoryAnswer<RecordedSession>>;
  events(range: HistoryRange): Promise<HistoryAnswer<RecordedEvent>>;
}
