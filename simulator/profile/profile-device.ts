import type { ModbusProfile } from "../../drivers/profiles/profile-schema.ts";
import type { Clock } from "../../src/ports/clock.ts";
import { createDelayedReadings } from "../house/delayed-readings.ts";
import type { House, HouseReadings } from "../house/house.ts";
import type { SimulatedModbusDevice } from "../house/modbus-devices.ts";
import { createModbusServer } from "../modbus/modbus-server.ts";
import type { RegisterRequest, RegisterResponse, Respond } from "../modbus/pdu.ts";
import { type ChannelTargets, profileRegisters, type RegisterBank } from "./profile-registers.ts";

export interface ProfileDeviceOptions {
  readonly profile: ModbusProfile;
  readonly house: House;
  readonly clock: Clock;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 0: a free one. */
  readonly port?: number;
  readonly refreshMs?: number;
  readonly lagMs?: number;
}

const ILLEGAL_FUNCTION = 1;
const ILLEGAL_ADDRESS = 2;

/** A listening device of `profile` that shows the house. Rejects when the port is taken. */
export async function createProfileDevice(options: ProfileDeviceOptions): Promise<SimulatedModbusDevice> {
  const { profile, house, clock, refreshMs = 1_000, lagMs = 0 } = options;
  const delayed = createDelayedReadings(house, { refreshMs, lagMs });
  let shown: HouseReadings | undefined;
  let bank: RegisterBank = profileRegisters(profile, {});

  function present(): RegisterBank {
    const nowMs = clock.monotonicMs();
    house.advanceTo(nowMs);
    const readings = delayed.visibleAt(nowMs);
    if (readings !== shown) bank = profileRegisters(profile, houseTargets(readings));
    shown = readings;
    return bank;
  }

  const server = createModbusServer({
    host: options.host ?? "127.0.0.1",
    port: options.port ?? 0,
    respond: (request) => answerFrom(present(), request),
  });
  await server.plug();
  return server;
}

/** What a device measures of the house, by the channels of profiles. */
export function houseTargets(readings: HouseReadings): ChannelTargets {
  const [l1A, l2A, l3A] = readings.gridPhaseCurrentsA;
  return {
    gridPowerW: readings.gridPowerW,
    gridCurrentL1A: l1A,
    gridCurrentL2A: l2A,
    gridCurrentL3A: l3A,
    gridImportWh: readings.importWh,
    gridExportWh: readings.exportWh,
    pvPowerW: readings.pvPowerW,
    batteryPowerW: readings.batteryPowerW,
    batterySocPct: readings.batterySocPct ?? 0,
  };
}

/** Answers reads from a bank that may change between two requests. */
export function respondFrom(bank: () => RegisterBank): Respond {
  return (request) => answerFrom(bank(), request);
}

function answerFrom(
  bank: RegisterBank,
  { unit, functionCode, address, count }: RegisterRequest,
): RegisterResponse {
  if (functionCode !== 3 && functionCode !== 4) return { exception: ILLEGAL_FUNCTION };
  const found: number[] = [];
  for (let at = address; at < address + count; at++) {
    const word = bank.word(unit, functionCode, at);
    if (word === undefined) return { exception: ILLEGAL_ADDRESS };
    found.push(word);
  }
  return found;
}
