import { pino } from "pino";
import type { Clock } from "../../src/ports/clock.ts";
import type { SiteChannels } from "../../src/ports/site-source.ts";
import { isRefusal } from "../modbus/bus-fault.ts";
import type { ModbusBus } from "../modbus/modbus-bus.ts";
import { loadProfile, PROFILE_NAMES } from "../profiles/catalogue.ts";
import { type ChannelValues, channelValues } from "../profiles/channel-values.ts";
import { matchesProfile } from "../profiles/detection.ts";
import {
  type ChannelName,
  type Maturity,
  type ModbusProfile,
  profileRoles,
  type SunspecProfile,
} from "../profiles/profile-schema.ts";
import { planReads } from "../profiles/read-plan.ts";
import { createRegisterReader } from "../profiles/register-reader.ts";
import { discover, type SubDevice } from "../sunspec/discovery.ts";
import { createSunspecSource } from "../sunspec/sunspec-source.ts";

/** A driver that fits what answers. */
export interface FoundDevice {
  readonly driver: string;
  readonly title: string;
  readonly maturity: Maturity | undefined;
  readonly unit: number;
  /** `certain`: the device says what it is. `possible`: its values are plausible for this driver. */
  readonly certainty: "certain" | "possible";
  readonly values: SiteChannels;
  /** SunSpec devices describe themselves. */
  readonly subDevices?: readonly SubDevice[];
}

export interface FindOptions {
  /** Only this unit; else those that the drivers know. */
  readonly unit: number | undefined;
  /** Only this driver. */
  readonly driver: string | undefined;
  progress(text: string): void;
}

export type FindOutcome =
  | { readonly ok: true; readonly found: readonly FoundDevice[] }
  | { readonly ok: false; readonly detail: string };

interface Deps {
  readonly bus: ModbusBus;
  readonly clock: Clock;
}

const PLAUSIBLE_POWER_W = 200_000;

/** Asks unit by unit for SunSpec and then for each driver's registers. Takes a few requests for each driver. */
export async function findDevices(options: FindOptions, deps: Deps): Promise<FindOutcome> {
  const candidates = modbusCandidates(options);
  const units = options.unit === undefined ? usualUnits(candidates) : [options.unit];
  const found: FoundDevice[] = [];
  let lastSilence = "";
  let answers = 0;
  for (const unit of units) {
    options.progress(`unit ${unit}`);
    const sunspec = await findSunspec(unit, options, deps);
    if (sunspec.isSilent) {
      lastSilence = sunspec.detail;
      continue;
    }
    answers += 1;
    found.push(...sunspec.found);
    for (const [driver, profile] of candidates) {
      if (options.unit === undefined && profile.connection.unit !== unit) continue;
      options.progress(`unit ${unit}, ${driver}`);
      const device = await tryProfile(driver, profile, unit, deps);
      if (device !== undefined) found.push(device);
    }
  }
  if (answers === 0) return { ok: false, detail: lastSilence };
  return { ok: true, found: found.sort((a, b) => rank(a) - rank(b)) };
}

function rank({ certainty, maturity }: FoundDevice): number {
  return (certainty === "certain" ? 0 : 10) + (maturity === "experimental" ? 1 : 0);
}

function modbusCandidates({ driver }: FindOptions): readonly (readonly [string, ModbusProfile])[] {
  return PROFILE_NAMES.flatMap((name) => {
    const profile = loadProfile(name);
    const isWanted = driver === undefined || driver === name;
    return isWanted && profile.protocol === "modbus" ? [[name, profile] as const] : [];
  });
}

/** The most usual first; 126 and 200 are SunSpec's on SMA and Fronius. */
function usualUnits(candidates: readonly (readonly [string, ModbusProfile])[]): readonly number[] {
  return [...new Set([1, ...candidates.map(([, { connection }]) => connection.unit), 126, 200, 240])];
}

interface SunspecFinding {
  readonly isSilent: boolean;
  readonly detail: string;
  readonly found: readonly FoundDevice[];
}

