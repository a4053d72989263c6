import type { SiteChannels } from "../../src/ports/site-source.ts";
import { dcInputEnd, dcPowerW, sumDcPowerW } from "./dc-inputs.ts";
import type { ModelAddress, SubDevice } from "./discovery.ts";
import { gridChannels } from "./meter-channels.ts";
import {
  BATTERY,
  BATTERY_POINTS,
  DER_STORAGE,
  DER_STORAGE_POINTS,
  INVERTERS,
  type InverterPoints,
  METERS,
  type MeterPoints,
  MPPT_EXTENSION,
  STORAGE,
  STORAGE_POINTS,
} from "./models.ts";
import { type ModelImage, type Point, pointEnd, pointValue, rawValue } from "./points.ts";

export type Role = "grid" | "pv" | "battery";
export type GridSign = "import_positive" | "export_positive";

/** The registers of one model that a channel needs: the first `count`, its header included. */
export interface ModelNeed {
  readonly model: ModelAddress;
  readonly count: number;
}

/** Gives the image of a model that was read. */
export type Images = (model: ModelAddress) => ModelImage;

/** How a channel comes about; for the grid, two. */
export interface ChannelPlan {
  readonly needs: readonly ModelNeed[];
  decode(images: Images): SiteChannels;
}

export interface ChannelChoice {
  readonly roles: readonly Role[];
  readonly gridSign: GridSign;
  /** True where the battery is read elsewhere: PV power then includes it and may be negative. */
  readonly isBatteryElsewhere: boolean;
}

/** The best way to each role's channels that the device offers; a role without any way is left out. */
export function planChannels(
  subDevices: readonly SubDevice[],
  { roles, gridSign, isBatteryElsewhere }: ChannelChoice,
): readonly ChannelPlan[] {
  const plans: (ChannelPlan | undefined)[] = [];
  if (roles.includes("grid")) plans.push(first(subDevices, (device) => gridPlan(device, gridSign)));
  if (roles.includes("pv")) plans.push(first(subDevices, isBatteryElsewhere ? acPlan : pvPlan));
  if (roles.includes("battery") && !isBatteryElsewhere) {
    plans.push(first(subDevices, batteryPowerPlan), first(subDevices, socPlan));
  }
  return plans.filter((plan) => plan !== undefined);
}

function first(
  subDevices: readonly SubDevice[],
  plan: (device: SubDevice) => ChannelPlan | undefined,
): ChannelPlan | undefined {
  for (const device of subDevices) {
    const found = plan(device);
    if (found !== undefined) return found;
  }
  return undefined;
}

function gridPlan(device: SubDevice, gridSign: GridSign): ChannelPlan | undefined {
  const meter = best(device, METERS);
  if (meter === undefined) return undefined;
  const { model, points } = meter;
  return {
    needs: [need(model, meterPointsOf(points))],
    decode: (images) => gridChannels(images(model), points, gridSign),
  };
}

function meterPointsOf({ W, Wph, Aph }: MeterPoints): readonly Point[] {
  return [W, ...Wph, ...Aph];
}

/**
 * PV power is the inverter's AC power, because the site's balance is one of AC. The AC side of a hybrid also carries
 * the battery, so there it is the sum of the PV inputs, or AC power without the battery's where no inputs are told.
 */
function pvPlan(device: SubDevice): ChannelPlan | undefined {
  const inverter = best(device, INVERTERS);
  const strings = isHybrid(device) ? stringsPlan(device) : undefined;
  if (strings !== undefined || inverter === undefined) return strings ?? stringsPlan(device);
  const { model, points } = inverter;
  const battery = batteryPowerPlan(device);
  const acNeed = need(model, [points.W, points.St]);
  if (battery === undefined) {
    return pvPlanOf([acNeed], (images) => acPowerW(images(model), points));
  }
  return pvPlanOf([acNeed, ...battery.needs], (images) => {
    const acW = acPowerW(images(model), points);
    const { batteryPowerW } = battery.decode(images);
    return acW === undefined || batteryPowerW === undefined ? undefined : acW - batteryPowerW;
  });
}

/** AC power as it is, with the battery's in it. */
function acPlan(device: SubDevice): ChannelPlan | undefined {
  const inverter = best(device, INVERTERS);
  if (inverter === undefined) return undefined;
  const { model, points } = inverter;
  return {
    needs: [need(model, [points.W, points.St])],
    decode(images) {
      const pvPowerW = acPowerW(images(model), points);
      return pvPowerW === undefined ? {} : { pvPowerW };
    },
  };
}

