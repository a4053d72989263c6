import { execFileSync } from "node:child_process";
import { describe, expect, it, onTestFinished } from "vitest";
import { createBench } from "../hil/support/bench.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { diskOutage } from "./disk-outage.ts";

/** From now on the kernel refuses the process to write beyond this place of any file (EFBIG); no root is needed for it. */
function limitFiles(processId: number | undefined, bytes: number | "unlimited"): void {
  execFileSync("prlimit", ["--pid", String(processId), `--fsize=${bytes}:`]);
}

describe("a disk on which nothing can be written any more while the car charges", () => {
  it("is told, does not hinder control, and gets all that was kept for it when it can be written again", async () => {
    const stateDir = temporaryFolder();
    const bench = await createBench({ stateDir });
    onTestFinished(() => bench.close());
    const daemon = bench.startDaemon();
    await bench.offers(11, 300);
    const { recorded_s, passed_s } = await diskOutage(bench, daemon, {
      stateDir,
      fail: () => limitFiles(daemon.child.pid, 4_096),
      heal: () => limitFiles(daemon.child.pid, "unlimited"),
    });
    expect(passed_s).toBeGreaterThan(180);
    // Of the passes before the look at them; those after it are recorded too.
    expect(recorded_s).toBeGreaterThanOrEqual(passed_s - 2);
  }, 180_000);
});
