import { z } from "zod";
import { CHARGING_MODES, type ChargingMode } from "../core/settings.ts";
import type { ChargingConfig } from "../partner/charging-config.ts";
import type { Clock } from "../ports/clock.ts";
import type { StateStore } from "../ports/state-store.ts";
import type { RemoteView } from "./pending-change.ts";

/** The last charging-config that could be read; its settings survive a restart. */
export interface LastGood {
  view(): RemoteView;
  /** The whole answer, undefined before the first one since the start. */
  config(): ChargingConfig | undefined;
  take(config: ChargingConfig): void;
  /** Wall time, ms, of the answer; undefined when there never was one. */
  pulledWallMs(): number | undefined;
  ageMs(): number | undefined;
}

const STORE_KEY = "sync.last-good-config";

const storedSchema = z.object({
  mode: z.enum(CHARGING_MODES).exactOptional(),
  thresholds: z
    .object({ minExportToStartW: z.number(), maxImportBeforeStoppingW: z.number() })
    .exactOptional(),
  pulledWallMs: z.number(),
});

export function createLastGood(deps: { readonly clock: Clock; readonly store: StateStore }): LastGood {
  const { clock, store } = deps;
  const stored = storedSchema.safeParse(store.get(STORE_KEY)).data;
  let view: RemoteView = viewOf(stored?.mode, stored?.thresholds);
  let pulledWallMs = stored?.pulledWallMs;
  let pulledAtMs: number | undefined;
  let config: ChargingConfig | undefined;

  return {
    view: () => view,
    config: () => config,
    take(answer) {
      const { thresholds } = answer;
      config = answer;
      pulledWallMs = clock.wallMs();
      pulledAtMs = clock.monotonicMs();
      view = viewOf(
        // A mode from a later version of the API leaves the one that is known in force.
        knownMode(answer.smart_charging_mode) ?? view.mode,
        thresholds === null
          ? undefined
          : {
              minExportToStartW: thresholds.hems_min_export_to_start_w,
              maxImportBeforeStoppingW: thresholds.hems_max_import_before_stopping_w,
            },
      );
      store.put(STORE_KEY, { ...view, pulledWallMs });
    },
    pulledWallMs: () => pulledWallMs,
    ageMs() {
      if (pulledAtMs !== undefined) return clock.monotonicMs() - pulledAtMs;
      return pulledWallMs === undefined ? undefined : Math.max(0, clock.wallMs() - pulledWallMs);
    },
  };
}

export function knownMode(text: string): ChargingMode | undefined {
  return CHARGING_MODES.find((mode) => mode === text);
}

function viewOf(mode: RemoteView["mode"], thresholds: RemoteView["thresholds"]): RemoteView {
  return { ...(mode === undefined ? {} : { mode }), ...(thresholds === undefined ? {} : { thresholds }) };
}
