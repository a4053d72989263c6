import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { freePort } from "../../simulator/free-port.ts";
import { NOMINAL_CAR } from "../../simulator/house/car.ts";
import type { DayTrace } from "../../simulator/house/day-trace.ts";
import { NOMINAL_EVSE } from "../../simulator/house/evse.ts";
import { createLockstepClock } from "../../simulator/lockstep-clock.ts";
import { SIMULATED_ORG_ID, SIMULATED_USER_ID } from "../../simulator/partner/partner-server.ts";
import { createSite, type Site, WALLBOX_IDENTITY } from "../../simulator/site.ts";
import { follow } from "../lockstep/clock-follower.ts";

export const HORIZON_S = 90;
/** The box looks at its profiles each second; so does the house at the box. */
export const LOOK_S = 1;
const FLOOR_A = 6;
const FULL_A = 16;
/** From a limit to the pilot, and from there to the current: dead time of the box, and the ramp of the car. */
export const DEVICE_S =
  NOMINAL_EVSE.deadTimeMs / 1_000 + (FULL_A - FLOOR_A) / NOMINAL_CAR.rampDownAPerS + LOOK_S;
const CHARGE_TIMEOUT_S = 600;
/** How exactly the box is watched, ms of the house. */
const STEP_MS = 100;
const START_WALL_MS = 1_647_691_200_000;
const MINUTES = 240;

/** What was seen at the box after the daemon was killed, s of the house; infinite where it did not happen. */
export interface Fall {
  /** From the last set point that it was sent until its profiles allow no more than the floor. */
  readonly horizonS: number;
  /** From there until no more than the floor flows. */
  readonly deviceS: number;
  /** From the kill until then. */
  readonly sinceKillS: number;
}

/**
 * Kills the daemon `killAfterS` after the car charges at 16 A. House and daemon live on one clock that stands still while
 * bytes are on their way: a busy machine changes nothing.
 */
export async function runDeadMan(variant: "A" | "B", killAfterS: number): Promise<Fall> {
  const clock = createLockstepClock({ startWallMs: START_WALL_MS, speed: undefined });
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
  const argv = [main, "run", "--config", configPath, "--clock-led", `${clock.wallMs()}`];
  const daemon = spawn(process.execPath, argv, { stdio: ["ignore", "ignore", "inherit", "ipc"] });
  const ended = once(daemon, "close");
  follow(daemon, clock);

  let lastWordMs = clock.monotonicMs();
  let words = 0;
  /** Lets time pass until something is true at the box; when that was, ms. */
  async function when(withinS: number, condition: () => boolean): Promise<number> {
    const deadlineMs = clock.monotonicMs() + withinS * 1_000;
    while (!condition()) {
      if (clock.monotonicMs() >= deadlineMs) return Number.POSITIVE_INFINITY;
      await clock.run(clock.monotonicMs() + STEP_MS);
      const { setChargingProfile } = wallbox.counters();
      if (setChargingProfile > words) lastWordMs = clock.monotonicMs();
      words = setChargingProfile;
    }
    return clock.monotonicMs();
  }
  const flowingA = () => Math.max(...site.house.evse.phaseCurrentsA);
  const limitA = () => wallbox.state().limitA ?? Number.POSITIVE_INFINITY;

  try {
    // A box that no profile limits yet gives its rating too: that does not count.
    const isFull = () => limitA() === FULL_A && flowingA() > FULL_A - 1;
    const fullMs = await when(CHARGE_TIMEOUT_S, isFull);
    if (!Number.isFinite(fullMs)) throw new Error(`variant ${variant} never charged at ${FULL_A} A`);
    await when(killAfterS, () => false);
    daemon.kill("SIGKILL");
    await ended;
    const killedMs = clock.monotonicMs();
    const limitedMs = await when(2 * HORIZON_S, () => limitA() <= FLOOR_A);
    const fallenMs = await when(2 * DEVICE_S, () => flowingA() <= FLOOR_A);
    return {
      horizonS: (limitedMs - lastWordMs) / 1_000,
      deviceS: (fallenMs - limitedMs) / 1_000,
      sinceKillS: (fallenMs - killedMs) / 1_000,
    };
  } finally {
    daemon.kill("SIGKILL");
    await ended;
    clock.stop();
    await site.close();
    clock.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Hours of nothing but a small load. */
function night(): DayTrace {
  return {
    name: "night",
    stepMs: 60_000,
    startWallMs: START_WALL_MS,
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
