import type { ChargingMode } from "../core/settings.ts";
import type { ChargeState } from "../core/tick-report.ts";
import type { RecordedEvent, RecordedSession } from "../ports/history.ts";
import type { EnergyColumn } from "./history-format.ts";

/** What one minute, or the part of it that was watched, brought. */
export interface MinuteRecord {
  /** Start of the minute, s since 1970. */
  readonly startS: number;
  readonly seenS: number;
  readonly validS: number;
  /** Whole joules; absent where nothing was measured. */
  readonly energiesJ: { readonly [column in EnergyColumn]?: number };
  readonly batterySocPct: number | undefined;
  readonly state: ChargeState;
  readonly mode: ChargingMode;
  readonly minExportToStartW: number;
  readonly maxImportBeforeStoppingW: number;
  readonly wallboxes: readonly WallboxMinute[];
}

export interface WallboxMinute {
  readonly wallbox: string;
  readonly chargeJ: number;
  readonly solarJ: number;
  /** What the car was allowed per phase, summed over the time, milliampere-seconds. */
  readonly setpointMas: number;
  readonly phases: number;
}

/** Everything that is written in one transaction. */
export interface HistoryBatch {
  readonly minutes: readonly MinuteRecord[];
  /** Sessions that are over. */
  readonly sessions: readonly RecordedSession[];
  readonly events: readonly RecordedEvent[];
}
