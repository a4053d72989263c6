import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { pino } from "pino";
import { createModbusBus } from "../../drivers/modbus/modbus-bus.ts";
import { parseConfig } from "../../src/config/load-config.ts";
import { createSampleCollector } from "../../src/control/sample-collector.ts";
import { collectorOptions } from "../../src/daemon/options.ts";
import { createSiteDevices } from "../../src/daemon/site-devices.ts";
import { delay } from "../../src/ports/clock.ts";
import { createSystemClock } from "../../src/service/clock.ts";

/** Figures of the Modbus side, as text or with `--json`: reads a second, CPU of a read, CPU of a gateway with 20 devices. */

const READS = 20_000;
const GATEWAY_DEVICES = 20;
const GATEWAY_SECONDS = 30;
const GOAL_SHARE_PCT = 10;
const HYBRIDS = ["sungrow-sh", "goodwe-et", "kostal-plenticore", "sma-hybrid", "victron-gx"] as const;

const clock = createSystemClock();
const log = pino({ level: "silent" });

interface Farm {
  readonly ports: readonly number[];
  close(): void;
}

async function startFarm(profiles: readonly string[]): Promise<Farm> {
  const child = spawn(process.execPath, [join(import.meta.dirname, "device-farm.ts"), ...profiles], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  return { ports: JSON.parse(line.toString()) as number[], close: () => child.stdin.end() };
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

async function readFigures(count: number, lanes: number) {
  const farm = await startFarm(["janitza-umg96rm"]);
  const [port = 0] = farm.ports;
  const bus = createModbusBus(
    { connection: { type: "tcp", host: "127.0.0.1", port }, timeoutMs: 2_000, gapMs: 0, connectDelayMs: 0 },
    { clock, log },
  );
  let failures = 0;
  async function lane(reads: number): Promise<void> {
    for (let done = 0; done < reads; done++) {
      const outcome = await bus.read({ unit: 1, functionCode: 3, address: 19_012, count });
      if (!outcome.ok) failures += 1;
    }
  }
  await lane(500);
  const [startMs, startCpuMs] = [clock.monotonicMs(), cpuMs()];
  await Promise.all(Array.from({ length: lanes }, () => lane(READS / lanes)));
  const wallMs = clock.monotonicMs() - startMs;
  const usedMs = cpuMs() - startCpuMs;
  await bus.close();
  farm.close();
  return {
    registers: count,
    lanes,
    reads_per_s: Math.round((READS * 1_000) / wallMs),
    cpu_us_per_read: Math.round((usedMs * 1_000) / READS),
    failures,
  };
}

async function gatewayFigures() {
  const profiles = Array.from(
    { length: GATEWAY_DEVICES },
    (_, index) => HYBRIDS[index % HYBRIDS.length] ?? "sungrow-sh",
  );
  const farm = await startFarm(profiles);
  const devices = profiles.map((driver, index) => {
    const roles = index === 0 ? "[grid, pv, battery]" : "[pv, battery]";
    const port = farm.ports[index];
    return `  - { name: d${index}, driver: ${driver}, roles: ${roles}, poll_ms: 1000, connection: { type: tcp, host: 127.0.0.1, port: ${port} } }`;
  });
  const text = [
    "site: { main_fuse_a: 63, pv_peak_w: 100000 }",
    "wallbox: { identity: BOX, phases: 3, max_current_a: 16 }",
    "devices:",
    ...devices,
  ].join("\n");
  const parsed = parseConfig(text, { environment: {} });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const site = createSiteDevices(parsed.config, { clock, log, random: Math.random, secrets: { mqtt: {} } });
  const collector = createSampleCollector(collectorOptions(parsed.config), {
    clock,
    log,
    sources: site.sources,
  });
  async function pass(): Promise<void> {
    const startMs = clock.monotonicMs();
    await collector.collect();
    await delay(clock, Math.max(0, 1_000 - (clock.monotonicMs() - startMs)));
  }
  for (let warm = 0; warm < 5; warm++) await pass();
  const [startMs, startCpuMs] = [clock.monotonicMs(), cpuMs()];
  for (let second = 0; second < GATEWAY_SECONDS; second++) await pass();
  const share = (100 * (cpuMs() - startCpuMs)) / (clock.monotonicMs() - startMs);
  const online = site.statuses().filter(({ health }) => health.state === "online").length;
  await site.close();
  farm.close();
  return {
    devices: GATEWAY_DEVICES,
    poll_ms: 1_000,
    online,
    core_pct: Math.round(100 * share) / 100,
    goal_pct: GOAL_SHARE_PCT,
  };
}

const figures = {
  reads: [await readFigures(2, 1), await readFigures(66, 1), await readFigures(66, 8)],
  gateway: await gatewayFigures(),
};
if (process.argv.includes("--json")) {
  process.stdout.write(`${JSON.stringify(figures)}\n`);
} else {
  for (const { registers, lanes, reads_per_s, cpu_us_per_read } of figures.reads) {
    process.stdout.write(
      `${registers} registers, ${lanes} at a time: ${reads_per_s} reads/s, ${cpu_us_per_read} us of CPU each\n`,
    );
  }
  const { devices, online, core_pct, goal_pct } = figures.gateway;
  process.stdout.write(
    `${devices} devices at 1 s: ${core_pct} % of a core (goal ${goal_pct} %), ${online} online\n`,
  );
}
process.exitCode = figures.gateway.core_pct <= GOAL_SHARE_PCT ? 0 : 1;
