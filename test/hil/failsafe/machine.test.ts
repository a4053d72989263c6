import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { isoUtc } from "../../../src/core/iso-time.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { onBench, startCharging } from "../support/bench.ts";
import { failsafe, offerSince, secondsUntil } from "../support/failsafe.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const JUMP_MS = 4 * HOUR_MS;
/** The bench's first hour. */
const NOON_WALL_MS = Date.UTC(2026, 2, 18, 12);
/** One minute before clocks go from 2 to 3 h in Berlin. */
const BEFORE_SUMMER_MS = Date.UTC(2026, 2, 29, 0, 59);

const folder = temporaryFolder();

/** Prices of two days: cheapest in the first two hours, cheap in two of the next morning, dear at all other times. */
function pricesFile(): string {
  const path = join(folder, "prices.csv");
  const rows = Array.from({ length: 48 }, (_, hour) => {
    const price = hour < 2 ? 10 : hour === 18 || hour === 19 ? 20 : 300;
    return `${isoUtc(NOON_WALL_MS + hour * HOUR_MS)},${price}`;
  });
  writeFileSync(path, ["time_utc,price", ...rows].join("\n"));
  return path;
}

/** By how much the offer leaves 11 A where the gateway begins in 1970 and learns the time while the car charges. */
async function changeWithoutRtcA(): Promise<number> {
  const seen = { changedA: Number.NaN };
  await onBench({}, async (bench) => {
    const daemon = await startCharging(bench, 0);
    const mark = bench.history.mark();
    daemon.shiftWall(bench.clock.wallMs());
    await bench.pass(300);
    seen.changedA = offerSince(bench, mark, 11).changedA;
  })();
  return seen.changedA;
}

/** The same over the change to summer time and jumps of a day either way. */
async function changeByJumpsA(): Promise<number> {
  const seen = { changedA: Number.NaN };
  await onBench({ startWallMs: BEFORE_SUMMER_MS, timeZone: "Europe/Berlin" }, async (bench) => {
    const daemon = await startCharging(bench);
    const mark = bench.history.mark();
    await bench.pass(120);
    for (const jumpMs of [DAY_MS, -DAY_MS, -DAY_MS]) {
      daemon.shiftWall(jumpMs);
      await bench.pass(180);
    }
    seen.changedA = offerSince(bench, mark, 11).changedA;
  })();
  return seen.changedA;
}

describe("the failsafe table: machine", () => {
  failsafe(
    "F10",
    { mode: "spot", prices: { source: { type: "csv", path: pricesFile() } } },
    async (bench, measured) => {
      const { house } = bench.site;
      const daemon = bench.startDaemon();
      await bench.steady(300, ({ offeredA }) => offeredA === 16);
      daemon.shiftWall(JUMP_MS);
      measured("pausedS", await secondsUntil(bench, 200, () => house.evse.offeredCurrentA === 0));
      await bench.pass(120);
      daemon.shiftWall(-JUMP_MS);
      measured("resumedS", await secondsUntil(bench, 300, () => house.evse.offeredCurrentA === 16));
      measured("jumpA", await changeByJumpsA());
      measured("firstTimeA", await changeWithoutRtcA());
    },
  );

  const blocked = join(folder, "blocked");
  writeFileSync(blocked, "a file where a folder should be");
  failsafe("F11", { stateDir: join(blocked, "state") }, async (bench, measured) => {
    const daemon = bench.startDaemon();
    measured("chargingS", await secondsUntil(bench, 300, () => bench.site.house.evse.offeredCurrentA === 11));
    await bench.steady(200, ({ offeredA }) => offeredA === 11);
    expect(daemon.messages()).toContain("state is kept in memory only: the disk fails");
    rmSync(blocked);
    mkdirSync(bench.stateDir, { recursive: true });
    const mark = bench.history.mark();
    const isStored = () => existsSync(join(bench.stateDir, "state.db"));
    measured("storedS", await secondsUntil(bench, 200, isStored));
    await bench.pass(60);
    measured("changedA", offerSince(bench, mark, 11).changedA);
    expect(await daemon.end("SIGTERM")).toEqual({ code: 0, signal: null });
  });

  failsafe("F12", {}, async (bench, measured) => {
    mkdirSync(bench.stateDir, { recursive: true });
    for (const name of ["state.db", "history.db"]) {
      writeFileSync(join(bench.stateDir, name), "this is no database at all, and never was. ".repeat(200));
    }
    bench.startDaemon();
    measured("chargingS", await secondsUntil(bench, 300, () => bench.site.house.evse.offeredCurrentA === 11));
    const aside = readdirSync(bench.stateDir).filter((name) => name.includes(".corrupt-"));
    measured("aside", aside.length);
    const told = (await bench.events()).filter((event) => event === "state_set_aside");
    measured("events", told.length);
  });

  // Less than the program ever needs: its memory has grown from the start.
  failsafe("F16", { memoryLimitMb: 64 }, async (bench, measured) => {
    const daemon = await startCharging(bench);
    await bench.pass(600);
    const mark = bench.history.mark();
    await bench.pass(300);
    measured("changedA", offerSince(bench, mark, 11).changedA);
    expect((await bench.events()).filter((event) => event === "memory_high")).toHaveLength(1);
    bench.wallbox.unplugCar();
    const hasEnded = () => !daemon.isRunning;
    await bench.unhurried(async () => measured("endedS", await secondsUntil(bench, 200, hasEnded)));
    expect(await daemon.ended).toEqual({ code: 0, signal: null });
  });
});
