import { execFile } from "node:child_process";
import { accessSync, constants, existsSync, statfsSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { delimiter, join } from "node:path";
import type { Config } from "../config/schema.ts";
import { isoUtc } from "../core/iso-time.ts";
import { createSystemClock } from "../service/clock.ts";

/** `unknown` is what cannot be found out here; only `fail` needs somebody. */
export interface Diagnosis {
  readonly name: string;
  readonly verdict: "ok" | "warn" | "fail" | "unknown";
  readonly detail: string;
}

const LOWEST_NODE_MAJOR = 24;
const LEAST_FREE_MB = 100;
/** A clock before this program was written is wrong: 2026-01-01T00:00:00Z. */
const EARLIEST_WALL_MS = 1_767_225_600_000;
const PROGRAM_TIMEOUT_MS = 3_000;

export function nodeDiagnosis(version: string): Diagnosis {
  const isNewEnough = Number.parseInt(version, 10) >= LOWEST_NODE_MAJOR;
  return {
    name: "node",
    verdict: isNewEnough ? "ok" : "fail",
    detail: isNewEnough ? `Node ${version}` : `Node ${version}: install ${LOWEST_NODE_MAJOR} or newer`,
  };
}

export async function clockDiagnosis(): Promise<Diagnosis> {
  const wallMs = createSystemClock().wallMs();
  const now = isoUtc(wallMs);
  if (wallMs < EARLIEST_WALL_MS) {
    return {
      name: "clock",
      verdict: "fail",
      detail: `${now} is in the past: TLS and tariffs need the time, set up NTP`,
    };
  }
  const isSynchronized = await ntpSynchronized();
  if (isSynchronized === undefined) {
    return { name: "clock", verdict: "unknown", detail: `${now}; cannot tell whether it is synchronized` };
  }
  return isSynchronized
    ? { name: "clock", verdict: "ok", detail: `${now}, synchronized` }
    : { name: "clock", verdict: "warn", detail: `${now}, not synchronized: timedatectl set-ntp true` };
}

export function systemdDiagnosis(environment: NodeJS.ProcessEnv): Diagnosis {
  if (!existsSync("/run/systemd/system")) {
    return {
      name: "systemd",
      verdict: "unknown",
      detail: "does not run here: nobody restarts the daemon unless a container does",
    };
  }
  const folders = (environment.PATH ?? "").split(delimiter);
  return folders.some((folder) => existsSync(join(folder, "systemd-notify")))
    ? {
        name: "systemd",
        verdict: "ok",
        detail: "runs, and systemd-notify is there for readiness and watchdog",
      }
    : {
        name: "systemd",
        verdict: "fail",
        detail: "systemd-notify is missing: the unit would never become ready",
      };
}

export function stateDirDiagnosis(stateDir: string): Diagnosis {
  const name = "state_dir";
  try {
    if (!statSync(stateDir).isDirectory())
      return { name, verdict: "fail", detail: `${stateDir} is not a folder` };
    accessSync(stateDir, constants.W_OK | constants.X_OK);
    return { name, verdict: "ok", detail: `${stateDir} can be written` };
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unreadable";
    const remedy =
      code === "ENOENT" ? "create it, owned by the service's user" : "give it to the service's user";
    return {
      name,
      verdict: "fail",
      detail: `${stateDir} (${code}): ${remedy}; until then nothing survives a restart`,
    };
  }
}

export function diskDiagnosis(folder: string): Diagnosis {
  const name = "disk";
  try {
    const { bavail, bsize } = statfsSync(folder);
    const freeMb = Math.floor((bavail * bsize) / 1_000_000);
    return freeMb >= LEAST_FREE_MB
      ? { name, verdict: "ok", detail: `${freeMb} MB free` }
      : { name, verdict: "fail", detail: `only ${freeMb} MB free: make room` };
  } catch {
    return { name, verdict: "unknown", detail: `cannot look at ${folder}` };
  }
}

/** A port in use is right when the daemon itself runs, which `isDaemonRunning` tells. */
export async function portDiagnosis(
  name: string,
  { host, port }: Pick<Config["api"], "host" | "port">,
  isDaemonRunning: boolean,
): Promise<Diagnosis> {
  const code = await bindFailure(host, port);
  if (code === undefined) {
    return { name, verdict: "ok", detail: `${host}:${port} is free` };
  }
  if (code === "EADDRINUSE" && isDaemonRunning) {
    return { name, verdict: "ok", detail: `${host}:${port} is in use, and the daemon runs` };
  }
  const remedy: Record<string, string> = {
    EADDRINUSE: "another program uses it: ss -ltnp shows which",
    EACCES: "ports below 1024 need rights: choose a higher one",
    EADDRNOTAVAIL: "this machine does not have that address",
  };
  return {
    name,
    verdict: "fail",
    detail: `${host}:${port} (${code}): ${remedy[code] ?? "cannot be opened"}`,
  };
}

/** Every port on which the config has the daemon listen. */
export function listenerDiagnoses(
  { ocpp, api, modbus_proxy: proxies }: Config,
  isDaemonRunning: boolean,
): Promise<readonly Diagnosis[]> {
  return Promise.all([
    portDiagnosis("ocpp port", ocpp, isDaemonRunning),
    portDiagnosis("api port", api, isDaemonRunning),
    ...proxies.map((proxy) => portDiagnosis(`proxy port of ${proxy.device}`, proxy, isDaemonRunning)),
  ]);
}

export function diagnosisLines(diagnoses: readonly Diagnosis[]): string {
  return diagnoses.map(({ verdict, name, detail }) => `${verdict.padEnd(8)}${name}: ${detail}\n`).join("");
}

export function serialDiagnoses(devices: Config["devices"]): readonly Diagnosis[] {
  const paths = devices.flatMap(({ connection }) => (connection.type === "rtu" ? [connection.path] : []));
  return [...new Set(paths)].map((path) => {
    try {
      accessSync(path, constants.R_OK | constants.W_OK);
      return { name: "serial", verdict: "ok", detail: `${path} can be opened` };
    } catch (error) {
      const code = error instanceof Error && "code" in error ? String(error.code) : "unreadable";
      const remedy =
        code === "ENOENT" ? "is the adapter plugged in?" : "add the service's user to the group dialout";
      return { name: "serial", verdict: "fail", detail: `${path} (${code}): ${remedy}` };
    }
  });
}

function bindFailure(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? "unknown"));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}

function ntpSynchronized(): Promise<boolean | undefined> {
  return new Promise((resolve) => {
    const options = { timeout: PROGRAM_TIMEOUT_MS };
    execFile("timedatectl", ["show", "--property=NTPSynchronized", "--value"], options, (error, output) => {
      const word = output.trim();
      resolve(error !== null || word === "" ? undefined : word === "yes");
    });
  });
}
