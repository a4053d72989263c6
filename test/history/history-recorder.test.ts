import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { isoUtc } from "../../src/core/iso-time.ts";
import type { TickReport } from "../../src/core/tick-report.ts";
import { createHistoryRecorder } from "../../src/history/history-recorder.ts";
import { createHistoryThread, type HistoryThread } from "../../src/history/history-thread.ts";
import { createMemoryStateStore } from "../../src/history/memory-state-store.ts";
import type { HistoryRange } from "../../src/ports/history.ts";
import { createSystemClock } from "../../src/service/clock.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { sampleReport } from "../support/sample-report.ts";
import { silentLog } from "../support/silent-log.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { openDesk, RETENTION } from "./support/records.ts";

let folder = "";
beforeEach(() => {
  folder = temporaryFolder();
});

const EVER: HistoryRange = { fromMs: 0, untilMs: 4e12, limit: 100 };
const START_MS = Date.UTC(2022, 2, 19, 12);
const diskClock = createSystemClock({ unref: true });

/** The thread lives in real time. */
function soon(check: () => void | Promise<void>): Promise<void> {
  return vi.waitFor(check, { timeout: 10_000, interval: 5 });
}

function threadOn(stateDir: string): HistoryThread {
  return createHistoryThread(
    { stateDir, timeZone: "Europe/Berlin", retention: RETENTION, meta: {} },
    { clock: diskClock },
  );
}

/** A recorder with its thread on real files; passes are told second by second. */
function recorderOn(
  stateDir = folder,
  { store = createMemoryStateStore(), thread = threadOn(stateDir) } = {},
) {
  const clock = createManualClock();
  const recorder = createHistoryRecorder(
    { version: "1.2.3" },
    { clock, diskClock, log: silentLog, store, thread },
  );
  let pass = 0;
  return {
    recorder,
    clock,
    store,
    thread,
    seconds(count: number, changes: Partial<TickReport> = {}) {
      for (let second = 0; second < count; second++) {
        pass += 1;
        recorder.report(
          sampleReport({ pass, monotonicMs: pass * 1_000, wallMs: START_MS + pass * 1_000, ...changes }),
        );
      }
    },
    async eventNames() {
      const answer = await recorder.events(EVER);
      return answer.ok ? answer.page.rows.map(({ event }) => event) : answer.detail;
    },
  };
}

