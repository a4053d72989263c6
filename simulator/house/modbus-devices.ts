import type { Clock } from "../../src/ports/clock.ts";
import { createModbusServer } from "../modbus/modbus-server.ts";
import type { RegisterRequest, RegisterResponse } from "../modbus/pdu.ts";
import { createDelayedReadings } from "./delayed-readings.ts";
import type { House, HouseReadings } from "./house.ts";
import { createInverterImage, createMeterImage, type ImageOf, type MeterPlate } from "./sunspec-image.ts";

interface DeviceOptions {
  readonly house: House;
  readonly clock: Clock;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 0: a free one, kept over `pull` and `plug`. */
  readonly port?: number;
  /** Modbus unit; requests to others are answered with exception 11, as gateways do. Default 1. */
  readonly unit?: number;
  /** Address of the SunSpec marker. Default 40000. */
  readonly baseAddress?: number;
}

export interface SimulatedInverterOptions extends DeviceOptions {
  /** Time between two measurements; default 1 s. */
  readonly inverterRefreshMs?: number;
  /** Time from a measurement until the registers show it; default 0. */
  readonly inverterLagMs?: number;
}

export interface SimulatedMeterOptions extends DeviceOptions {
  /** Time between two measurements; default 5 s. */
  readonly meterRefreshMs?: number;
  /** Time from a measurement until the registers show it; default 1 s. */
  readonly meterLagMs?: number;
  /** Default `import_positive`. */
  readonly sign?: MeterPlate["sign"];
}

/** A device on Modbus TCP that shows the house. It brings the house up to the present when it is read. */
export interface SimulatedModbusDevice {
  address(): { readonly host: string; readonly port: number };
  /** As if unplugged: its connections end and new ones are refused. The house lives on. */
  pull(): Promise<void>;
  plug(): Promise<void>;
  close(): Promise<void>;
  /** Requests that reached the device. */
  readonly requestsServed: number;
}

export interface DistortableDevice extends SimulatedModbusDevice {
  /** From now on it answers a read with what `distortion` makes of the registers; undefined: as they are. */
  distort(distortion: Distortion | undefined): void;
}

/** How a device that is out of order answers. */
export type Distortion = (registers: readonly number[], request: RegisterRequest) => RegisterResponse;

const NOMINAL = { host: "127.0.0.1", port: 0, unit: 1, baseAddress: 40_000 };
const GATEWAY_TARGET_FAILED = 11;
const ILLEGAL_ADDRESS = 2;
const ILLEGAL_FUNCTION = 1;

/** A listening three-phase SunSpec inverter. Rejects when the port is taken. */
export function createSimulatedInverter(options: SimulatedInverterOptions): Promise<DistortableDevice> {
  const { house, inverterRefreshMs = 1_000, inverterLagMs = 0 } = options;
  const plate = { serial: "SIM-INVERTER-1", peakW: house.peakW, battery: house.battery?.options };
  return listeningDevice(
    options,
    { refreshMs: inverterRefreshMs, lagMs: inverterLagMs },
    createInverterImage(plate),
  );
}

/** A listening three-phase SunSpec meter at the house connection. Rejects when the port is taken. */
export function createSimulatedMeter(options: SimulatedMeterOptions): Promise<DistortableDevice> {
  const { meterRefreshMs = 5_000, meterLagMs = 1_000, sign = "import_positive" } = options;
  return listeningDevice(
    options,
    { refreshMs: meterRefreshMs, lagMs: meterLagMs },
    createMeterImage({ serial: "SIM-METER-1", sign }),
  );
}

async function listeningDevice(
  options: DeviceOptions,
  delay: { readonly refreshMs: number; readonly lagMs: number },
  imageOf: ImageOf,
): Promise<DistortableDevice> {
  const { house, clock } = options;
  const { host, port, unit, baseAddress } = { ...NOMINAL, ...options };
  const delayed = createDelayedReadings(house, delay);
  let shown: HouseReadings | undefined;
  let image: readonly number[] = [];
  let distortion: Distortion | undefined;

  function presentImage(): readonly number[] {
    const nowMs = clock.monotonicMs();
    house.advanceTo(nowMs);
    const readings = delayed.visibleAt(nowMs);
    if (readings !== shown) {
      shown = readings;
      image = imageOf(readings);
    }
    return image;
  }

  function respond(request: RegisterRequest): RegisterResponse {
    if (request.unit !== unit) return { exception: GATEWAY_TARGET_FAILED };
    if (request.functionCode !== 3 && request.functionCode !== 4) return { exception: ILLEGAL_FUNCTION };
    const registers = presentImage();
    const start = request.address - baseAddress;
    if (start < 0 || start + request.count > registers.length) return { exception: ILLEGAL_ADDRESS };
    const asked = registers.slice(start, start + request.count);
    return distortion === undefined ? asked : distortion(asked, request);
  }

  const server = createModbusServer({ host, port, respond });
  await server.plug();
  return Object.assign(server, {
    distort(next: Distortion | undefined) {
      distortion = next;
    },
  });
}