async function findSunspec(
  unit: number,
  { driver }: FindOptions,
  { bus, clock }: Deps,
): Promise<SunspecFinding> {
  const discovery = await discover(bus, unit);
  if (!discovery.ok) {
    const { kind, detail } = discovery.fault;
    const isSilent =
      kind === "timeout" || kind === "closed" || (kind === "exception" && !isRefusal(discovery.fault));
    return { isSilent, detail, found: [] };
  }
  const log = pino({ level: "silent" });
  const source = createSunspecSource(
    { name: "probe", unit, roles: ["grid", "pv", "battery"] },
    { bus, clock, log },
  );
  const reading = await source.read();
  const { subDevices } = discovery;
  const [name, profile] = sunspecDriver(subDevices);
  if (driver !== undefined && driver !== name && driver !== "sunspec")
    return { isSilent: false, detail: "", found: [] };
  const device: FoundDevice = {
    driver: name,
    title: profile?.title ?? "SunSpec device",
    maturity: profile?.maturity,
    unit,
    certainty: "certain",
    values: reading.ok ? reading.channels : {},
    subDevices,
  };
  return { isSilent: false, detail: "", found: [device] };
}

/** The maker's own driver where there is one: it knows ports, units and limits. */
function sunspecDriver(subDevices: readonly SubDevice[]): readonly [string, SunspecProfile | undefined] {
  const makers = subDevices.map(({ manufacturer }) => manufacturer.toLowerCase());
  for (const name of PROFILE_NAMES) {
    const profile = loadProfile(name);
    if (profile.protocol !== "sunspec") continue;
    const brand = profile.brand.toLowerCase();
    if (makers.some((maker) => maker.startsWith(brand))) return [name, profile];
  }
  return ["sunspec", undefined];
}

async function tryProfile(
  driver: string,
  profile: ModbusProfile,
  unit: number,
  { bus, clock }: Deps,
): Promise<FoundDevice | undefined> {
  const roles = profileRoles(profile);
  const match = await matchesProfile(profile, unit, bus);
  if (match === "differs") return undefined;
  const [first] = planReads(profile, unit, roles);
  if (first === undefined) return undefined;
  const { functionCode, address, count } = first;
  const answer = await bus.read({ unit: first.unit, functionCode, address, count });
  if (!answer.ok) return undefined;
  const reader = createRegisterReader({ map: profile, unit, roles, pollMs: 1_000 }, { bus, clock });
  const registers = await reader.read();
  if (!registers.ok) return undefined;
  const values = channelValues(profile.channels, registers.lookUp);
  if (match !== "matches" && !isConvincing(profile, values)) return undefined;
  return {
    driver,
    title: profile.title,
    maturity: profile.maturity,
    unit,
    certainty: match === "matches" ? "certain" : "possible",
    values: shownValues(values),
  };
}

/** All powers are there, something flows, and nothing is beyond a house. */
function isConvincing(profile: ModbusProfile, values: ChannelValues): boolean {
  const names = Object.keys(profile.channels) as ChannelName[];
  const powers = names.filter((name) => name.endsWith("PowerW")).map((name) => values[name]);
  const isWhole = powers.every((value) => value !== undefined && Math.abs(value) <= PLAUSIBLE_POWER_W);
  const socPct = values.batterySocPct ?? 50;
  return isWhole && powers.some((value) => value !== 0) && socPct >= 0 && socPct <= 100 && balances(values);
}

function balances({ gridPowerW, pvPowerW, batteryPowerW = 0 }: ChannelValues): boolean {
  if (gridPowerW === undefined || pvPowerW === undefined) return true;
  return pvPowerW >= -50 && pvPowerW + gridPowerW + batteryPowerW >= -200;
}

function shownValues({ gridPowerW, pvPowerW, batteryPowerW, batterySocPct }: ChannelValues): SiteChannels {
  const all = { gridPowerW, pvPowerW, batteryPowerW, batterySocPct };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}