/** True where the SunSpec models tell a battery's power. */
export function hasBatteryModel(device: SubDevice): boolean {
  return batteryPowerPlan(device) !== undefined;
}

function isHybrid(device: SubDevice): boolean {
  return device.models.some(({ id }) => id === BATTERY) || device.dcInputs.some(({ use }) => use !== "pv");
}

function stringsPlan(device: SubDevice): ChannelPlan | undefined {
  const model = device.models.find(({ id }) => id === MPPT_EXTENSION);
  const strings = device.dcInputs.filter(({ use }) => use === "pv");
  const last = strings.at(-1);
  if (model === undefined || last === undefined) return undefined;
  return pvPlanOf([{ model, count: dcInputEnd(last.index) }], (images) => {
    return sumDcPowerW(images(model), strings);
  });
}

function pvPlanOf(needs: readonly ModelNeed[], powerW: (images: Images) => number | undefined): ChannelPlan {
  return {
    needs,
    decode(images) {
      const pvPowerW = powerW(images);
      return pvPowerW === undefined ? {} : { pvPowerW: Math.max(0, pvPowerW) };
    },
  };
}

/** A sleeping inverter marks its power and often even its state as not implemented, and that is 0 W. */
function acPowerW(image: ModelImage, points: InverterPoints): number | undefined {
  const powerW = pointValue(image, points.W);
  if (powerW !== undefined || rawValue(image, points.W) !== undefined) return powerW;
  const state = rawValue(image, points.St);
  return state !== undefined && points.feedingStates.includes(state) ? undefined : 0;
}

function batteryPowerPlan(device: SubDevice): ChannelPlan | undefined {
  const battery = device.models.find(({ id }) => id === BATTERY);
  if (battery !== undefined) {
    return {
      needs: [need(battery, [BATTERY_POINTS.W])],
      decode(images) {
        const batteryPowerW = pointValue(images(battery), BATTERY_POINTS.W);
        return batteryPowerW === undefined ? {} : { batteryPowerW };
      },
    };
  }
  return storageInputsPlan(device);
}

/** Charging and discharging each have an input that counts upward; the one at rest may be marked unused. */
function storageInputsPlan(device: SubDevice): ChannelPlan | undefined {
  const model = device.models.find(({ id }) => id === MPPT_EXTENSION);
  const inputs = device.dcInputs.filter(({ use }) => use !== "pv");
  const last = inputs.at(-1);
  if (model === undefined || last === undefined) return undefined;
  return {
    needs: [{ model, count: dcInputEnd(last.index) }],
    decode(images) {
      const image = images(model);
      let batteryPowerW: number | undefined;
      for (const input of inputs) {
        const powerW = dcPowerW(image, input);
        if (powerW === undefined) continue;
        batteryPowerW = (batteryPowerW ?? 0) + (input.use === "discharge" ? powerW : -powerW);
      }
      return batteryPowerW === undefined ? {} : { batteryPowerW };
    },
  };
}

const SOC_POINTS = new Map<number, Point>([
  [BATTERY, BATTERY_POINTS.SoC],
  [STORAGE, STORAGE_POINTS.ChaState],
  [DER_STORAGE, DER_STORAGE_POINTS.SoC],
]);

function socPlan(device: SubDevice): ChannelPlan | undefined {
  const found = best(device, SOC_POINTS);
  if (found === undefined) return undefined;
  const { model, points: point } = found;
  return {
    needs: [need(model, [point])],
    decode(images) {
      const batterySocPct = pointValue(images(model), point);
      const isShare = batterySocPct !== undefined && batterySocPct >= 0 && batterySocPct <= 100;
      return isShare ? { batterySocPct } : {};
    },
  };
}

/** The device's model that stands first in `preferences`. */
function best<T>(
  device: SubDevice,
  preferences: ReadonlyMap<number, T>,
): { readonly model: ModelAddress; readonly points: T } | undefined {
  for (const [id, points] of preferences) {
    const model = device.models.find((candidate) => candidate.id === id);
    if (model !== undefined) return { model, points };
  }
  return undefined;
}

function need(model: ModelAddress, points: readonly Point[]): ModelNeed {
  return { model, count: Math.max(...points.map(pointEnd)) };
}
