import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { stringify } from "yaml";
import type { DayTrace } from "../../simulator/house/day-trace.ts";
import { SIMULATED_ORG_ID, SIMULATED_USER_ID } from "../../simulator/partner/partner-server.ts";
import { createSite, type Site, WALLBOX_IDENTITY } from "../../simulator/site.ts";
import { createScaledClock } from "../../src/service/clock.ts";

const SPEED = 15;
const HORIZON_S = 90;
/** Dead time of the box, its step, and what a busy machine adds at this speed, s. */
const SLACK_S = 10;
const CHARGE_TIMEOUT_S = 600;
const FLOOR_A = 6;
const FULL_A = 16;
const MINUTES = 240;

/** Seconds of the house from the kill to the floor; infinite when the box did not fall in time. */
export async function runDeadMan(variant: "A" | "B"): Promise<number> {
  const clock = createScaledClock(SPEED);
  const folder = mkdtempSync(join(tmpdir(), "hems-edge-dead-man-"));
  const site = await createSite({ trace: night(), clock, partner: { mode: "none" } });
  const ports = { ocpp: await freePort(), page: await freePort() };
  const configPath = join(folder, "config.yaml");
  writeFileSync(configPath, stringify(configOf(site, ports, folder)), { mode: 0o600 });
  const wallbox = site.connectWallbox(
    `ws://127.0.0.1:${ports.ocpp}`,
    variant === "B" ? { profileStack: { maxStackLevel: 0 } } : {},
  );
  const main = join(import.meta.dirname, "../../src/main.ts");
  const argv = [main, "run", "--config", configPath, "--clock-speed", `${SPEED}`];
  const daemon = spawn(process.execPath, argv, { stdio: "ignore" });
  const ended = once(daemon, "close");
  /** A box that no profile limits yet offers its rating too: that does not count. */
  const offers = async (currentA: number, withinS: number): Promise<number> => {
    const fromMs = site.house.nowMs;
    while (site.house.evse.offeredCurrentA !== currentA || wallbox.state().limitA !== currentA) {
      if (site.house.nowMs - fromMs > withinS * 1_000) return Number.POSITIVE_INFINITY;
      await sleep(5);
    }
    return Math.round((site.house.nowMs - fromMs) / 1_000);
  };
  try {
    const chargesAfterS = await offers(FULL_A, CHARGE_TIMEOUT_S);
    if (!Number.isFinite(chargesAfterS)) throw new Error(`variant ${variant} never charged at ${FULL_A} A`);
    await sleep(Math.random() * 2_000);
    daemon.kill("SIGKILL");
    await ended;
    return await offers(FLOOR_A, HORIZON_S + SLACK_S);
  } finally {
    daemon.kill("SIGKILL");
    await ended;
    await site.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Hours of nothing but a small load. */
function night(): DayTrace {
  return {
    name: "night",
    stepMs: 60_000,
    startWallMs: 1_647_691_200_000,
    pvW: new Float64Array(MINUTES).fill(0),
    loadW: new Float64Array(MINUTES).fill(400),
  };
}

function configOf(site: Site, ports: { readonly ocpp: number; readonly page: number }, folder: string) {
  const device = (name: string, role: string, { host, port }: { host: string; port: number }) => ({
    name,
    driver: "sunspec",
    roles: [role],
    connection: { type: "tcp", host, port },
    timeout_ms: 15_000,
  });
  return {
    site: { name: "bench", main_fuse_a: 63, pv_peak_w: 10_000 },
    control: { mode: "none" },
    devices: [
      device("inverter", "pv", site.inverter.address()),
      device("meter", "grid", site.meter.address()),
    ],
    ocpp: { host: "127.0.0.1", port: ports.ocpp, horizon_s: HORIZON_S },
    wallbox: { identity: WALLBOX_IDENTITY, phases: 3, max_current_a: FULL_A, rated_current_a: FULL_A },
    partner: {
      base_url: site.partner.address().url,
      org_id: SIMULATED_ORG_ID,
      user_id: SIMULATED_USER_ID,
      auth: { grant: "password", ...site.credentials },
      timeout_s: 20,
    },
    api: { port: ports.page },
    state_dir: join(folder, "state"),
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}
