import type { Logger } from "pino";
import { CHARGING_MODES, type ChargingMode, type Settings, type Thresholds } from "../core/settings.ts";
import type { RemoteSettings, SettingsTarget } from "../ports/settings.ts";
import type { StateStore } from "../ports/state-store.ts";

const STORE_KEY = "settings";
/** Range of both thresholds on the Partner API, W. */
export const MAX_THRESHOLD_W = 50_000;

/** Holds what was asked for; every pass takes the newest. Survives a restart. */
export interface SettingsKeeper extends SettingsTarget {
  current(): Settings;
  change(part: Partial<Settings>): void;
}

export function createSettingsKeeper(
  defaults: Settings,
  deps: { readonly store: StateStore; readonly log: Logger },
): SettingsKeeper {
  const { store, log } = deps;
  let settings: Settings = { ...defaults, ...storedSettings(store.get(STORE_KEY)) };

  function change(part: Partial<Settings>): void {
    const next = { ...settings, ...part };
    if (isSame(next, settings)) return;
    settings = next;
    store.put(STORE_KEY, { ...settings, maxCurrentA: settings.maxCurrentA ?? null });
    log.info({ settings }, "settings changed");
  }

  return {
    current: () => settings,
    change,
    applyRemote({ mode, thresholds }: RemoteSettings) {
      change(thresholds === undefined ? { mode } : { mode, thresholds });
    },
  };
}

function isSame(a: Settings, b: Settings): boolean {
  return (
    a.mode === b.mode &&
    a.maxCurrentA === b.maxCurrentA &&
    a.thresholds.minExportToStartW === b.thresholds.minExportToStartW &&
    a.thresholds.maxImportBeforeStoppingW === b.thresholds.maxImportBeforeStoppingW
  );
}

/** What an earlier run stored; anything that does not fit is left out. */
function storedSettings(stored: unknown): Partial<Settings> {
  if (typeof stored !== "object" || stored === null) return {};
  const { mode, thresholds, maxCurrentA } = stored as Record<string, unknown>;
  return {
    ...(isMode(mode) ? { mode } : {}),
    ...(isThresholds(thresholds) ? { thresholds } : {}),
    ...(typeof maxCurrentA === "number" && maxCurrentA >= 0 ? { maxCurrentA } : {}),
  };
}

function isMode(value: unknown): value is ChargingMode {
  return CHARGING_MODES.some((mode) => mode === value);
}

function isThresholds(value: unknown): value is Thresholds {
  if (typeof value !== "object" || value === null) return false;
  const { minExportToStartW, maxImportBeforeStoppingW } = value as Record<string, unknown>;
  return isThresholdW(minExportToStartW) && isThresholdW(maxImportBeforeStoppingW);
}

export function isThresholdW(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= MAX_THRESHOLD_W;
}
