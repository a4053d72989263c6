import { EventEmitter } from "node:events";
import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { installProcessGuard, type ProcessGuardOptions } from "../../src/service/process-guard.ts";
import { createManualClock, settle } from "../support/manual-clock.ts";

function guard(options: ProcessGuardOptions) {
  const clock = createManualClock();
  const codes: number[] = [];
  const lines: { level: number; msg: string; err?: { stack: string } }[] = [];
  const host = Object.assign(new EventEmitter(), { exit: (code: number) => void codes.push(code) });
  const log = pino({ base: null }, { write: (line) => void lines.push(JSON.parse(line)) });
  const remove = installProcessGuard(options, { clock, log, host });
  return { clock, codes, lines, host, remove };
}

const never = () => new Promise<void>(() => {});

describe("a signal to stop", () => {
  it.each(["SIGTERM", "SIGINT"])("%s stops in order and exits 0", async (signal) => {
    let stops = 0;
    const { host, codes, clock } = guard({
      stop: async () => {
        stops++;
      },
    });
    host.emit(signal, signal);
    await settle();
    expect([stops, codes]).toEqual([1, [0]]);
    expect(clock.pendingTimers).toBe(0);
  });

  it("exits 1 when stopping takes longer than its bound", async () => {
    const { host, codes, clock } = guard({ stop: never, stopTimeoutMs: 8_000 });
    host.emit("SIGTERM", "SIGTERM");
    await clock.advance(7_999);
    expect(codes).toEqual([]);
    await clock.advance(1);
    expect(codes).toEqual([1]);
  });

  it("given twice exits at once", async () => {
    const { host, codes } = guard({ stop: never });
    host.emit("SIGINT", "SIGINT");
    host.emit("SIGINT", "SIGINT");
    expect(codes).toEqual([1]);
  });

  it("whose stop fails is a defect", async () => {
    const { host, codes, lines } = guard({ stop: () => Promise.reject(new Error("stuck")) });
    host.emit("SIGTERM", "SIGTERM");
    await settle();
    expect(codes).toEqual([1]);
    expect(lines.at(-1)).toMatchObject({ level: 60 });
  });
});

describe("SIGHUP", () => {
  it("asks for a reload, and without one is ignored", () => {
    let reloads = 0;
    const { host } = guard({ stop: never, reload: () => reloads++ });
    host.emit("SIGHUP", "SIGHUP");
    expect(reloads).toBe(1);
    const bare = guard({ stop: never });
    bare.host.emit("SIGHUP", "SIGHUP");
    expect(bare.codes).toEqual([]);
  });
});

describe("an error that nobody caught", () => {
  it.each(["uncaughtException", "unhandledRejection"])("%s is one fatal line and exit 1", (event) => {
    const { host, codes, lines } = guard({ stop: never });
    host.emit(event, new Error("boom"));
    expect(codes).toEqual([1]);
    expect(lines).toMatchObject([{ level: 60, msg: "defect: uncaught error" }]);
    expect(lines[0]?.err?.stack).toContain("boom");
  });

  it("may be anything, even nothing", () => {
    const { host, codes } = guard({ stop: never });
    host.emit("unhandledRejection", undefined);
    expect(codes).toEqual([1]);
  });
});

it("the guard can be taken off", () => {
  const { host, codes, remove } = guard({ stop: never });
  remove();
  host.emit("SIGTERM", "SIGTERM");
  expect(host.eventNames()).toEqual([]);
  expect(codes).toEqual([]);
});