describe("the recorder", { timeout: 30_000 }, () => {
  it("keeps an event under the time that everybody else is told", async () => {
    const { recorder, seconds } = recorderOn();
    const wallMs = START_MS + 286.8;
    seconds(1);
    seconds(1, { mode: "spot", wallMs });
    await soon(async () => {
      const answer = await recorder.events(EVER);
      expect(answer.ok && answer.page.rows.map(({ atMs }) => isoUtc(atMs))).toEqual([isoUtc(wallMs)]);
    });
    await recorder.stop();
  });

  it("writes each minute, and what happens at once", async () => {
    const { recorder, clock, seconds, eventNames } = recorderOn();
    recorder.start();
    clock.jumpWall(86_400_000);
    seconds(60);
    await soon(async () => expect(await eventNames()).toEqual(["gateway_started"]));
    expect(recorder.state()).toMatchObject({ minutesWritten: 0 });
    seconds(1);
    await soon(() => expect(recorder.state().minutesWritten).toBe(1));
    seconds(1, { mode: "spot" });
    await soon(async () => expect(await eventNames()).toEqual(["gateway_started", "mode_changed"]));
    seconds(30, { mode: "spot" });
    // A start that is only being proved comes and goes with each cloud: it waits for the end of the minute.
    seconds(1, { mode: "spot", state: "commitment" });
    await soon(() => expect(recorder.state().eventsWritten).toBe(3));
    seconds(1, { mode: "spot", state: "idle" });
    expect(recorder.state()).toMatchObject({ waiting: 1, dropped: 0, isFailing: false });
    await recorder.stop();
    const desk = openDesk(folder);
    desk.write({}, START_MS);
    expect(desk.rows("minute").rows.map(({ seenS }) => seenS)).toEqual([59, 34]);
    expect(desk.events().rows.map(({ event }) => event)).toEqual([
      "gateway_started",
      "mode_changed",
      "state_changed",
      "state_changed",
      "gateway_stopped",
    ]);
  });

  it("tells of the session under way behind those that are over", async () => {
    const { recorder, seconds } = recorderOn();
    recorder.start();
    const { wallbox } = sampleReport();
    const transaction = { id: 7, idTag: "CARD-1", startedWallMs: START_MS, energyWh: 500 };
    seconds(120, { wallbox: { ...wallbox, transaction } });
    seconds(1, { wallbox: { ...wallbox, vehicle: "absent" } });
    seconds(120);
    await soon(async () => {
      const answer = await recorder.sessions(EVER);
      expect(answer.ok && answer.page.rows.map(({ endMs }) => endMs === undefined)).toEqual([false, true]);
      expect(answer.ok && answer.page.rows[0]).toMatchObject({ idTag: "CARD-1", registerWh: 500 });
    });
    const past = await recorder.sessions({ ...EVER, untilMs: START_MS + 60_000 });
    expect(past.ok && past.page.rows).toHaveLength(1);
    await recorder.stop();
  });

  it("knows after a restart whether the gateway was stopped or lost", async () => {
    const first = recorderOn();
    first.recorder.start();
    await first.recorder.stop();
    const second = recorderOn(folder, { store: first.store });
    second.recorder.start();
    const third = recorderOn(folder, { store: first.store });
    third.recorder.start();
    await soon(async () => {
      const answer = await third.recorder.events(EVER);
      const after = answer.ok ? answer.page.rows.map(({ detail }) => detail.after) : [];
      expect(after.at(-1)).toBe("loss");
    });
    await Promise.all([second.recorder.stop(), third.recorder.stop()]);
  });

  it("keeps everything while the disk is away, and control does not notice", async () => {
    const stateDir = join(folder, "later");
    const { recorder, seconds } = recorderOn(stateDir);
    recorder.start();
    const startMs = performance.now();
    seconds(600);
    expect(performance.now() - startMs).toBeLessThan(1_000);
    await soon(() => expect(recorder.state().isFailing).toBe(true));
    expect(await recorder.rows("minute", EVER)).toEqual({ ok: false, detail: "nothing is recorded yet" });
    mkdirSync(stateDir);
    seconds(61);
    await soon(() =>
      expect(recorder.state()).toMatchObject({ isFailing: false, minutesWritten: 11, waiting: 0 }),
    );
    await recorder.stop();
  });

  it("forgets the oldest minutes when the disk is away for more than a day", async () => {
    const { recorder, seconds } = recorderOn(join(folder, "never"));
    seconds(1_600 * 60);
    await soon(() => expect(recorder.state()).toMatchObject({ isFailing: true, waiting: 1_500 }));
    expect(recorder.state().dropped).toBe(99);
    await recorder.stop();
  });

  it("does not let a wallbox on a bad cable fill the disk", async () => {
    const { recorder, seconds } = recorderOn();
    recorder.start();
    const away = { wallbox: { ...sampleReport().wallbox, isConnected: false } };
    for (let flap = 0; flap < 100; flap++) {
      seconds(1, away);
      seconds(1);
    }
    seconds(61);
    await soon(async () => {
      const answer = await recorder.events({ ...EVER, limit: 1_000 });
      const names = answer.ok ? answer.page.rows.map(({ event }) => event) : [];
      expect(names.filter((name) => name === "wallbox_lost")).toHaveLength(60);
      expect(names.filter((name) => name === "wallbox_recovered")).toHaveLength(60);
    });
    expect(recorder.state().dropped).toBe(78);
    await recorder.stop();
  });

  it("writes down the periods of limits", async () => {
    const { recorder, seconds } = recorderOn();
    recorder.start();
    recorder.limit("began", {
      limit: "grid_operator",
      operatorState: "limited",
      value: 4_200,
      unit: "W",
      startWallMs: START_MS,
      endWallMs: START_MS,
      charge: undefined,
      grid: undefined,
    });
    seconds(61);
    await soon(async () => {
      const answer = await recorder.events(EVER);
      expect(answer.ok && answer.page.rows.map(({ event }) => event)).toContain("limit_began");
    });
    await recorder.stop();
  });

  it("tells of a file that it had to set aside", async () => {
    writeFileSync(join(folder, "history.db"), "no database at all ".repeat(100));
    const { recorder, eventNames } = recorderOn();
    recorder.start();
    await soon(async () => expect(await eventNames()).toEqual(["gateway_started", "history_set_aside"]));
    await recorder.stop();
  });
});

describe("the thread", { timeout: 30_000 }, () => {
  it("answers nothing more after it was closed, and closes at once when it was never used", async () => {
    const thread = threadOn(folder);
    await thread.close();
    expect(existsSync(join(folder, "history.db"))).toBe(false);
    const used = threadOn(folder);
    expect(await used.write({ minutes: [], sessions: [], events: [] }, START_MS)).toMatchObject({ ok: true });
    await used.close();
    await used.close();
    expect(await used.rows("minute", EVER)).toEqual({ ok: false, detail: "the history is closed" });
  });

  it("that dies is a failure for all who wait, and starts anew at the next need", async () => {
    const thread = threadOn(folder);
    const broken = { minutes: [{} as never], sessions: [], events: [] };
    expect(await thread.write(broken, START_MS)).toMatchObject({ ok: false });
    expect(await thread.write({ minutes: [], sessions: [], events: [] }, START_MS)).toMatchObject({
      ok: true,
    });
    await thread.close();
  });

  it("sends away who comes while very many wait", async () => {
    const thread = threadOn(folder);
    await thread.write({ minutes: [], sessions: [], events: [] }, START_MS);
    const answers = await Promise.all(Array.from({ length: 40 }, () => thread.rows("minute", EVER)));
    expect(answers.filter(({ ok }) => ok)).toHaveLength(32);
    await thread.close();
  });
});
