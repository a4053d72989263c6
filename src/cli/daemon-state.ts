import { z } from "zod";

/** The part of `GET /api/state` that the terminal shows; more may be there. */
export const daemonStateSchema = z.object({
  state: z.object({
    mode: z.string(),
    boost: z.string(),
    phase: z.string(),
    ux_phase: z.string(),
    reason: z.string(),
    reason_text: z.string(),
    setpoint_a: z.number(),
    phases: z.number(),
    limited_by: z.string().nullable(),
    thresholds: z.object({
      effective: z.object({
        hems_min_export_to_start_w: z.number(),
        hems_max_import_before_stopping_w: z.number(),
      }),
      is_widened: z.boolean(),
    }),
    wallboxes: z
      .array(
        z.object({
          name: z.string(),
          boost: z.string(),
          reason: z.string(),
          reason_text: z.string(),
          setpoint_a: z.number(),
          phases: z.number(),
          limited_by: z.string().nullable(),
        }),
      )
      .default([]),
    valid: z.boolean(),
    ts: z.string(),
  }),
  partner: z
    .object({
      is_online: z.boolean(),
      error: z.string().nullable(),
      token: z.string().nullable().optional(),
      age_ms: z.number().nullable(),
      has_pending_change: z.boolean(),
      rejected: z.string().nullable(),
    })
    .nullish(),
  mqtt: z.object({ is_connected: z.boolean() }).nullish(),
  telemetry: z.object({
    grid_w: z.number().nullable(),
    pv_w: z.number().nullable(),
    load_w: z.number().nullable(),
    charge_w: z.number().nullable(),
  }),
});

export type DaemonState = z.infer<typeof daemonStateSchema>;

/** The state in a few lines for people. */
export function stateText({ state, telemetry, partner }: DaemonState): string {
  const limited = state.limited_by === null ? "" : `, limited by ${state.limited_by}`;
  const phases = state.phases === 1 ? "one phase" : `${state.phases} phases`;
  return [
    `mode      ${state.mode}${state.boost === "off" ? "" : `, boost ${state.boost}`}`,
    `state     ${state.phase} (${state.ux_phase})`,
    `car       ${watts(telemetry.charge_w)}, allowed ${state.setpoint_a} A on ${phases}${limited}`,
    `house     sun ${watts(telemetry.pv_w)}, load ${watts(telemetry.load_w)}, grid ${gridText(telemetry.grid_w)}`,
    `why       ${state.reason_text}`,
    ...boxLines(state.wallboxes),
    ...(partner === undefined || partner === null ? [] : [`partner   ${partnerText(partner)}`]),
    "",
  ].join("\n");
}

/** How the gateway stands with the Partner API. */
export function partnerText(partner: NonNullable<DaemonState["partner"]>): string {
  const { age_ms: ageMs, error, token, rejected } = partner;
  const age = ageMs === null ? "never pulled" : `pulled ${Math.round(ageMs / 1_000)} s ago`;
  const state = partner.is_online ? "in step" : `not reachable${error === null ? "" : ` (${error})`}`;
  return [
    token === "refused" ? "does not take our login" : state,
    age,
    ...(partner.has_pending_change ? ["a local change waits"] : []),
    ...(rejected === null ? [] : [`refused a change: ${rejected}`]),
  ].join(", ");
}

/** The reason with the thresholds that hold. */
export function whyText({ state }: DaemonState): string {
  const { hems_min_export_to_start_w: startW, hems_max_import_before_stopping_w: stopW } =
    state.thresholds.effective;
  const widened = state.thresholds.is_widened ? ", raised for this wallbox" : "";
  const reasons = state.wallboxes.length > 1 ? boxLines(state.wallboxes).join("\n") : state.reason_text;
  return `${reasons}\nStarts from ${startW} W export${widened}, stops above ${stopW} W import.\n`;
}

/** One line for each of several boxes; one box alone is told above. */
function boxLines(boxes: DaemonState["state"]["wallboxes"]): readonly string[] {
  if (boxes.length < 2) return [];
  const width = Math.max(9, ...boxes.map(({ name }) => name.length));
  return boxes.map(({ name, setpoint_a: setpointA, boost, reason_text: text }) => {
    const boosted = boost === "off" ? "" : `boost ${boost}, `;
    return `${name.padEnd(width)} ${boosted}${setpointA} A: ${text}`;
  });
}

function gridText(gridW: number | null): string {
  if (gridW === null) return "unknown";
  return gridW < 0 ? `${-gridW} W export` : `${gridW} W import`;
}

function watts(value: number | null): string {
  return value === null ? "unknown" : `${value} W`;
}
