import type { Logger } from "pino";
import type { Clock } from "../../src/ports/clock.ts";
import type { SiteChannels, SiteSource, SourceReading } from "../../src/ports/site-source.ts";
import { type BusFault, deviceFault } from "../modbus/bus-fault.ts";
import type { ModbusBus } from "../modbus/modbus-bus.ts";
import { type BlockReader, createBlockReader } from "./block-reader.ts";
import { type ChannelPlan, type GridSign, hasBatteryModel, planChannels, type Role } from "./channel-plan.ts";
import { discover, type SubDevice } from "./discovery.ts";
import { createOwnBattery, type OwnBattery } from "./own-battery.ts";
import { planBlocks } from "./read-plan.ts";
import { vendorQuirk } from "./vendor-quirks.ts";

/** A device that was away for this long may have come back with other settings or firmware. */
const REDISCOVER_AFTER_MS = 600_000;
/** So may one in which no meter, or nothing of use, was found: it was still starting, or its gateway garbled the chain. */
const LOOK_AGAIN_MS = 30_000;
const USUAL_POLL_MS = 1_000;

export interface SunspecSourceOptions {
  readonly name: string;
  readonly unit: number;
  readonly roles: readonly Role[];
  /** Sign of the device's own grid power; undefined for what its maker is known for. */
  readonly gridSign?: GridSign | undefined;
  /** Time from read to read, ms. */
  readonly pollMs?: number;
}

export interface SunspecSourceDeps {
  readonly bus: ModbusBus;
  readonly clock: Clock;
  readonly log: Logger;
}

interface Plan {
  readonly subDevices: readonly SubDevice[];
  readonly channelPlans: readonly ChannelPlan[];
  readonly reader: BlockReader;
  readonly ownBattery: OwnBattery | undefined;
  /** Roles for which there is no model. */
  readonly missing: readonly Role[];
  readonly madeAtMs: number;
}

/**
 * A SunSpec device as a source of the site's powers. It finds its models with the first read that reaches the device,
 * and again when they have moved. The bus belongs to the caller.
 */
export function createSunspecSource(options: SunspecSourceOptions, deps: SunspecSourceDeps): SiteSource {
  const { bus, clock } = deps;
  const tellFinding = createFindingLog(options, deps.log);
  let plan: Plan | undefined;
  let failingSinceMs: number | undefined;

  async function read(): Promise<SourceReading> {
    if (plan !== undefined && wasAwayLong(plan)) plan = undefined;
    else if (plan !== undefined && isIncomplete(plan)) plan = await lookedAgain(plan);
    const reading = await readOnce();
    if (reading.ok) failingSinceMs = undefined;
    else failingSinceMs ??= clock.monotonicMs();
    return reading;
  }

  function wasAwayLong(given: Plan): boolean {
    if (failingSinceMs === undefined) return false;
    const patienceMs = isUseless(given) ? LOOK_AGAIN_MS : REDISCOVER_AFTER_MS;
    return clock.monotonicMs() - Math.max(failingSinceMs, given.madeAtMs) > patienceMs;
  }

  function isIncomplete({ missing, madeAtMs }: Plan): boolean {
    if (missing.length === 0) return false;
    const patienceMs = missing.includes("grid") ? LOOK_AGAIN_MS : REDISCOVER_AFTER_MS;
    return clock.monotonicMs() - madeAtMs > patienceMs;
  }

  /** Looks for what is missing; what is known stays where that finds less. */
  async function lookedAgain(known: Plan): Promise<Plan> {
    const found = await discover(bus, options.unit);
    const next = found.ok ? planFor(found.subDevices) : undefined;
    return next !== undefined && next.missing.length <= known.missing.length
      ? next
      : { ...known, madeAtMs: clock.monotonicMs() };
  }

  async function readOnce(): Promise<SourceReading> {
    if (plan === undefined) {
      const found = await discover(bus, options.unit);
      if (!found.ok) return failure(found.fault);
      plan = planFor(found.subDevices);
    }
    const { subDevices, channelPlans, reader, ownBattery } = plan;
    if (isUseless(plan)) {
      tellFinding(subDevices, {});
      return failure({ kind: "protocol", detail: "no SunSpec model for any role of the device" });
    }
    const blocks = await reader.read();
    if (!blocks.ok) {
      if (blocks.isMoved) plan = undefined;
      return failure(blocks.fault);
    }
    const decoded: SiteChannels = Object.assign(
      {},
      ...channelPlans.map(({ decode }) => decode(blocks.images)),
    );
    const channels = ownBattery === undefined ? decoded : await ownBattery.addTo(decoded);
    tellFinding(subDevices, channels);
    return { ok: true, channels, stamp: blocks.stamp };
  }

  function planFor(subDevices: readonly SubDevice[]): Plan {
    const { roles, unit, pollMs = USUAL_POLL_MS } = options;
    const quirk = vendorQuirk(subDevices.map(({ manufacturer }) => manufacturer));
    const gridSign = options.gridSign ?? quirk?.gridSign ?? "import_positive";
    const isBatteryElsewhere = quirk?.battery !== undefined && !subDevices.some(hasBatteryModel);
    const plansOf = (some: readonly Role[]) =>
      planChannels(subDevices, { roles: some, gridSign, isBatteryElsewhere });
    const channelPlans = plansOf(roles);
    const ownBattery =
      quirk?.battery === undefined || !isBatteryElsewhere || !roles.some((role) => role !== "grid")
        ? undefined
        : createOwnBattery({ map: quirk.battery, roles, unit, pollMs }, { bus, clock });
    const blocks = planBlocks(channelPlans.flatMap(({ needs }) => needs));
    const reader = createBlockReader(bus, options.unit, blocks);
    const isMissing = (role: Role) =>
      plansOf([role]).length === 0 && (role !== "battery" || ownBattery === undefined);
    const missing = roles.filter(isMissing);
    return { subDevices, channelPlans, reader, ownBattery, missing, madeAtMs: clock.monotonicMs() };
  }

  return { name: options.name, read, close: () => Promise.resolve() };
}

function isUseless({ channelPlans, ownBattery }: Plan): boolean {
  return channelPlans.length === 0 && ownBattery === undefined;
}

function failure(fault: BusFault): SourceReading {
  return { ok: false, fault: deviceFault(fault) };
}

/** Tells each finding once, with the first reading: a device that is discovered again and stayed the same is silent. */
function createFindingLog({ name, roles }: SunspecSourceOptions, log: Logger) {
  let last: readonly SubDevice[] | undefined;
  let told = "";
  return (subDevices: readonly SubDevice[], channels: SiteChannels): void => {
    if (subDevices === last) return;
    last = subDevices;
    const devices = subDevices.map(({ manufacturer, model, models }) => ({
      manufacturer,
      model,
      models: models.map(({ id }) => id),
    }));
    const finding = JSON.stringify(devices);
    if (finding === told) return;
    told = finding;
    log.info({ device: name, devices }, "sunspec device found");
    const missing = roles
      .flatMap((role) => CHANNELS[role])
      .filter((channel) => channels[channel] === undefined);
    if (missing.length > 0) log.warn({ device: name, missing, devices }, "sunspec device lacks values");
  };
}

const CHANNELS: Readonly<Record<Role, readonly (keyof SiteChannels)[]>> = {
  grid: ["gridPowerW"],
  pv: ["pvPowerW"],
  battery: ["batteryPowerW", "batterySocPct"],
};
