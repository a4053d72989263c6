import { readdirSync } from "node:fs";
import type { Bench, BenchDaemon } from "../hil/support/bench.ts";
import { keptIn } from "../kills/kept.ts";

/** Fast, and slow enough for a disk and a thread that work in true time. */
const SPEED = 60;
/** Both databases are written each minute; a busy disk has as long again. */
const NOTICED_S = 300;
const LOST = [
  "state is kept in memory only: the disk fails",
  "history is kept in memory only: the disk fails",
];
const BACK = ["state is written to disk again", "history is written to disk again"];

export interface DiskFault {
  readonly stateDir: string;
  /** From now on nothing can be written; undefined where nothing ever could. */
  readonly fail: (() => void) | undefined;
  heal(): void;
}

export interface DiskOutageFigures {
  /** Passes, s, that are in the records, of those that there were. */
  readonly recorded_s: number;
  readonly passed_s: number;
}

/** While the car charges the disk fails and comes back. Rejects when the daemon does not go on, say so, and recover. */
export async function diskOutage(
  bench: Bench,
  daemon: BenchDaemon,
  { stateDir, fail, heal }: DiskFault,
): Promise<DiskOutageFigures> {
  const said = (messages: readonly string[]) =>
    messages.every((message) => daemon.messages().includes(message));
  bench.clock.setSpeed(SPEED);
  if (fail !== undefined) {
    await bench.within(NOTICED_S, () => keptIn(stateDir).recordedS > 0);
    fail();
  }
  await bench.within(NOTICED_S, () => said(LOST));
  await bench.within(NOTICED_S, async () => (await diskMetric(bench)) === 1);
  // What is asked of it meanwhile is done.
  bench.site.partner.setMode("none");
  await bench.offers(16, NOTICED_S);
  bench.site.partner.setMode("hems");
  await bench.offers(11, NOTICED_S);
  heal();
  await bench.within(NOTICED_S, () => said(BACK));
  await bench.within(NOTICED_S, async () => (await diskMetric(bench)) === 0);
  const passedS = Number((await bench.answer("/api/state")).pass);
  bench.clock.setSpeed(undefined);
  const { code } = await daemon.end("SIGTERM");
  if (code !== 0) throw new Error(`the daemon ended with ${code}`);
  const { flaws, recordedS } = keptIn(stateDir);
  if (flaws.length > 0) throw new Error(flaws.join("; "));
  return { recorded_s: recordedS, passed_s: passedS };
}

/** Copies of broken files that lie aside. */
export function asidesIn(stateDir: string): readonly string[] {
  return readdirSync(stateDir).filter((name) => name.includes(".corrupt-"));
}

/** `failsafe_active{cause="disk"}` of the metrics. */
async function diskMetric(bench: Bench): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${bench.ports.page}/metrics`);
  const found = /failsafe_active\{cause="disk"\} (\d)/.exec(await response.text())?.[1];
  return Number(found);
}
