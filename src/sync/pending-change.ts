import { z } from "zod";
import { CHARGING_MODES } from "../core/settings.ts";
import type { ChargingConfigUpdate } from "../partner/charging-config.ts";
import type { RemoteSettings, SettingsChange } from "../ports/settings.ts";
import type { StateStore } from "../ports/state-store.ts";

/** What the Partner API is known to say; each part may be unknown. */
export type RemoteView = Partial<RemoteSettings>;

/** Local wishes that the Partner API has not taken yet; they survive a restart. */
export interface PendingChange {
  current(): SettingsChange;
  isEmpty(): boolean;
  /** The newest value of each part wins. */
  add(change: SettingsChange): void;
  /** Forgets the parts of `taken` that nobody has changed since. */
  settle(taken: SettingsChange): void;
}

const STORE_KEY = "sync.pending-change";

const storedSchema = z.object({
  mode: z.enum(CHARGING_MODES).exactOptional(),
  minExportToStartW: z.number().exactOptional(),
  maxImportBeforeStoppingW: z.number().exactOptional(),
});

const PARTS = ["mode", "minExportToStartW", "maxImportBeforeStoppingW"] as const;

export function createPendingChange(store: StateStore): PendingChange {
  let pending: SettingsChange = storedSchema.safeParse(store.get(STORE_KEY)).data ?? {};

  function become(changed: SettingsChange): void {
    pending = changed;
    store.put(STORE_KEY, pending);
  }

  return {
    current: () => pending,
    isEmpty: () => Object.keys(pending).length === 0,
    add: (change) => become({ ...pending, ...change }),
    settle(taken) {
      const left = PARTS.filter((part) => pending[part] !== taken[part]);
      if (left.length === Object.keys(pending).length) return;
      become(Object.fromEntries(left.map((part) => [part, pending[part]])));
    },
  };
}

/** Remote settings with local wishes laid over them; undefined while no mode is known. */
export function overlaid(remote: RemoteView, pending: SettingsChange): RemoteSettings | undefined {
  const mode = pending.mode ?? remote.mode;
  if (mode === undefined) return undefined;
  const minExportToStartW = pending.minExportToStartW ?? remote.thresholds?.minExportToStartW;
  const maxImportBeforeStoppingW =
    pending.maxImportBeforeStoppingW ?? remote.thresholds?.maxImportBeforeStoppingW;
  const isPair = minExportToStartW !== undefined && maxImportBeforeStoppingW !== undefined;
  return { mode, thresholds: isPair ? { minExportToStartW, maxImportBeforeStoppingW } : undefined };
}

/** The PUT that brings `remote` to `pending`: only what differs, because writing back a mode is not neutral. */
export function updateFor(remote: RemoteView, pending: SettingsChange): ChargingConfigUpdate | undefined {
  const { mode, minExportToStartW, maxImportBeforeStoppingW } = pending;
  const { thresholds } = remote;
  const update: ChargingConfigUpdate = {
    ...(mode === undefined || mode === remote.mode ? {} : { smart_charging_mode: mode }),
    ...(minExportToStartW === undefined || minExportToStartW === thresholds?.minExportToStartW
      ? {}
      : { hems_min_export_to_start_w: minExportToStartW }),
    ...(maxImportBeforeStoppingW === undefined ||
    maxImportBeforeStoppingW === thresholds?.maxImportBeforeStoppingW
      ? {}
      : { hems_max_import_before_stopping_w: maxImportBeforeStoppingW }),
  };
  return Object.keys(update).length === 0 ? undefined : update;
}
