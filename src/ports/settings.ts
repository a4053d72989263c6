import type { ChargingMode, Thresholds } from "../core/settings.ts";

/** What the Partner API says; `thresholds` undefined means it has none and the local ones stay. */
export interface RemoteSettings {
  readonly mode: ChargingMode;
  readonly thresholds: Thresholds | undefined;
}

/** Takes the partner's settings for the next pass. */
export interface SettingsTarget {
  applyRemote(settings: RemoteSettings): void;
}

/** A local wish, made on the page, by MQTT or on the command line. At least one part is present. */
export interface SettingsChange {
  readonly mode?: ChargingMode;
  readonly minExportToStartW?: number;
  readonly maxImportBeforeStoppingW?: number;
}

/** Takes local changes for the Partner API; the newest value of each part wins. */
export interface ChangeQueue {
  queue(change: SettingsChange): void;
}
