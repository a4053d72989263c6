import { seededRandom } from "../../simulator/network/seeded-random.ts";
import type { Site } from "../../simulator/site.ts";
import type { Clock } from "../../src/ports/clock.ts";
import { type ChaosHouse, type ChaosHouseOptions, createChaosHouse } from "./chaos-house.ts";
import { createDisturbances } from "./disturbance.ts";
import { between, faultSchedule, type PlannedFault, pick } from "./fault-schedule.ts";
import { createImportJudge } from "./import-judge.ts";
import { createLawBook } from "./law-book.ts";
import { LINK_NAMES, type LinkName } from "./link-names.ts";
import { judgeOutages } from "./outage-judge.ts";
import { createOutboxJudge, type OutboxFigures } from "./outbox-judge.ts";
import { PRESSED_HOUR_MS, PRESSED_MODE, withPressedHour } from "./pressed-hour.ts";
import { createRaiseJudge } from "./raise-judge.ts";

/** Partner back-offs of up to 15 min and the meter's trust must have come back at the end. */
const CALM_END_MS = 20 * 60_000;
/** The daemon is up and the car has begun to charge. */
const CALM_START_MS = 3 * 60_000;
const MODES = ["none", "hems"] as const;
const MODE_MS = [40 * 60_000, 4 * 3_600_000] as const;

export interface ChaosOptions extends ChaosHouseOptions {
  /** Mean number of faults of each peer in a day. */
  readonly perDay: number;
}

export interface ChaosFigures extends OutboxFigures {
  readonly seed: number;
  readonly hours: number;
  readonly faults: Readonly<Record<LinkName, number>>;
  /** Outages that were followed until everything was as before. */
  readonly outages_judged: number;
  readonly charged_kwh: number;
  readonly chunks_harmed: number;
}

export interface ChaosResult {
  readonly figures: ChaosFigures;
  /** Laws that did not hold, as sentences. */
  readonly broken: readonly string[];
}

/** Hours of the simulated house with bad lines to all its peers, judged by what the peers see. */
export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  const { durationMs, perDay, seed, stateDir } = options;
  const schedule = withPressedHour(
    faultSchedule({ seed, durationMs, perDay, calmStartMs: CALM_START_MS, calmEndMs: CALM_END_MS }),
    durationMs - CALM_END_MS,
  );
  const house = await createChaosHouse(options);
  const { clock, demo, site } = house;
  const laws = createLawBook();
  const disturbances = createDisturbances(schedule);
  const judgeImport = createImportJudge({ laws, disturbances, operator: house.operator });
  const judgeRaise = createRaiseJudge(site, { laws, disturbances });
  const outages = judgeOutages(schedule, house, { clock, laws });
  const outboxes = createOutboxJudge(site, house.backOffice, { laws, disturbances });
  site.house.watch(1_000, (readings) => {
    // Afterwards nobody is there who could be judged.
    if (readings.atMs > durationMs) return;
    judgeImport(readings);
    judgeRaise(readings);
  });
  house.network.play(schedule);
  changeModes(site, { clock, random: seededRandom(seed + 4), untilMs: durationMs });
  await demo.run(durationMs);
  outboxes.judgeStatus(demo.daemon);
  const startWallMs = clock.wallMs() - clock.monotonicMs();
  const { solarWh, causedImportWh } = site.house.tallies();
  const harmed = chunksHarmed(house);
  await house.close();
  const records = outboxes.judgeRecords(stateDir, { startWallMs, durationMs });
  return {
    figures: {
      seed,
      hours: durationMs / 3_600_000,
      faults: faultsOf(schedule),
      outages_judged: outages.judged,
      charged_kwh: Math.round((solarWh + causedImportWh) / 1_000),
      chunks_harmed: harmed,
      ...records,
    },
    broken: laws.sentences(),
  };
}

/** After the first hour changes the mode now and then until `untilMs`, as a user would who cannot make up his mind. */
function changeModes(
  { partner }: Site,
  deps: { readonly clock: Clock; readonly random: () => number; readonly untilMs: number },
): void {
  const { clock, random, untilMs } = deps;
  partner.setMode(PRESSED_MODE);
  for (let atMs = PRESSED_HOUR_MS; atMs < untilMs; atMs += between(random, MODE_MS)) {
    const mode = pick(random, MODES);
    clock.setTimeout(() => partner.setMode(mode), atMs);
  }
}

function faultsOf(schedule: readonly PlannedFault[]): Readonly<Record<LinkName, number>> {
  const counts = LINK_NAMES.map((name) => [name, schedule.filter(({ peer }) => peer === name).length]);
  return Object.fromEntries(counts) as Record<LinkName, number>;
}

function chunksHarmed({ network }: ChaosHouse): number {
  return LINK_NAMES.reduce((sum, peer) => {
    const { delayed, dropped, corrupted, reordered } = network.proxies[peer].counters();
    return sum + delayed + dropped + corrupted + reordered;
  }, 0);
}
