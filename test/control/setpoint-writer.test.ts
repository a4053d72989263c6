import { describe, expect, it } from "vitest";
import { createSetpointWriter } from "../../src/control/setpoint-writer.ts";
import type { ApplyResult } from "../../src/ports/wallbox.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { silentLog } from "../support/silent-log.ts";
import { createFakeWallbox, SILENT } from "./support/fakes.ts";

function setUp() {
  const clock = createManualClock();
  const wallbox = createFakeWallbox(clock);
  wallbox.heldA = 10;
  const writer = createSetpointWriter({ clock, wallbox, log: silentLog });
  const write = (currentA: number, isUrgent = false) => writer.write({ currentA, phases: 1, isUrgent });
  return { clock, wallbox, writer, write };
}

describe("the time of the last change", () => {
  it("is none while the box is only told what it holds already", async () => {
    const { clock, writer, write } = setUp();
    expect(writer.lastWriteMs()).toBeUndefined();
    for (let pass = 0; pass < 3; pass++) {
      write(10);
      await clock.advance(1_000);
    }
    expect(writer.lastWriteMs()).toBeUndefined();
  });

  it("is now while a change is on its way, then the time at which the box took it", async () => {
    const { clock, wallbox, writer, write } = setUp();
    write(10);
    await clock.advance(1_000);
    wallbox.answerMs = 3_000;
    write(12);
    const sentMs = clock.monotonicMs();
    expect(writer.lastWriteMs()).toBe(sentMs);
    await clock.advance(2_000);
    expect(writer.lastWriteMs()).toBe(sentMs + 2_000);
    await clock.advance(8_000);
    expect(writer.lastWriteMs()).toBe(sentMs + 3_000);
  });

  it("is the time at which a box that holds the command already says so", async () => {
    const { clock, wallbox, writer, write } = setUp();
    write(10);
    await clock.advance(1_000);
    wallbox.heldA = 12;
    write(12);
    await clock.advance(5_000);
    expect(writer.lastWriteMs()).toBe(clock.monotonicMs() - 5_000);
  });

  it.each<[string, ApplyResult]>([
    ["failed", { kind: "failed", fault: SILENT }],
    ["deferred", { kind: "deferred", because: "write_budget" }],
  ])("is now while the change is %s, but no longer than 30 s", async (_case, answer) => {
    const { clock, wallbox, writer, write } = setUp();
    write(10);
    await clock.advance(1_000);
    wallbox.answer = answer;
    write(12);
    const sentMs = clock.monotonicMs();
    for (let pass = 0; pass < 40; pass++) {
      await clock.advance(1_000);
      write(12);
      expect(writer.lastWriteMs()).toBe(Math.min(clock.monotonicMs(), sentMs + 30_000));
    }
    await clock.advance(0);
    wallbox.answer = undefined;
    write(12);
    await clock.advance(1_000);
    expect(writer.lastWriteMs()).toBe(clock.monotonicMs() - 1_000);
  });

  it("is not told by the answer to an older command", async () => {
    const { clock, wallbox, writer, write } = setUp();
    write(10);
    await clock.advance(1_000);
    wallbox.answerMs = 3_000;
    write(12);
    await clock.advance(1_000);
    write(8);
    await clock.advance(1_000);
    write(12);
    const sentMs = clock.monotonicMs();
    await clock.advance(2_000);
    expect(writer.lastWriteMs()).toBe(sentMs + 2_000);
    await clock.advance(5_000);
    expect(writer.lastWriteMs()).toBe(sentMs + 3_000);
  });

  it("is forgotten with the box, and so is what it was told", async () => {
    const { clock, wallbox, writer, write } = setUp();
    write(10);
    await clock.advance(1_000);
    wallbox.answerMs = 3_000;
    write(12);
    writer.forget();
    expect(writer.lastWriteMs()).toBeUndefined();
    await clock.advance(5_000);
    expect(writer.lastWriteMs()).toBeUndefined();
    write(6);
    expect(writer.lastWriteMs()).toBe(clock.monotonicMs());
  });

  it("is that of the first command too where the box did not hold it", async () => {
    const { clock, writer, write } = setUp();
    write(7);
    const sentMs = clock.monotonicMs();
    expect(writer.lastWriteMs()).toBe(sentMs);
    await clock.advance(5_000);
    write(7);
    await clock.advance(1_000);
    expect(writer.lastWriteMs()).toBe(sentMs);
  });
});

describe("writing", () => {
  it("asks again on each pass, but not while the box still answers", async () => {
    const { clock, wallbox, write } = setUp();
    wallbox.answerMs = 2_500;
    for (let pass = 0; pass < 6; pass++) {
      write(12);
      await clock.advance(1_000);
    }
    expect(wallbox.commands).toHaveLength(2);
  });

  it("hands a change over at once, even while the box still answers", async () => {
    const { clock, wallbox, write } = setUp();
    wallbox.answerMs = 60_000;
    write(12);
    await clock.advance(1_000);
    write(0, true);
    expect(wallbox.commands.map(({ currentA }) => currentA)).toEqual([12, 0]);
  });

  it("keeps a change urgent until the box holds it", async () => {
    const { clock, wallbox, write } = setUp();
    write(10);
    await clock.advance(1_000);
    wallbox.answer = { kind: "failed", fault: SILENT };
    for (let pass = 0; pass < 3; pass++) {
      write(6, pass === 0);
      await clock.advance(1_000);
    }
    wallbox.answer = undefined;
    for (let pass = 0; pass < 2; pass++) {
      write(6);
      await clock.advance(1_000);
    }
    expect(wallbox.commands.map(({ isUrgent }) => isUrgent)).toEqual([false, true, true, true, true, false]);
  });

  it("logs a failure once and the recovery once", async () => {
    const clock = createManualClock();
    const wallbox = createFakeWallbox(clock);
    const lines: string[] = [];
    const log = { warn: () => lines.push("warn"), info: () => lines.push("info") };
    const writer = createSetpointWriter({ clock, wallbox, log: log as never });
    const answers: (ApplyResult | undefined)[] = [
      { kind: "unchanged" },
      { kind: "failed", fault: SILENT },
      { kind: "failed", fault: SILENT },
      { kind: "deferred", because: "busy" },
      { kind: "failed", fault: SILENT },
      { kind: "written" },
      { kind: "written" },
    ];
    for (const answer of answers) {
      wallbox.answer = answer;
      writer.write({ currentA: 10, phases: 1, isUrgent: false });
      await clock.advance(1_000);
    }
    expect(lines).toEqual(["warn", "info"]);
  });
});
