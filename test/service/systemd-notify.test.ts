import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import type { TickReport } from "../../src/core/tick-report.ts";
import { createSystemdNotifier } from "../../src/service/systemd-notify.ts";
import { eventually } from "../support/eventually.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { silentLog } from "../support/silent-log.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

let folder = "";
beforeEach(() => {
  folder = temporaryFolder();
});

/** A `systemd-notify` on PATH that writes down the socket it was given and its words, one call a line. */
function installFake(
  script = 'printf "%s" "$NOTIFY_SOCKET" >> "$LOG"; for word; do printf "|%s" "$word" >> "$LOG"; done; echo >> "$LOG"',
) {
  const path = join(folder, "systemd-notify");
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
}

function calls(): readonly string[] {
  const path = join(folder, "calls");
  return existsSync(path) ? readFileSync(path, "utf8").trimEnd().split("\n") : [];
}

function start(extra: NodeJS.ProcessEnv = { WATCHDOG_USEC: "30000000" }) {
  const clock = createManualClock();
  const environment: NodeJS.ProcessEnv = {
    PATH: `${folder}:/usr/bin:/bin`,
    LOG: join(folder, "calls"),
    NOTIFY_SOCKET: "/run/test-socket",
    ...extra,
  };
  const notifier = createSystemdNotifier(
    { longestPassMs: 15_000 },
    { environment, processId: 42, clock, log: silentLog },
  );
  return { clock, environment, notifier };
}

function report(text: string): TickReport {
  return { setpointA: 6, reason: { code: "following_surplus", text } } as TickReport;
}

describe("under systemd", () => {
  it("the first pass makes the service ready, with the reason as its status", async () => {
    installFake();
    const { notifier } = start();
    notifier.report(report("follows\nthe sun"));
    notifier.report(report("follows the sun"));
    await eventually(() => calls().length === 1);
    expect(calls()).toEqual(["/run/test-socket|READY=1|STATUS=6 A: follows the sun"]);
  });

  it("nothing is said before a pass was completed", async () => {
    installFake();
    const { clock } = start();
    await clock.advance(120_000);
    expect(calls()).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });

  it("the watchdog is pinged each third of its period while passes complete, and no longer", async () => {
    installFake();
    const { clock, notifier } = start();
    notifier.report(report("a"));
    await eventually(() => calls().length === 1);
    await clock.advance(10_000);
    await eventually(() => calls().length === 2);
    notifier.report(report("a"));
    await clock.advance(10_000);
    await eventually(() => calls().length === 3);
    // The last pass is 10 s old; at the next beat it is 20 s old, beyond the longest pass.
    await clock.advance(60_000);
    notifier.report(report("a"));
    await clock.advance(10_000);
    await eventually(() => calls().length === 4);
    expect(calls().slice(1)).toEqual(Array(3).fill("/run/test-socket|WATCHDOG=1"));
  });

  it("the status follows the reason, at most once in ten seconds", async () => {
    installFake();
    const { clock, notifier } = start({});
    notifier.report(report("one"));
    await eventually(() => calls().length === 1);
    for (const text of ["two", "three", "four"]) {
      await clock.advance(1_000);
      notifier.report(report(text));
    }
    expect(calls()).toHaveLength(1);
    await clock.advance(7_000);
    await eventually(() => calls().length === 2);
    expect(calls()[1]).toBe("/run/test-socket|STATUS=6 A: four");
  });

  it("a reload is said when it begins, with its time, and when it is over", async () => {
    installFake();
    const { notifier } = start();
    notifier.report(report("a"));
    await eventually(() => calls().length === 1);
    notifier.reloading();
    await eventually(() => calls().length === 2);
    expect(calls()[1]).toMatch(/\|RELOADING=1\|MONOTONIC_USEC=\d{6,}$/);
    notifier.reloaded();
    await eventually(() => calls().length === 3);
    expect(calls()[2]).toBe("/run/test-socket|READY=1");
  });

  it("a reload before the first pass does not make the service ready", async () => {
    installFake();
    const { notifier } = start();
    notifier.reloading();
    notifier.reloaded();
    await notifier.stopping();
    expect(calls()).toEqual(["/run/test-socket|STOPPING=1"]);
  });

  it("stopping is said, and nothing after it", async () => {
    installFake();
    const { clock, notifier } = start();
    notifier.report(report("a"));
    await notifier.stopping();
    notifier.report(report("b"));
    await clock.advance(60_000);
    expect(calls().at(-1)).toBe("/run/test-socket|STOPPING=1");
    expect(calls().filter((line) => line.includes("WATCHDOG"))).toEqual([]);
  });

  it("other children do not inherit the socket or the watchdog", () => {
    installFake();
    const { environment } = start({ WATCHDOG_USEC: "30000000", WATCHDOG_PID: "42" });
    expect(Object.keys(environment).sort()).toEqual(["LOG", "PATH"]);
  });

  it("a watchdog that waits for another process gets no ping", async () => {
    installFake();
    const { clock, notifier } = start({ WATCHDOG_USEC: "30000000", WATCHDOG_PID: "43" });
    notifier.report(report("a"));
    await eventually(() => calls().length === 1);
    await clock.advance(10_000);
    notifier.report(report("b"));
    await clock.advance(10_000);
    await eventually(() => calls().length === 2);
    expect(calls()[1]).not.toContain("WATCHDOG");
  });
});

describe("without what it needs", () => {
  it("no socket means nothing to do", async () => {
    installFake();
    const { clock, notifier } = start({ NOTIFY_SOCKET: "" });
    notifier.report(report("a"));
    await notifier.stopping();
    expect(clock.pendingTimers).toBe(0);
    expect(calls()).toEqual([]);
  });

  it("a missing program is no reason to stop", async () => {
    const { notifier } = start({ PATH: folder });
    notifier.report(report("a"));
    await notifier.stopping();
    expect(calls()).toEqual([]);
  });

  it("a program that hangs does not hold up the stop, and is ended", async () => {
    installFake('echo "$$" >> "$LOG"; exec sleep 600');
    const { clock, notifier } = start();
    notifier.report(report("a"));
    await eventually(() => calls().length === 1);
    const stopped = notifier.stopping();
    await clock.advance(2_000);
    await stopped;
    await clock.advance(3_000);
    const processId = Number(calls()[0]);
    await eventually(() => !isRunning(processId));
    // The message that waited behind it is sent by a second one, which is ended the same way.
    await eventually(() => calls().length === 2);
    await clock.advance(5_000);
    await eventually(() => !isRunning(Number(calls()[1])));
  });
});

function isRunning(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch {
    return false;
  }
}
