import { seededRandom } from "../../simulator/network/seeded-random.ts";
import { createMemoryStateStore } from "../../src/history/memory-state-store.ts";
import { createPolicyPull } from "../../src/sync/policy-pull.ts";
import { pollPhase } from "../../src/sync/poll-slots.ts";
import { createSyncLoop } from "../../src/sync/sync-loop.ts";
import { type Cloud, createCloud } from "./cloud.ts";
import { createFleetClock, type FleetClock } from "./fleet-clock.ts";
import { idleReport } from "./idle-report.ts";
import { silentLog } from "./silent-log.ts";

export interface FleetOptions {
  readonly gateways: number;
  readonly outageMs: number;
  /** Share of the gateways on which somebody changes a setting during the outage. */
  readonly changedShare: number;
  readonly seed: number;
}

export interface FleetFigures {
  readonly gateways: number;
  readonly outage_s: number;
  /** Mean before the outage. */
  readonly steady_rps: number;
  readonly steady_peak_rps: number;
  readonly outage_peak_rps: number;
  readonly recovery_peak_rps: number;
  /** `recovery_peak_rps` over `steady_rps`. */
  readonly ratio: number;
  /** Until 99 % of the gateways had an answer again. */
  readonly recovered_s: number;
}

const POLL_MS = 60_000;
const SETTLE_MS = 240_000;
const STEADY_MS = 300_000;
/** The longest pause of a back-off, and two polls more. */
const RECOVERY_MS = 1_020_000;
const TOKEN_LIFE_MS = 36_000_000;

/** Many real sync loops against one cloud that goes away and comes back. */
export async function fleetOutage(options: FleetOptions): Promise<FleetFigures> {
  const clock = createFleetClock();
  const cloud = createCloud(clock);
  const random = seededRandom(options.seed);
  const fleet = Array.from({ length: options.gateways }, (_, index) => gateway(index, cloud, clock, random));
  for (const { start, bootAtMs } of fleet) clock.setTimeout(start, bootAtMs);

  const outageAtMs = SETTLE_MS + STEADY_MS;
  const backAtMs = outageAtMs + options.outageMs;
  await clock.advanceTo(outageAtMs);
  cloud.setDown(true);
  await clock.advanceTo(outageAtMs + options.outageMs / 2);
  for (const { change } of fleet) if (random() < options.changedShare) change();
  await clock.advanceTo(backAtMs);
  cloud.setDown(false);
  const pullsBefore = fleet.map(({ pulls }) => pulls());
  let recoveredMs = RECOVERY_MS;
  for (let passedMs = 1_000; passedMs <= RECOVERY_MS; passedMs += 1_000) {
    await clock.advanceTo(backAtMs + passedMs);
    const behind = fleet.filter(({ pulls }, index) => pulls() === pullsBefore[index]).length;
    if (recoveredMs === RECOVERY_MS && behind <= options.gateways / 100) recoveredMs = passedMs;
  }
  return figures(cloud.requestsPerSecond(), { options, outageAtMs, backAtMs, recoveredMs });
}

function gateway(index: number, cloud: Cloud, clock: FleetClock, random: () => number) {
  const phase = pollPhase(`gateway-${index}`);
  const client = cloud.connect({ tokenAgeMs: random() * 0.8 * TOKEN_LIFE_MS });
  const deps = { client, clock, log: silentLog, random };
  const sync = createSyncLoop(
    { pollMs: POLL_MS, phase },
    { ...deps, store: createMemoryStateStore(), target: { applyRemote() {} } },
  );
  const policy = createPolicyPull(
    { timeZone: "Europe/Vienna", phase },
    { ...deps, target: { applyPolicy() {} } },
  );
  return {
    bootAtMs: random() * POLL_MS,
    start() {
      sync.start();
      policy.start();
      sync.report(idleReport);
    },
    change: () => sync.queue({ minExportToStartW: 2_000 }),
    pulls: () => sync.state().pulls,
  };
}

function figures(
  perSecond: readonly number[],
  run: {
    readonly options: FleetOptions;
    readonly outageAtMs: number;
    readonly backAtMs: number;
    readonly recoveredMs: number;
  },
): FleetFigures {
  const { options, outageAtMs, backAtMs, recoveredMs } = run;
  const between = (fromMs: number, toMs: number) => perSecond.slice(fromMs / 1_000, toMs / 1_000);
  const steady = between(SETTLE_MS, outageAtMs);
  const steadyRps = steady.reduce((sum, count) => sum + count, 0) / steady.length;
  const recoveryPeak = Math.max(...between(backAtMs, backAtMs + RECOVERY_MS));
  return {
    gateways: options.gateways,
    outage_s: options.outageMs / 1_000,
    steady_rps: rounded(steadyRps),
    steady_peak_rps: Math.max(...steady),
    outage_peak_rps: Math.max(...between(outageAtMs, backAtMs)),
    recovery_peak_rps: recoveryPeak,
    ratio: rounded(recoveryPeak / steadyRps),
    recovered_s: recoveredMs / 1_000,
  };
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
