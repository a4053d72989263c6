import { isoUtc } from "../../src/core/iso-time.ts";
import type { Clock } from "../../src/ports/clock.ts";
import { changeProblem, chargersOf, chargingConfigOf } from "./charging-projection.ts";
import type { RecordStore } from "./record-store.ts";
import type { DeviceRecord } from "./records.ts";
import type { WireChargingConfig, WireMode, WireStatus, WireThresholds } from "./wire.ts";

/** What may be changed; null and absent both leave it as it is. */
export interface ChargingUpdate {
  readonly smart_charging_mode?: WireMode | null | undefined;
  readonly hems_min_export_to_start_w?: number | null | undefined;
  readonly hems_max_import_before_stopping_w?: number | null | undefined;
}

export type UpdateOutcome = { readonly ok: true } | { readonly ok: false; readonly detail: string };

/** The charging-configs of all users; undefined stands for a user who is not there. */
export interface ChargingAccounts {
  config(userId: string): WireChargingConfig | undefined;
  /** All devices take the whole change, or nothing changes. */
  update(userId: string, change: ChargingUpdate): UpdateOutcome | undefined;
  takeStatus(userId: string, status: WireStatus): void;
}

export function createChargingAccounts(deps: {
  readonly store: RecordStore;
  readonly clock: Clock;
}): ChargingAccounts {
  const { store, clock } = deps;

  return {
    config(userId) {
      const user = store.get("user", userId);
      return user && chargingConfigOf(user, store.list("device", userId), clock.wallMs());
    },
    update(userId, change) {
      const user = store.get("user", userId);
      if (user === undefined) return undefined;
      const devices = store.list("device", userId);
      const chargers = chargersOf(devices);
      const mode = change.smart_charging_mode ?? undefined;
      const pair = wantedPair(chargers, change);
      const detail = changeProblem({ mode, pair }, user, devices);
      if (detail !== undefined) return { ok: false, detail };
      store.transaction(() => {
        if (mode !== undefined) store.put("user", userId, userId, { ...user, mode });
        for (const device of chargers) {
          store.put("device", device.fields.id, userId, {
            ...device,
            fields: { ...device.fields, updated_at: isoUtc(clock.wallMs()) },
            mode: mode ?? device.mode,
            thresholds: pair ?? device.thresholds,
          });
        }
        return true;
      });
      return { ok: true };
    },
    takeStatus(userId, status) {
      const user = store.get("user", userId);
      if (user !== undefined) store.put("user", userId, userId, { ...user, status });
    },
  };
}

/** Both thresholds after the change; undefined without a change of them, null where no device has any. */
function wantedPair(
  chargers: readonly DeviceRecord[],
  change: ChargingUpdate,
): WireThresholds | null | undefined {
  const startW = change.hems_min_export_to_start_w ?? undefined;
  const stopW = change.hems_max_import_before_stopping_w ?? undefined;
  if (startW === undefined && stopW === undefined) return undefined;
  const present = chargers.find(({ thresholds }) => thresholds !== null)?.thresholds ?? null;
  return (
    present && {
      hems_min_export_to_start_w: startW ?? present.hems_min_export_to_start_w,
      hems_max_import_before_stopping_w: stopW ?? present.hems_max_import_before_stopping_w,
    }
  );
}
