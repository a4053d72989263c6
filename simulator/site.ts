import { powerW } from "../src/core/units.ts";
import type { Clock } from "../src/ports/clock.ts";
import { type Broker, createBroker } from "./broker.ts";
import { type CarOptions, createCar } from "./house/car.ts";
import type { DayTrace } from "./house/day-trace.ts";
import { createEvse, type Evse, type EvseOptions } from "./house/evse.ts";
import { createHomeBattery, type HomeBatteryOptions } from "./house/home-battery.ts";
import { createHouse, type House } from "./house/house.ts";
import {
  createSimulatedInverter,
  createSimulatedMeter,
  type DistortableDevice,
} from "./house/modbus-devices.ts";
import { createPartnerServer, type PartnerServer } from "./partner/partner-server.ts";
import type { WireMode } from "./partner/wire.ts";
import { type ChargePoint, type ChargePointOptions, createChargePoint } from "./wallbox/charge-point.ts";

/** Everything the daemon talks to, by the name under which it can be pulled. */
export const PEER_NAMES = ["inverter", "meter", "wallbox", "partner", "broker"] as const;
export type PeerName = (typeof PEER_NAMES)[number];

export interface SiteOptions {
  readonly trace: DayTrace;
  readonly clock: Clock;
  readonly host?: string;
  readonly car?: Partial<CarOptions>;
  readonly evse?: Partial<EvseOptions>;
  /** Wallboxes of the house, each with a car of its own; default 1. */
  readonly wallboxes?: number;
  /** A home battery at the inverter, with these values where they are not typical; none without. */
  readonly battery?: Partial<HomeBatteryOptions>;
  /** What the inverter can turn into AC at most, W; no limit without. */
  readonly inverterAcW?: number;
  /** Registers of the meter are renewed this often, ms. */
  readonly meterRefreshMs?: number;
  readonly meterLagMs?: number;
  /** Monotonic time at which the trace begins, ms; now by default. In the past the day is under way already. */
  readonly startMonotonicMs?: number;
  readonly partner?: {
    readonly mode?: WireMode;
    readonly thresholds?: {
      readonly hems_min_export_to_start_w: number;
      readonly hems_max_import_before_stopping_w: number;
    };
  };
}

export interface Site {
  readonly house: House;
  readonly inverter: DistortableDevice;
  readonly meter: DistortableDevice;
  readonly partner: PartnerServer;
  readonly broker: Broker;
  readonly credentials: { readonly username: string; readonly password: string };
  /** The wallbox dials once it knows where; undefined before. */
  wallbox(): ChargePoint | undefined;
  connectWallbox(url: string, options?: Partial<ChargePointOptions>): ChargePoint;
  /** Connects all of several wallboxes, in the order of `house.evses`; the first is `wallbox()`. */
  connectWallboxes(url: string): readonly ChargePoint[];
  /** Takes a peer away, as if its plug had been pulled. */
  pull(peer: PeerName): Promise<void>;
  plug(peer: PeerName): Promise<void>;
  close(): Promise<void>;
}

export const WALLBOX_IDENTITY = "SIM-WALLBOX-1";

/** Identity of the wallbox with this place in the house. */
export function wallboxIdentity(index: number): string {
  return index === 0 ? WALLBOX_IDENTITY : `SIM-WALLBOX-${index + 1}`;
}

const STEP_MS = 1_000;
const USUAL_PEAK_W = 10_000;
const CHARGING_DEVICE = {
  deviceId: "6f1c1a52-9d0e-4c57-8a9e-4f6f5e0f2b11",
  deviceType: "wallbox",
};
export const SIMULATED_CREDENTIALS = { username: "owner@example.com", password: "simulated-password" };

/** A whole house on loopback: physics, inverter, meter, wallbox with car, Partner API and broker. */
export async function createSite(options: SiteOptions): Promise<Site> {
  const { clock, trace } = options;
  const host = options.host ?? "127.0.0.1";
  const newEvse = () => createEvse(createCar(options.car), options.evse);
  const evse = newEvse();
  const house = createHouse({
    trace,
    evse,
    moreEvses: Array.from({ length: (options.wallboxes ?? 1) - 1 }, newEvse),
    peakW: peakPowerW(trace),
    startMonotonicMs: options.startMonotonicMs ?? clock.monotonicMs(),
    ...(options.battery === undefined ? {} : { battery: createHomeBattery(options.battery) }),
    ...(options.inverterAcW === undefined ? {} : { inverterAcW: options.inverterAcW }),
  });
  house.advanceTo(clock.monotonicMs());
  const modbus = { house, clock, host, port: 0, unit: 1 };
  const inverter = await createSimulatedInverter(modbus);
  const meter = await createSimulatedMeter({
    ...modbus,
    ...(options.meterRefreshMs === undefined ? {} : { meterRefreshMs: options.meterRefreshMs }),
    ...(options.meterLagMs === undefined ? {} : { meterLagMs: options.meterLagMs }),
  });
  const devices = [{ ...CHARGING_DEVICE, minBandW: powerW(evse.minCurrentA, evse.phases) }];
  const partner = await createPartnerServer({
    host,
    clock,
    devices,
    ...SIMULATED_CREDENTIALS,
    ...options.partner,
  });
  const broker = await createBroker({ host, port: 0 });
  const wallboxes: ChargePoint[] = [];
  let tick = clock.setTimeout(passTime, STEP_MS);

  /** The house lives on even when nobody looks at it. */
  function passTime(): void {
    house.advanceTo(clock.monotonicMs());
    tick = clock.setTimeout(passTime, STEP_MS);
  }

  return {
    house,
    inverter,
    meter,
    partner,
    broker,
    credentials: SIMULATED_CREDENTIALS,
    wallbox: () => wallboxes[0],
    connectWallbox: (url, extra) => connected(evse, 0, { url, ...extra }),
    connectWallboxes: (url) => house.evses.map((hardware, index) => connected(hardware, index, { url })),
    pull: async (peer) => void (await pulled(peer)?.pull()),
    plug: async (peer) => void (await pulled(peer)?.plug()),
    async close() {
      clock.clearTimeout(tick);
      for (const wallbox of wallboxes) wallbox.close();
      await Promise.all([inverter.close(), meter.close(), partner.close(), broker.close()]);
    },
  };

  function connected(
    hardware: Evse,
    index: number,
    extra: Partial<ChargePointOptions> & Pick<ChargePointOptions, "url">,
  ): ChargePoint {
    const wallbox = createChargePoint({
      identity: wallboxIdentity(index),
      vendor: "Simulated",
      model: "Nominal",
      hardware,
      advanceTo: (monotonicMs) => house.advanceTo(monotonicMs),
      clock,
      ...extra,
    });
    wallboxes[index] = wallbox;
    return wallbox;
  }

  function pulled(peer: PeerName): { pull(): unknown; plug(): unknown } | undefined {
    return { inverter, meter, wallbox: wallboxes[0], partner, broker }[peer];
  }
}

/** Rating of a plant that could have brought this day, in whole kilowatts. */
export function peakPowerW(trace: DayTrace): number {
  const highestW = trace.pvW.reduce((highest, powerW) => Math.max(highest, powerW), 0);
  return Math.max(USUAL_PEAK_W, Math.ceil(highestW / 1_000) * 1_000);
}
