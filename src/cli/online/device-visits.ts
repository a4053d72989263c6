import type { DeviceConfig } from "../../config/device-schema.ts";
import type { Config } from "../../config/schema.ts";
import type { CollectedSource } from "../../control/sample-collector.ts";
import { createSiteDevices } from "../../daemon/site-devices.ts";
import { delay, withTimeout } from "../../ports/clock.ts";
import type { DeviceStatus } from "../../ports/device-status.ts";
import type { SiteChannels, SourceReading } from "../../ports/site-source.ts";
import type { Diagnosis } from "../doctor-checks.ts";
import { NO_ANSWER_HINT } from "../modbus/modbus-target.ts";
import { canBeOneHouse, houseSentence, valueSentences } from "../modbus/reading-words.ts";
import type { BrokerLogin } from "./broker-visits.ts";
import type { VisitDeps } from "./visit.ts";

/** Longest visit of one device, ms: several units on a slow line take turns. */
const VISIT_TIMEOUT_MS = 30_000;
const LISTEN_STEP_MS = 100;
const LATE: SourceReading = {
  ok: false,
  fault: { kind: "timeout", detail: `no reading within ${VISIT_TIMEOUT_MS / 1_000} s` },
};

/** Reads each device once, through the very sources of the daemon; last, whether their values fit one house. */
export async function deviceDiagnoses(
  config: Config,
  login: BrokerLogin,
  deps: VisitDeps,
): Promise<readonly Diagnosis[]> {
  const barriers = config.devices.map((device) => barrierOf(device, login, deps));
  const visited = config.devices.filter((_device, index) => barriers[index] === undefined);
  const site = createSiteDevices(
    { ...config, devices: visited },
    { ...deps, random: Math.random, secrets: { mqtt: login.ok ? login.secret : {} } },
  );
  const readings = await Promise.all(site.sources.map((source) => readingOf(source, visited, deps)));
  const statuses = site.statuses();
  await site.close();
  const diagnoses = config.devices.map((device, index) => {
    const at = visited.indexOf(device);
    const [reading, status] = [readings[at], statuses[at]];
    return (
      barriers[index] ??
      (reading === undefined || status === undefined
        ? { name: nameOf(device), verdict: "unknown" as const, detail: "was not visited" }
        : readDiagnosis(device, reading, { status, isDaemonRunning: deps.isDaemonRunning }))
    );
  });
  const channels = readings.map((reading) => (reading.ok ? reading.channels : undefined));
  return [...diagnoses, ...houseDiagnoses(visited.length === config.devices.length ? channels : [])];
}

function nameOf({ name }: DeviceConfig): string {
  return `device ${name}`;
}

/** Why a device is not visited at all. */
function barrierOf(device: DeviceConfig, login: BrokerLogin, deps: VisitDeps): Diagnosis | undefined {
  const { connection } = device;
  const name = nameOf(device);
  if (connection.type === "mqtt" && !login.ok) return { name, verdict: "unknown", detail: login.detail };
  if (connection.type === "rtu" && deps.isDaemonRunning) {
    const detail = `the running daemon holds ${connection.path}: hems-edge status tells what it reads`;
    return { name, verdict: "unknown", detail };
  }
  return undefined;
}

/** A device that fails is asked once more; one that publishes by itself is listened to. */
async function readingOf(
  { source }: CollectedSource,
  devices: readonly DeviceConfig[],
  { clock, listenMs }: VisitDeps,
): Promise<SourceReading> {
  const device = devices.find(({ name }) => name === source.name);
  const visit = async () => {
    const untilMs = clock.monotonicMs() + listenMs;
    let reading = await source.read();
    if (device?.connection.type !== "mqtt") return reading.ok ? reading : secondTry(source, reading);
    while (!reading.ok && clock.monotonicMs() < untilMs) {
      await delay(clock, LISTEN_STEP_MS);
      reading = await source.read();
    }
    return reading;
  };
  return withTimeout(clock, VISIT_TIMEOUT_MS, visit(), LATE);
}

/** The first failure tells more: after it a bus may only say that it waits. */
async function secondTry(source: CollectedSource["source"], first: SourceReading): Promise<SourceReading> {
  const second = await source.read();
  return second.ok ? second : first;
}

function readDiagnosis(
  device: DeviceConfig,
  reading: SourceReading,
  { status, isDaemonRunning }: { readonly status: DeviceStatus; readonly isDaemonRunning: boolean },
): Diagnosis {
  const name = nameOf(device);
  if (!reading.ok) {
    const { kind, detail } = reading.fault;
    const held = isDaemonRunning ? " The running daemon may hold its only connection: hems-edge status." : "";
    return {
      name,
      verdict: "fail",
      detail: `${placeOf(device)} ${kind}: ${detail}. ${remedyOf(device)}${held}`,
    };
  }
  const told = valueSentences(reading.channels);
  const { problem } = status.health;
  const verdict = problem === undefined ? "ok" : told.length === 0 ? "fail" : "warn";
  const lack = problem === undefined ? [] : [`${problem}: is the driver right, and its roles?`];
  return {
    name,
    verdict,
    detail: `${device.driver} at ${placeOf(device)}: ${[...told, ...lack].join(", ")}`,
  };
}

function placeOf({ connection, unit }: DeviceConfig): string {
  switch (connection.type) {
    case "mqtt":
      return `topic ${connection.topic}`;
    case "http":
      return `${connection.host}:${connection.port}`;
    case "rtu":
      return `${connection.path} unit ${unit}`;
    case "tcp":
    case "rtu_over_tcp":
      return `${connection.host}:${connection.port} unit ${unit}`;
  }
}

function remedyOf({ connection }: DeviceConfig): string {
  switch (connection.type) {
    case "mqtt":
      return "Does the device publish there? Retained messages do not count.";
    case "http":
      return "Is it switched on, and are host, port and path right? A browser shows what it answers.";
    case "rtu":
      return `Are wires, baud, parity and unit right? hems-edge probe modbus ${connection.path} looks for it.`;
    case "tcp":
    case "rtu_over_tcp":
      return `${NO_ANSWER_HINT} hems-edge probe modbus ${connection.host}:${connection.port} looks for it.`;
  }
}

/** Nothing unless every device told its values: what one lacks would look like a wrong sign. */
function houseDiagnoses(readings: readonly (SiteChannels | undefined)[]): readonly Diagnosis[] {
  if (readings.includes(undefined)) return [];
  const house: SiteChannels = {
    ...sumOf("gridPowerW", readings),
    ...sumOf("pvPowerW", readings),
    ...sumOf("batteryPowerW", readings),
  };
  const detail = houseSentence(house);
  if (detail === undefined) return [];
  return [{ name: "house", verdict: canBeOneHouse(house) ? "ok" : "warn", detail }];
}

function sumOf(
  channel: "gridPowerW" | "pvPowerW" | "batteryPowerW",
  readings: readonly (SiteChannels | undefined)[],
): SiteChannels {
  const values = readings.map((reading) => reading?.[channel]).filter((value) => value !== undefined);
  return values.length === 0 ? {} : { [channel]: values.reduce((sum, value) => sum + value, 0) };
}
