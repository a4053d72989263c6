import { createHash } from "node:crypto";
import { z } from "zod";
import { CHARGING_MODES, type Settings, type Thresholds } from "../core/settings.ts";
import { smartChargingStatus } from "../core/smart-charging-status.ts";
import type { TickReport } from "../core/tick-report.ts";
import type { CommandOutcome, Commands } from "../ports/commands.ts";
import type { ApiOptions } from "./api-context.ts";
import { hemsIneligibleReasons, modeAvailabilities } from "./mode-availability.ts";
import { type FieldProblem, fieldProblems } from "./problem-detail.ts";
import { healthWarningWire } from "./state-view.ts";

const thresholdW = z.int().min(0).max(50_000).nullish();

/** `SmartChargingConfigUpdate`: all optional, null counts as omitted, other members are ignored. */
const updateSchema = z.object({
  smart_charging_mode: z.enum(CHARGING_MODES).nullish(),
  hems_min_export_to_start_w: thresholdW,
  hems_max_import_before_stopping_w: thresholdW,
});

type Update = z.infer<typeof updateSchema>;

/** `SmartChargingConfigOutput` of this gateway: one user with all wallboxes of the house, as `settings` ask for it. */
export function chargingConfigWire(options: ApiOptions, { mode, thresholds }: Settings, report: TickReport) {
  const reasons = hemsIneligibleReasons(options, report);
  return {
    smart_charging_mode: mode,
    mode_conflict: false,
    config_divergence: bandW(thresholds) < options.minBandW,
    devices: options.wallboxNames.map((name, index) => ({
      device_id: deviceId(options.siteName, name),
      device_type: "wallbox",
      smart_charging_mode: mode,
      is_primary_actuator: index === 0,
    })),
    available_modes: modeAvailabilities(options, report),
    hems_eligible: reasons.length === 0,
    hems_ineligible_reasons: reasons,
    thresholds: {
      hems_min_export_to_start_w: thresholds.minExportToStartW,
      hems_max_import_before_stopping_w: thresholds.maxImportBeforeStoppingW,
      min_band_w: options.minBandW,
    },
    health_warning: healthWarningWire(report),
    status: smartChargingStatus(report),
  };
}

export type UpdateOutcome =
  | { readonly ok: true; readonly config: ReturnType<typeof chargingConfigWire> }
  | { readonly ok: false; readonly problems: readonly FieldProblem[] };

/** Applies an update wholly or not at all, by the Partner API's rules; answers the config as it will be. */
export function updateChargingConfig(
  deps: { readonly options: ApiOptions; readonly commands: Commands; readonly report: TickReport },
  body: unknown,
): UpdateOutcome {
  const { options, commands, report } = deps;
  const parsed = updateSchema.safeParse(body);
  if (!parsed.success) return { ok: false, problems: fieldProblems(parsed.error) };
  const update = parsed.data;
  const before = commands.settings();
  const after: Settings = {
    ...before,
    mode: update.smart_charging_mode ?? before.mode,
    thresholds: { ...before.thresholds, ...thresholdsChange(update) },
  };
  const problems = [
    ...modeProblems(update, options, report),
    ...bandProblems(update, after.thresholds, options.minBandW),
  ];
  if (problems.length > 0) return { ok: false, problems };
  const problem = apply(update, before, commands);
  if (problem !== undefined) return { ok: false, problems: [problem] };
  return { ok: true, config: chargingConfigWire(options, after, report) };
}

/** Only what is given, so that the other threshold is nobody's wish. */
function thresholdsChange(update: Update): Partial<Thresholds> {
  const start = update.hems_min_export_to_start_w ?? undefined;
  const stop = update.hems_max_import_before_stopping_w ?? undefined;
  return {
    ...(start === undefined ? {} : { minExportToStartW: start }),
    ...(stop === undefined ? {} : { maxImportBeforeStoppingW: stop }),
  };
}

function bandW({ minExportToStartW, maxImportBeforeStoppingW }: Thresholds): number {
  return minExportToStartW + maxImportBeforeStoppingW;
}

function hasThresholds(update: Update): boolean {
  return (update.hems_min_export_to_start_w ?? update.hems_max_import_before_stopping_w ?? null) !== null;
}

function modeProblems(update: Update, options: ApiOptions, report: TickReport): FieldProblem[] {
  const mode = update.smart_charging_mode ?? undefined;
  if (mode === undefined) return [];
  const entry = modeAvailabilities(options, report).find((candidate) => candidate.mode === mode);
  if (entry?.available) return [];
  const why = entry === undefined || entry.reasons.length === 0 ? "" : `: ${entry.reasons.join(", ")}`;
  return [problem("smart_charging_mode", "mode_unavailable", `mode ${mode} is not available${why}`)];
}

/** A band narrower than the smallest load would switch on and off for ever: see `src/core/thresholds.ts`. */
function bandProblems(update: Update, thresholds: Thresholds, minBandW: number): FieldProblem[] {
  const widthW = bandW(thresholds);
  if (!hasThresholds(update) || widthW >= minBandW) return [];
  const isStartGiven = (update.hems_min_export_to_start_w ?? null) !== null;
  const field = isStartGiven ? "hems_min_export_to_start_w" : "hems_max_import_before_stopping_w";
  return [
    problem(
      field,
      "band_too_narrow",
      `both thresholds together are ${widthW} W and must reach ${minBandW} W`,
    ),
  ];
}

function apply(update: Update, before: Settings, commands: Commands): FieldProblem | undefined {
  if (hasThresholds(update)) {
    const outcome = commands.setThresholds(thresholdsChange(update));
    if (!outcome.ok) return refused("hems_min_export_to_start_w", outcome);
  }
  const mode = update.smart_charging_mode ?? undefined;
  if (mode === undefined) return undefined;
  const outcome = commands.setMode(mode);
  if (outcome.ok) return undefined;
  if (hasThresholds(update)) commands.setThresholds(before.thresholds);
  return refused("smart_charging_mode", outcome);
}

function refused(field: string, outcome: CommandOutcome & { readonly ok: false }): FieldProblem {
  return problem(field, outcome.reason, outcome.detail);
}

function problem(field: string, type: string, msg: string): FieldProblem {
  return { type, loc: ["body", field], msg };
}

/** The same UUID on every start and for every client: version 8 of RFC 9562, made from the names. */
function deviceId(siteName: string, wallboxName: string): string {
  const hex = createHash("sha256").update(`hems-edge/${siteName}/${wallboxName}`).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
