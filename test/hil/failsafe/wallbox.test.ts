import { describe } from "vitest";
import type { Bench } from "../support/bench.ts";
import { startCharging } from "../support/bench.ts";
import { constantTrace } from "../support/constant-trace.ts";
import { failsafe, offerSince, secondsUntil } from "../support/failsafe.ts";
import { watchFuse } from "../support/fuse-watch.ts";

const FUSE_A = 31;
/** What the fuse leaves to the second box while the first draws 16 A, at the most. */
const BESIDE_FIRST_A = 14;
const TWO_BOXES = [
  { name: "first", priority: 2 },
  { name: "second", priority: 1 },
];
/** What the other controller tells the box each minute, A, and for how long, s. */
const RIVAL_A = 8;
const FIGHT_S = 1_800;
const SUN_RISES_MINUTE = 12;

/** 11 A worth of sun, 14 A from the twelfth minute on. */
function risingSun() {
  const sun = constantTrace({ pvW: 8_000, loadW: 500 });
  sun.pvW.fill(10_000, SUN_RISES_MINUTE);
  return sun;
}

const profileWrites = ({ wallbox }: Bench) => wallbox.counters().setChargingProfile;

/** The largest limit that any profile in the box sets but for the floor, A per phase. */
function highestLimitA({ wallbox }: Bench): number {
  const periods = wallbox
    .state()
    .profiles.flatMap(({ profile }) => profile.chargingSchedule.chargingSchedulePeriod);
  return Math.max(...periods.map(({ limit }) => limit));
}

describe("the failsafe table: wallbox", () => {
  failsafe(
    "F3",
    {
      wallboxes: TWO_BOXES,
      mainFuseA: FUSE_A,
      partnerMode: "none",
      trace: constantTrace({ pvW: 0, loadW: 500 }),
    },
    async (bench, measured) => {
      const { site } = bench;
      const [first, second] = site.house.evses;
      const [link] = bench.wallboxes;
      const firstA = () => first?.offeredCurrentA ?? 0;
      const secondA = () => second?.offeredCurrentA ?? 0;
      bench.startDaemon();
      await bench.within(400, () => firstA() === 16 && secondA() === 13);
      await bench.pass(60);
      const overFuseS = watchFuse(bench, FUSE_A);

      link?.cutLink();
      const early = { seconds: 0 };
      site.house.watch(1_000, () => {
        if (firstA() > 6 && secondA() > BESIDE_FIRST_A) early.seconds += 1;
      });
      const cutMs = bench.clock.monotonicMs();
      await bench.warns("wallbox_disconnected", 60);
      measured("toldS", (bench.clock.monotonicMs() - cutMs) / 1_000);
      await bench.within(120, () => firstA() === 6);
      measured("fellS", (bench.clock.monotonicMs() - cutMs) / 1_000);
      measured("freedS", await secondsUntil(bench, 200, () => secondA() === 16));
      measured("earlyS", early.seconds);

      link?.restoreLink();
      measured("recoveredS", await secondsUntil(bench, 400, () => firstA() === 16 && secondA() === 13));
      await bench.pass(60);
      measured("overFuseS", overFuseS());
    },
  );

  failsafe("F15", { horizonS: 600 }, async (bench, measured) => {
    const { house } = bench.site;
    await startCharging(bench);
    const mark = bench.history.mark();
    const before = profileWrites(bench);
    const startMs = bench.clock.monotonicMs();
    const sinceStartS = () => (bench.clock.monotonicMs() - startMs) / 1_000;
    const seen = { reportedS: Number.NaN };
    while (sinceStartS() < FIGHT_S) {
      bench.wallbox.overwriteLimit(RIVAL_A);
      await bench.pass(60);
      const isReported = (await bench.state())?.state.reason === "wallbox_contested";
      if (isReported && Number.isNaN(seen.reportedS)) seen.reportedS = sinceStartS();
    }
    measured("reportedS", seen.reportedS);
    measured("writes", profileWrites(bench) - before);
    measured("recoveredS", await secondsUntil(bench, 1_200, () => house.evse.offeredCurrentA === 11));
    await bench.steady(60, ({ offeredA }) => offeredA === 11);
    measured("raisedA", offerSince(bench, mark, 11).raisedA);
  });

  failsafe("F5", { trace: risingSun(), horizonS: 600 }, async (bench, measured) => {
    const { site } = bench;
    await startCharging(bench);
    const before = profileWrites(bench);
    bench.wallbox.disobey(true);
    const isReported = async () => (await bench.state())?.state.reason === "wallbox_not_following";
    const reportedS = await secondsUntil(bench, 200, isReported);
    measured("reportedS", reportedS);
    await bench.pass(150 - reportedS);
    measured("writes", profileWrites(bench) - before);
    await bench.within(
      900,
      () => site.house.nowMs > site.house.startMonotonicMs + (SUN_RISES_MINUTE + 3) * 60_000,
    );
    measured("raisedA", highestLimitA(bench) - 11);
    bench.wallbox.disobey(false);
    measured("recoveredS", await secondsUntil(bench, 200, () => site.house.evse.offeredCurrentA === 14));
  });
});
