import type { SiteChannels } from "../../src/ports/site-source.ts";
import { CHANNEL_ROLES, type ChannelName, type ChannelSpec, type Role } from "./profile-schema.ts";

/** The value of a register or of a place in a message; undefined where there is none. */
export type LookUp = (name: string) => number | undefined;
export type ChannelValues = Partial<Readonly<Record<ChannelName, number>>>;

/** What the channels of a profile amount to; one without a value is absent. */
export function channelValues(
  channels: Partial<Readonly<Record<ChannelName, ChannelSpec | undefined>>>,
  lookUp: LookUp,
): ChannelValues {
  const values: Partial<Record<ChannelName, number>> = {};
  for (const [name, spec] of Object.entries(channels)) {
    const value = spec === undefined ? undefined : channelValue(spec, lookUp);
    if (value !== undefined) values[name as ChannelName] = value;
  }
  return values;
}

function channelValue(spec: ChannelSpec, lookUp: LookUp): number | undefined {
  let total = 0;
  let found = 0;
  for (const { register, factor, isOptional } of spec.sum) {
    const value = lookUp(register);
    if (value === undefined && !isOptional) return spec.whenNothing;
    if (value === undefined) continue;
    found += 1;
    total += factor * value;
  }
  if (found === 0) return spec.whenNothing;
  if (spec.signFrom === undefined) return total + 0;
  const sign = signOf(spec.signFrom, lookUp);
  return sign === undefined ? undefined : sign * Math.abs(total) + 0;
}

function signOf(sign: NonNullable<ChannelSpec["signFrom"]>, lookUp: LookUp): 1 | -1 | undefined {
  const value = lookUp(sign.register);
  if (value === undefined) return undefined;
  const isBitSet = (value & (sign.mask ?? 1)) !== 0;
  switch (sign.negativeWhen) {
    case "bitSet":
      return isBitSet ? -1 : 1;
    case "bitClear":
      return isBitSet ? 1 : -1;
    case "positive":
      return value > 0 ? -1 : 1;
    case "negative":
      return value < 0 ? -1 : 1;
  }
}

/** What `roles` give to the site. PV below 0 is an inverter's own consumption, and a share is within 0 to 100. */
export function siteChannels(values: ChannelValues, roles: readonly Role[]): SiteChannels {
  const of = (name: ChannelName) => (roles.includes(CHANNEL_ROLES[name]) ? values[name] : undefined);
  const [l1A, l2A, l3A] = [of("gridCurrentL1A"), of("gridCurrentL2A"), of("gridCurrentL3A")];
  const pvPowerW = of("pvPowerW");
  const socPct = of("batterySocPct");
  const present = {
    gridPowerW: of("gridPowerW"),
    gridPhaseCurrentsA:
      l1A === undefined || l2A === undefined || l3A === undefined ? undefined : ([l1A, l2A, l3A] as const),
    pvPowerW: pvPowerW === undefined ? undefined : Math.max(0, pvPowerW),
    batteryPowerW: of("batteryPowerW"),
    batterySocPct: socPct === undefined || socPct < 0 || socPct > 100 ? undefined : socPct,
  };
  return Object.fromEntries(Object.entries(present).filter(([, value]) => value !== undefined));
}
