import { pino } from "pino";
import type { Config } from "../../config/schema.ts";
import { createSystemClock } from "../../service/clock.ts";
import type { CommandInput } from "../command.ts";
import { isDaemonRunning } from "../daemon-client.ts";
import { type Diagnosis, listenerDiagnoses, serialDiagnoses } from "../doctor-checks.ts";
import { brokerDiagnosis, brokerLogin } from "./broker-visits.ts";
import { deviceDiagnoses } from "./device-visits.ts";
import { operatorDiagnoses } from "./operator-visit.ts";
import { partnerDiagnosis, priceDiagnosis, reachDiagnoses } from "./service-visits.ts";
import type { VisitDeps } from "./visit.ts";
import { wallboxDiagnoses } from "./wallbox-visits.ts";

/** Meters publish every few seconds. */
const LISTEN_MS = 15_000;

/** Asks everything that the config names, each within a bounded time; nothing is changed anywhere. */
export async function onlineDiagnoses(
  config: Config,
  input: CommandInput,
  listenMs = LISTEN_MS,
): Promise<readonly Diagnosis[]> {
  const { environment } = input.io;
  const isRunning = await isDaemonRunning(input);
  const deps: VisitDeps = {
    clock: createSystemClock(),
    log: pino({ level: "silent" }),
    environment,
    visitor: `hems-edge-check-${process.pid}`,
    listenMs,
    isDaemonRunning: isRunning,
  };
  const login = brokerLogin(config, environment);
  const { mqtt, partner, prices } = config;
  const groups: readonly (Diagnosis | readonly Diagnosis[])[] = await Promise.all([
    serialDiagnoses(config.devices),
    deviceDiagnoses(config, login, deps),
    mqtt === undefined ? [] : brokerDiagnosis(mqtt, login, deps),
    partner === undefined ? [] : partnerDiagnosis(partner, environment),
    prices === undefined ? [] : priceDiagnosis({ ...config, prices }, login, deps),
    reachDiagnoses(config, deps),
    listenerDiagnoses(config, isRunning),
    wallboxDiagnoses(config, input, isRunning),
    notificationDiagnoses(config),
  ]);
  // After the devices: the contact may be at one that takes a single connection.
  return [...groups.flat(), ...(await operatorDiagnoses(config, login, deps))];
}

/** A channel can only be tried by telling somebody something. */
function notificationDiagnoses({ notifications }: Config): readonly Diagnosis[] {
  return (notifications?.channels ?? []).map(({ name }) => ({
    name: `notifications ${name}`,
    verdict: "unknown",
    detail: "trying it sends a message: hems-edge notify test",
  }));
}
