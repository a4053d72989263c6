import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { get } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../../simulator/free-port.ts";
import { notifySocket } from "./notify-socket.ts";
import { type ProcessUse, processUse } from "./proc-stat.ts";
import { serviceCommand } from "./service-command.ts";

export interface HouseSize {
  /** Modbus devices, the grid meter among them. */
  readonly devices: number;
  readonly wallboxes: number;
}

export interface RunTimes {
  readonly warmUpS: number;
  readonly measuredS: number;
  /** True: program and peers go before everything else on the machine, which takes root. */
  readonly isFirst: boolean;
}

/** What one run of the real program has shown. */
export interface HouseRun {
  readonly use: {
    readonly before: ProcessUse;
    readonly after: ProcessUse;
    readonly rssMb: readonly number[];
  };
  readonly measuredS: number;
  /** From the start of the process to the log line of its first set point, ms. */
  readonly firstDecisionMs: number;
  /** From the meter's answer to a frame with a charging profile, both on the wire, ms. */
  readonly latenciesMs: readonly number[];
  /** What the daemon says of itself before and after. */
  readonly metrics: { readonly before: string; readonly after: string };
  /** False where nothing could take the notifications. */
  readonly hasNotify: boolean;
}

const RSS_EVERY_S = 1;
/** util-linux: before everything that is not real-time, which takes root. */
const REAL_TIME = ["chrt", "--rr", "1"];
const START_TIMEOUT_MS = 60_000;

/** The real program as the service starts it, with all its peers in another process and a page that watches. */
export async function runHouse(
  size: HouseSize,
  { warmUpS, measuredS, isFirst }: RunTimes,
): Promise<HouseRun> {
  const folder = mkdtempSync(join(tmpdir(), "hems-edge-footprint-"));
  const config = join(folder, "config.yaml");
  const ports = { ocpp: await freePort(), page: await freePort() };
  const children: ChildProcess[] = [];
  const notify = notifySocket(folder);
  const start = (argv: readonly string[], environment?: NodeJS.ProcessEnv) => {
    const [program = "", ...rest] = [...(isFirst ? REAL_TIME : []), process.execPath, ...argv];
    const options = environment === undefined ? {} : { env: environment };
    const child = spawn(program, rest, { stdio: ["ignore", "pipe", "inherit"], ...options });
    children.push(child);
    return child;
  };
  try {
    const peers = start([
      join(import.meta.dirname, "peers.ts"),
      ...peerArguments(size, config, folder, ports),
    ]);
    const latencies: number[] = [];
    const peerLines = createInterface({ input: peers.stdout });
    const ready = lineOf(peerLines, (line) => line === "ready");
    peerLines.on("line", (line) => latencies.push(Number(line)));
    await ready;

    const { flags, main } = serviceCommand();
    const startedMs = performance.now();
    const daemon = start([...flags, main, "run", "--config", config], {
      PATH: process.env.PATH,
      NODE_ENV: "production",
      ...notify.environment,
    });
    await lineOf(createInterface({ input: daemon.stdout }), (line) => line.includes('"set point changed"'));
    const firstDecisionMs = performance.now() - startedMs;
    const { pid } = daemon;
    if (pid === undefined) throw new Error("the program did not start");

    const page = get(`http://127.0.0.1:${ports.page}/api/events`, (response) => response.resume());
    page.on("error", () => {});
    await sleep(warmUpS * 1_000);
    latencies.length = 0;
    const metricsOf = async () => (await fetch(`http://127.0.0.1:${ports.page}/metrics`)).text();
    const metricsBefore = await metricsOf();
    const before = processUse(pid);
    const fromMs = performance.now();
    const rssMb: number[] = [];
    while (performance.now() - fromMs < measuredS * 1_000) {
      await sleep(RSS_EVERY_S * 1_000);
      rssMb.push(processUse(pid).rssMb);
    }
    const after = processUse(pid);
    const elapsedS = (performance.now() - fromMs) / 1_000;
    const metrics = { before: metricsBefore, after: await metricsOf() };
    page.destroy();
    return {
      use: { before, after, rssMb },
      measuredS: elapsedS,
      firstDecisionMs,
      latenciesMs: [...latencies],
      metrics,
      hasNotify: notify.isReal,
    };
  } finally {
    for (const child of children) {
      if (child.exitCode === null && child.kill("SIGKILL")) await once(child, "exit");
    }
    notify.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function peerArguments(
  { devices, wallboxes }: HouseSize,
  config: string,
  folder: string,
  ports: { readonly ocpp: number; readonly page: number },
): readonly string[] {
  return Object.entries({
    config,
    "state-dir": join(folder, "state"),
    "ocpp-port": ports.ocpp,
    "page-port": ports.page,
    devices,
    wallboxes,
  }).flatMap(([name, value]) => [`--${name}`, `${value}`]);
}

function lineOf(lines: NodeJS.EventEmitter, isIt: (line: string) => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("a process did not start in time")), START_TIMEOUT_MS);
    lines.on("line", (line: string) => {
      if (!isIt(line)) return;
      clearTimeout(timer);
      resolve();
    });
  });
}
