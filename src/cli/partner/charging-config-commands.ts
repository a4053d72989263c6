import {
  type ChargingConfig,
  chargingConfigUpdateSchema,
  getChargingConfig,
  putChargingConfig,
} from "../../partner/charging-config.ts";
import { EXIT } from "../../service/exit-codes.ts";
import type { Command, CommandInput } from "../command.ts";
import { fieldProblems } from "./field-options.ts";
import { printRecord } from "./output.ts";
import { failed, misused, sessionOptions, withPartner } from "./session.ts";
import { changedFields } from "./user-changes.ts";

const MODE_REASONS: Readonly<Record<string, string>> = {
  no_ev: "connect a car",
  no_battery_capacity: "tell the capacity of the car's battery",
  no_actuator: "connect a wallbox or a car that can be steered",
  wallbox_not_modulating: "the wallbox can only be switched, not follow a current",
  no_inverter: "connect an inverter",
  inverter_no_export_data: "the inverter does not tell the power at the grid",
};

const WARNINGS: Readonly<Record<string, string>> = {
  inverter_disconnected: "the inverter has lost its login",
  inverter_data_stale: "the inverter's data are old",
  wallbox_disconnected: "the wallbox is offline",
  config_divergence: "the devices have different settings: set them again to bring them together",
};

const OPTION_OF_FIELD: Readonly<Record<string, string>> = {
  smart_charging_mode: "--mode",
  hems_min_export_to_start_w: "--start-w",
  hems_max_import_before_stopping_w: "--stop-w",
};

export const chargingConfigGetCommand: Command = {
  options: { json: { summary: "Print JSON." }, ...sessionOptions },
  positionals: { usage: "USER_ID", min: 1, max: 1 },
  example: "hems-edge partner charging-config get USER_ID",
  run: (input) =>
    withPartner(input, async ({ api }) => {
      const config = await api.call(getChargingConfig(input.positionals[0] ?? ""));
      return config.ok ? tell(input, config.value) : failed(input, config.error);
    }),
};

export const chargingConfigSetCommand: Command = {
  options: {
    mode: { summary: "none, spot, hems or hems_and_spot.", placeholder: "MODE" },
    "start-w": { summary: "Export at which charging starts, 0 to 50000 W.", placeholder: "N" },
    "stop-w": { summary: "Import at which charging stops, 0 to 50000 W.", placeholder: "N" },
    json: { summary: "Print JSON." },
    ...sessionOptions,
  },
  positionals: { usage: "USER_ID", min: 1, max: 1 },
  example: "hems-edge partner charging-config set USER_ID --mode hems --start-w 1500 --stop-w 300",
  async run(input) {
    const update = chargingConfigUpdateSchema.safeParse(updateOf(input));
    if (!update.success)
      return misused(
        input,
        fieldProblems(update.error, (field) => OPTION_OF_FIELD[field] ?? field),
      );
    const [userId = ""] = input.positionals;
    return withPartner(input, async ({ api, write }) => {
      const before = await api.call(getChargingConfig(userId));
      if (!before.ok) return failed(input, before.error);
      const written = await write(putChargingConfig(userId, update.data), {
        action: "charging-config.set",
        target: userId,
        ...changedFields(settingsOf(before.value), update.data),
      });
      return written.ok ? tell(input, written.value) : failed(input, written.error);
    });
  },
};

function updateOf({ texts }: CommandInput) {
  const number = (text: string | undefined) =>
    text === undefined || text.trim() === "" ? text : Number(text);
  const { mode } = texts;
  const startW = number(texts["start-w"]);
  const stopW = number(texts["stop-w"]);
  return {
    ...(mode === undefined ? {} : { smart_charging_mode: mode }),
    ...(startW === undefined ? {} : { hems_min_export_to_start_w: startW }),
    ...(stopW === undefined ? {} : { hems_max_import_before_stopping_w: stopW }),
  };
}

function settingsOf({ smart_charging_mode, thresholds }: ChargingConfig): Readonly<Record<string, unknown>> {
  const { hems_min_export_to_start_w, hems_max_import_before_stopping_w } = thresholds ?? {};
  return { smart_charging_mode, hems_min_export_to_start_w, hems_max_import_before_stopping_w };
}

function tell(input: CommandInput, config: ChargingConfig): number {
  printRecord(input, config, configLines(config));
  return EXIT.ok;
}

/** The whole config in sentences; what cannot be chosen stands with its reasons. */
export function configLines(config: ChargingConfig): readonly string[] {
  const { thresholds, health_warning: warning, status } = config;
  return [
    `mode        ${config.smart_charging_mode}${config.mode_conflict === true ? ", but some devices have another" : ""}`,
    thresholds === null
      ? "thresholds  none"
      : `thresholds  start at ${thresholds.hems_min_export_to_start_w} W export, stop at ` +
        `${thresholds.hems_max_import_before_stopping_w} W import; together at least ${thresholds.min_band_w ?? "?"} W`,
    ...config.available_modes.map(({ mode, available, reasons }) =>
      available ? `can choose  ${mode}` : `locked      ${mode}: ${spelledOut(reasons)}`,
    ),
    ...(config.hems_eligible === false ? [`no HEMS     ${spelledOut(config.hems_ineligible_reasons)}`] : []),
    ...config.devices.map(
      ({ device_id, device_type, smart_charging_mode, is_primary_actuator }) =>
        `device      ${device_id} ${device_type ?? ""} ${smart_charging_mode ?? ""}${is_primary_actuator === true ? " (steers)" : ""}`,
    ),
    ...(config.config_divergence === true ? ["divergence  the devices have different thresholds"] : []),
    ...(warning === undefined
      ? []
      : [
          `warning     ${WARNINGS[warning.code] ?? warning.code}${warning.since === undefined ? "" : `, since ${warning.since}`}`,
        ]),
    `status      ${status?.ux_phase ?? "not told"}${status?.as_of === undefined ? "" : ` as of ${status.as_of}`}`,
  ];
}

function spelledOut(reasons: readonly string[]): string {
  return reasons.map((code) => `${MODE_REASONS[code] ?? "not known to this version"} (${code})`).join("; ");
}
