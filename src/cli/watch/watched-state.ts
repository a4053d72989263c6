import { z } from "zod";
import { daemonStateSchema } from "../daemon-state.ts";

/** The part of each state that is watched; more may be there. */
export const watchedStateSchema = daemonStateSchema.extend({
  site: z.string(),
  version: z.string(),
  telemetry: daemonStateSchema.shape.telemetry.extend({
    battery_w: z.number().nullable(),
    battery_soc_pct: z.number().nullable(),
  }),
  meter: z.string(),
  wallboxes: z.array(
    z.object({
      name: z.string(),
      setpoint_a: z.number(),
      charge_w: z.number().nullable(),
      is_connected: z.boolean(),
      vehicle: z.string(),
    }),
  ),
  health_warning: z.object({ code: z.string() }).nullable(),
  mqtt: z.object({ is_connected: z.boolean() }).nullable(),
});

export type WatchedState = z.infer<typeof watchedStateSchema>;

/** Differs when something was decided or happened: powers alone change with every cloud. */
export function changeMark({ state, meter, wallboxes, health_warning, mqtt, partner }: WatchedState): string {
  return JSON.stringify([
    [state.mode, state.boost, state.phase, state.reason, state.setpoint_a, state.phases, state.limited_by],
    [meter, health_warning?.code, mqtt?.is_connected, partner?.is_online, partner?.rejected],
    wallboxes.map(({ is_connected, vehicle, setpoint_a }) => [is_connected, vehicle, setpoint_a]),
  ]);
}
