import { destination, type Logger, pino } from "pino";
import { createLockstepClock, type LockstepClock } from "../../simulator/lockstep-clock.ts";
import { seededRandom } from "../../simulator/network/seeded-random.ts";
import type { Site } from "../../simulator/site.ts";
import { createDemoHouse, type DemoHouse } from "../../src/cli/demo/demo-house.ts";
import { type CentralSystem, createCentralSystem } from "../simulator/wallbox/central-system.ts";
import { createCarLife } from "../soak/car-life.ts";
import { chaosTrace } from "./chaos-trace.ts";
import { createFaultyNetwork, type FaultyNetwork } from "./faulty-network.ts";
import { createGridOperator, type GridOperator, OPERATOR_TOKEN, operatorLimits } from "./grid-operator.ts";
import { timeOfRun } from "./law-book.ts";
import { PRESSED_TRIP_MS } from "./pressed-hour.ts";

/** Tight enough that kettle and car together reach them, each in its turn. */
export const CHAOS_LIMITS = { mainFuseA: 20, importLimitW: 12_000, failsafeCurrentA: 6 } as const;
const DAY_MS = 86_400_000;
/** Of a car in a run that is no day: away and home again within three hours. */
const SHORT_LIFE = { firstTripMs: PRESSED_TRIP_MS, awayMs: 30 * 60_000 } as const;
export const CHAOS_TIME_ZONE = "America/Denver";

export interface ChaosHouseOptions {
  readonly seed: number;
  readonly durationMs: number;
  /** Into the first day; 0 is midnight. */
  readonly startOfDayMs: number;
  readonly stateDir: string;
  /** Where the daemon's log goes, with the time of the run; nowhere without. */
  readonly logFile?: string;
}

/** The demo's house with the daemon in it, a bad network in between, a grid operator and somebody who bills. */
export interface ChaosHouse {
  readonly demo: DemoHouse;
  readonly site: Site;
  readonly clock: LockstepClock;
  readonly network: FaultyNetwork;
  readonly operator: GridOperator;
  readonly backOffice: CentralSystem;
  close(): Promise<void>;
}

export async function createChaosHouse(options: ChaosHouseOptions): Promise<ChaosHouse> {
  const { seed, stateDir } = options;
  const trace = chaosTrace(options);
  const clock = createLockstepClock({ startWallMs: trace.startWallMs, speed: undefined });
  let site: Site | undefined;
  const builtSite = () => {
    if (site === undefined) throw new Error("somebody dials before there is a house");
    return site;
  };
  const backOffice = await createCentralSystem(clock.wallMs, { isStrict: false });
  const network = await createFaultyNetwork(builtSite, new URL(backOffice.url), {
    clock,
    random: seededRandom(seed + 1),
  });
  const demo = await createDemoHouse({
    trace,
    clock,
    stateDir,
    ...(options.logFile === undefined ? {} : { log: runLog(options.logFile, clock) }),
    timeZone: CHAOS_TIME_ZONE,
    speed: undefined,
    pagePort: 0,
    random: seededRandom(seed + 2),
    wallboxUrl: network.wallboxUrl,
    configure(file, made) {
      site = made;
      return chaosConfig(file, network);
    },
  });
  const carLife = createCarLife(demo.site, clock, options.durationMs < DAY_MS ? SHORT_LIFE : {});
  const operator = createGridOperator(demo.daemon.pageUrl() ?? "", {
    clock,
    limits: operatorLimits(options.durationMs, seededRandom(seed + 3)),
  });
  return {
    demo,
    site: demo.site,
    clock,
    network,
    operator,
    backOffice,
    async close() {
      operator.stop();
      carLife.stop();
      await demo.close();
      await Promise.all([network.close(), backOffice.close()]);
    },
  };
}

function runLog(path: string, clock: LockstepClock): Logger {
  const timestamp = () => `,"run":"${timeOfRun(clock.monotonicMs())}"`;
  return pino({ level: "debug", base: null, timestamp }, destination({ dest: path, sync: true }));
}

type HouseFile = Parameters<NonNullable<Parameters<typeof createDemoHouse>[0]["configure"]>>[0];

/** The demo's config with every peer behind its proxy, and with limits that count. */
function chaosConfig(file: HouseFile, { addressOf, upstreamUrl }: FaultyNetwork) {
  const { host, port } = addressOf("partner");
  const broker = addressOf("broker");
  return {
    ...file,
    site: {
      ...file.site,
      main_fuse_a: CHAOS_LIMITS.mainFuseA,
      import_limit_w: CHAOS_LIMITS.importLimitW,
    },
    control: { ...file.control, failsafe_current_a: CHAOS_LIMITS.failsafeCurrentA },
    devices: file.devices.map((device) => ({
      ...device,
      connection: { type: "tcp", ...addressOf(device.name === "meter" ? "meter" : "inverter") },
    })),
    ocpp: { ...file.ocpp, horizon_s: 90 },
    wallbox: { ...("wallbox" in file ? file.wallbox : undefined), upstream: { url: upstreamUrl } },
    partner: { ...file.partner, base_url: `http://${host}:${port}` },
    mqtt: { ...file.mqtt, url: `mqtt://${broker.host}:${broker.port}` },
    grid_operator: { source: { type: "http", token: OPERATOR_TOKEN } },
  };
}
