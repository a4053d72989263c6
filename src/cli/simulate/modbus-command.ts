import { loadProfile, PROFILE_NAMES } from "../../../drivers/profiles/catalogue.ts";
import { createCar } from "../../../simulator/house/car.ts";
import { createEvse } from "../../../simulator/house/evse.ts";
import { createHomeBattery } from "../../../simulator/house/home-battery.ts";
import { createHouse, type House } from "../../../simulator/house/house.ts";
import {
  createSimulatedInverter,
  createSimulatedMeter,
  type SimulatedModbusDevice,
} from "../../../simulator/house/modbus-devices.ts";
import { peakPowerW } from "../../../simulator/site.ts";
import { closestName } from "../../config/closest-name.ts";
import type { Clock } from "../../ports/clock.ts";
import { createScaledClock } from "../../service/clock.ts";
import { EXIT } from "../../service/exit-codes.ts";
import type { Command, CommandInput } from "../command.ts";
import { createOptionReader } from "./option-reader.ts";
import { dayOptions, listenAddress, listenOptions, replayOf, speedOf } from "./peer-options.ts";
import { openDump, openProfile, readDump } from "./profile-peer.ts";
import { runPeer } from "./run-peer.ts";

interface ModbusPeer {
  readonly name: string;
  readonly usualRefreshMs: number;
  readonly usualLagMs: number;
  /** Options beside those that all have. */
  readonly options?: Command["options"];
  open(device: DeviceOptions): Promise<SimulatedModbusDevice>;
}

interface DeviceOptions {
  readonly house: House;
  readonly clock: Clock;
  readonly host: string;
  readonly port: number;
  readonly unit: number;
  readonly refreshMs: number;
  readonly lagMs: number;
}

const LONGEST_REFRESH_MS = 600_000;

export const inverterCommand = modbusCommand({
  name: "inverter",
  usualRefreshMs: 1_000,
  usualLagMs: 0,
  options: {
    profile: {
      summary: "Be a device of this driver (docs/devices.md) instead of SunSpec.",
      placeholder: "NAME",
    },
    dump: { summary: "Replay a file of `hems-edge dump modbus` instead of a day.", placeholder: "FILE" },
    "battery-kwh": { summary: "Capacity of a home battery; default none.", placeholder: "N" },
  },
  open: ({ refreshMs, lagMs, ...device }) =>
    createSimulatedInverter({ ...device, inverterRefreshMs: refreshMs, inverterLagMs: lagMs }),
});

export const meterCommand = modbusCommand({
  name: "meter",
  usualRefreshMs: 5_000,
  usualLagMs: 1_000,
  open: ({ refreshMs, lagMs, ...device }) =>
    createSimulatedMeter({ ...device, meterRefreshMs: refreshMs, meterLagMs: lagMs }),
});

function modbusCommand(peer: ModbusPeer): Command {
  return {
    options: {
      ...listenOptions,
      ...dayOptions,
      ...peer.options,
      unit: { summary: "Modbus unit that answers; default 1.", placeholder: "N" },
      "refresh-ms": {
        summary: `Time between two measurements; default ${peer.usualRefreshMs}.`,
        placeholder: "MS",
      },
      "lag-ms": {
        summary: `Time from a measurement until the registers show it; default ${peer.usualLagMs}.`,
        placeholder: "MS",
      },
    },
    example: `hems-edge simulate ${peer.name} --port 1502 --unit 1 --from 12:00`,
    run: (input) => runModbus(peer, input),
  };
}

async function runModbus(peer: ModbusPeer, input: CommandInput): Promise<number> {
  const reader = createOptionReader(input);
  const address = listenAddress(reader);
  const speed = speedOf(reader);
  const { trace, fromMs } = replayOf(reader);
  const device = {
    ...address,
    unit: reader.number("unit", { fallback: 1, min: 0, max: 255 }),
    refreshMs: reader.number("refresh-ms", {
      fallback: peer.usualRefreshMs,
      min: 1,
      max: LONGEST_REFRESH_MS,
    }),
    lagMs: reader.number("lag-ms", { fallback: peer.usualLagMs, min: 0, max: LONGEST_REFRESH_MS }),
  };
  const { texts } = input;
  const batteryKwh = reader.number("battery-kwh", { fallback: 0, min: 0, max: 1_000, isFractional: true });
  const file = texts.dump === undefined ? undefined : readDump(texts.dump);
  if (file?.ok === false) reader.reject(file.problem);
  if (texts.profile !== undefined && !PROFILE_NAMES.includes(texts.profile)) {
    reader.reject(unknownProfile(texts.profile));
  } else if (texts.profile !== undefined && loadProfile(texts.profile).protocol === "mqtt") {
    reader.reject(`${texts.profile} publishes on a broker: publish a message of it with any MQTT client`);
  }
  const problem = reader.problem();
  if (problem !== undefined) {
    input.io.err(`hems-edge simulate ${peer.name}: ${problem}\n`);
    return EXIT.usage;
  }
  return runPeer(peer.name, input.io, async () => {
    if (file?.ok) return openDump(file.dump, address);
    const clock = createScaledClock(speed);
    const house = createHouse({
      trace,
      evse: createEvse(createCar({ isPluggedIn: false })),
      peakW: peakPowerW(trace),
      startMonotonicMs: clock.monotonicMs() - fromMs,
      ...(batteryKwh === 0 ? {} : { battery: createHomeBattery({ capacityWh: batteryKwh * 1_000 }) }),
    });
    if (texts.profile !== undefined) return openProfile(texts.profile, { ...device, house, clock });
    const opened = await peer.open({ ...device, house, clock });
    const { host, port } = opened.address();
    return {
      lines: [`${peer.name} ${host}:${port} unit ${device.unit}, SunSpec from 40000, ${trace.name}`],
      close: opened.close,
    };
  });
}

function unknownProfile(name: string): string {
  const meant = closestName(name, PROFILE_NAMES);
  return `there is no driver ${name}, ${meant === undefined ? "docs/devices.md lists them" : `did you mean ${meant}?`}`;
}
