import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seededRandom } from "../../simulator/network/seeded-random.ts";
import { powerW } from "../../src/core/units.ts";
import { openHistoryFile } from "../../src/history/history-file.ts";
import type { RecordedSession } from "../../src/ports/history.ts";
import { type Bench, type BenchDaemon, createBench } from "../hil/support/bench.ts";
import { constantTrace } from "../hil/support/constant-trace.ts";
import { keptIn } from "./kept.ts";

/** Five starts in ten minutes are a crash loop: these are no more than four. */
const SPACED_S = [151, 330] as const;
const RAPID_S = [15, 90] as const;
/** How fast time passes before a kill: a write that takes a busy disk a second is half a minute then. */
const SPEED = 30;
/** The last part before a kill passes at that speed, s: it has the writes of one minute in it. */
const SLOW_S = 62;
/** What one kill may cost: a minute that is not over, the pass in it, and what a busy disk was behind. */
const LONGEST_LOSS_S = 60 + 2 + SPEED;
const MINUTE_S = 60;
/** What all kills together may cost the session, which the box's own register fills up after each of them. */
const SESSION_LOSS_S = 60;
/** The sun of the bench charges with 11 A at the most. */
const CHARGE_W = powerW(11, 3);

export interface KillFigures {
  readonly seed: number;
  readonly kills: number;
  readonly rapid_kills: number;
  readonly safe_mode_entered: boolean;
  /** Passes, s, that a kill cost of the records. */
  readonly lost_s: { readonly mean: number; readonly most: number };
  /** Energy that the car got and the record of its session lacks, Wh; negative where it has too much. */
  readonly session_lost_wh: number;
  /** The same of the box's register in that record. */
  readonly register_lost_wh: number;
  readonly charged_wh: number;
}

export interface KillResult {
  readonly figures: KillFigures;
  readonly broken: readonly string[];
}

/** Kills the daemon at random moments while one car charges, and looks each time at what it has left. */
export async function runKills(
  given: { readonly seed: number; readonly kills: number; readonly rapidKills: number },
  onKill: (index: number) => void = () => {},
): Promise<KillResult> {
  const { seed, kills, rapidKills } = given;
  const random = seededRandom(seed);
  const folder = mkdtempSync(join(tmpdir(), "hems-edge-kills-"));
  const bench = await createBench({ stateDir: folder, trace: constantTrace({ pvW: 8_000, loadW: 500 }, 24) });
  const broken: string[] = [];
  const lostS: number[] = [];
  let wasSafe = false;
  const startWh = bench.site.house.evse.energyWh;
  try {
    for (let index = 0; index < kills + rapidKills; index++) {
      const [least, most] = index < kills ? SPACED_S : RAPID_S;
      const aliveS = momentS(random, { least, most, nowS: bench.clock.wallMs() / 1_000 });
      const before = index === 0 ? 0 : keptIn(folder).recordedS;
      const daemon = bench.startDaemon();
      const lost = await lifeAndDeath(bench, daemon, { folder, aliveS, before });
      lostS.push(lost.passesS);
      for (const flaw of lost.flaws) broken.push(`kill ${index + 1}: ${flaw}`);
      wasSafe ||= daemon.messages().some((message) => message.startsWith("safe mode:"));
      onKill(index);
    }
    const session = await lastSession(bench, folder);
    const chargedWh = bench.site.house.evse.energyWh - startWh;
    const sessionLostWh = chargedWh - session.energyWh;
    const registerLostWh = chargedWh - (session.registerWh ?? 0);
    const allowedWh = (SESSION_LOSS_S * CHARGE_W) / 3_600;
    if (Math.abs(sessionLostWh) > allowedWh) broken.push(`the session lacks ${sessionLostWh} Wh`);
    if (Math.abs(registerLostWh) > allowedWh) broken.push(`its register lacks ${registerLostWh} Wh`);
    return {
      broken,
      figures: {
        ...{ seed, kills: kills + rapidKills, rapid_kills: rapidKills, safe_mode_entered: wasSafe },
        lost_s: {
          mean: Math.round(lostS.reduce((sum, lost) => sum + lost, 0) / lostS.length),
          most: Math.max(...lostS),
        },
        session_lost_wh: Math.round(sessionLostWh),
        register_lost_wh: Math.round(registerLostWh),
        charged_wh: Math.round(chargedWh),
      },
    };
  } finally {
    await bench.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A random time, every third one within half a second of the end of a minute: there the writes are. */
function momentS(
  random: () => number,
  { least, most, nowS }: { readonly least: number; readonly most: number; readonly nowS: number },
): number {
  const anyS = least + random() * (most - least);
  if (random() > 1 / 3) return anyS;
  const toMinuteS = MINUTE_S - ((nowS + anyS) % MINUTE_S);
  return anyS + toMinuteS + random() - 0.5;
}

interface Loss {
  readonly passesS: number;
  readonly flaws: readonly string[];
}

/** Lets a daemon live for that long, kills it, and says what is missing. */
async function lifeAndDeath(
  bench: Bench,
  daemon: BenchDaemon,
  { folder, aliveS, before }: { readonly folder: string; readonly aliveS: number; readonly before: number },
): Promise<Loss> {
  const killed = new Promise<void>((resolve) => {
    bench.clock.setTimeout(() => {
      daemon.kill("SIGKILL");
      resolve();
    }, aliveS * 1_000);
  });
  await bench.pass(Math.max(0, aliveS - SLOW_S));
  const passes = async () => Number((await bench.answer("/api/state")).pass);
  const countedS = await passes().catch(() => 0);
  const countedAtMs = bench.clock.monotonicMs();
  const solarBefore = keptIn(folder);
  bench.clock.setSpeed(SPEED);
  await bench.pass(Math.min(aliveS, SLOW_S) + 1);
  bench.clock.setSpeed(undefined);
  await killed;
  await daemon.ended;
  const kept = keptIn(folder);
  const livedS = countedS + (bench.clock.monotonicMs() - countedAtMs) / 1_000 - 1;
  const lostS = Math.round(livedS - (kept.recordedS - before));
  return {
    passesS: lostS,
    flaws: [
      ...kept.flaws,
      ...(lostS > LONGEST_LOSS_S ? [`${lostS} s of ${Math.round(livedS)} s are not recorded`] : []),
      ...(kept.solarWh < solarBefore.solarWh ? [`solar energy fell to ${kept.solarWh} Wh`] : []),
      ...(kept.sessionWh < solarBefore.sessionWh ? [`the session fell to ${kept.sessionWh} Wh`] : []),
      ...(kept.sessions > 0 ? [`${kept.sessions} sessions although the car never left`] : []),
    ],
  };
}

/** The car leaves, and the gateway ends in order: what it says of the session. */
async function lastSession(bench: Bench, folder: string): Promise<RecordedSession> {
  const daemon = bench.startDaemon();
  await bench.pass(90);
  bench.wallbox.unplugCar();
  await bench.pass(30);
  await daemon.end("SIGTERM");
  const opened = openHistoryFile(folder);
  if (!opened.ok) throw new Error(opened.problem);
  const { rows } = opened.file.sessions({ fromMs: 0, untilMs: Date.UTC(2100, 0, 1), limit: 10 });
  opened.file.close();
  const [session, ...others] = rows;
  if (session === undefined || others.length > 0) throw new Error(`${rows.length} sessions of one car`);
  return session;
}
