import type { BoxHabits, OcppWallboxOptions } from "../../drivers/index.ts";
import type { Config } from "../config/schema.ts";
import type { WallboxQuirks } from "../config/wallbox-quirks-schema.ts";
import type { WallboxConfig } from "../config/wallbox-schema.ts";

const planByDeadMan = { floor: "stacked", two_periods: "two_period", none: "plain" } as const;
const kindByName = { absolute: "Absolute", relative: "Relative" } as const;
const purposeByName = { default: "TxDefaultProfile", transaction: "TxProfile" } as const;

/** What the config says of one wallbox, in the words of its driver. */
export function wallboxOptions(
  { control, ocpp, site }: Config,
  wallbox: WallboxConfig,
): Omit<OcppWallboxOptions, "hasPassword"> {
  return {
    name: wallbox.name,
    identity: wallbox.identity,
    connector: wallbox.connector,
    phases: wallbox.phases,
    minCurrentA: wallbox.min_current_a,
    maxCurrentA: wallbox.rated_current_a,
    stepA: wallbox.step_a,
    floorCurrentA: control.failsafe_current_a,
    horizonMs: ocpp.horizon_s * 1_000,
    maxWritesPerDay: ocpp.max_writes_per_day,
    timeZone: site.time_zone,
    model: wallbox.model,
    habits: habitsOf(wallbox.quirks ?? {}),
    idTag: wallbox.id_tag,
    allowedTags: wallbox.allowed_tags,
  };
}

function habitsOf(quirks: WallboxQuirks): Partial<BoxHabits> {
  return {
    ...(quirks.dead_man !== undefined && { firstPlan: planByDeadMan[quirks.dead_man] }),
    ...(quirks.profile_kind !== undefined && { profileKind: kindByName[quirks.profile_kind] }),
    ...(quirks.profile_purpose !== undefined && { profilePurpose: purposeByName[quirks.profile_purpose] }),
    ...(quirks.rate_unit !== undefined && { rateUnit: quirks.rate_unit }),
    ...(quirks.steps_a !== undefined && { stepsA: quirks.steps_a.toSorted((a, b) => a - b) }),
    ...(quirks.pause !== undefined && { pause: quirks.pause }),
    ...(quirks.remote_start !== undefined && { remoteStart: quirks.remote_start }),
    ...(quirks.phase_switching !== undefined && { phaseSwitching: quirks.phase_switching }),
    ...(quirks.ping_interval_s !== undefined && { pingIntervalMs: quirks.ping_interval_s * 1_000 }),
    ...(quirks.sample_interval_s !== undefined && { sampleIntervalS: quirks.sample_interval_s }),
    ...(quirks.reads_configuration !== undefined && { readsConfiguration: quirks.reads_configuration }),
    ...(quirks.untouched_keys !== undefined && {
      untouchedKeys: quirks.untouched_keys.map((key) => key.toLowerCase()),
    }),
  };
}
