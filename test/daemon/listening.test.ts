import { describe, expect, it } from "vitest";
import { createListening } from "../../src/daemon/listening.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { silentLog } from "../support/silent-log.ts";

/** Ports that open when `isFree` says so. */
function ports(isFree: { ocpp: boolean; page: boolean }) {
  const clock = createManualClock();
  const tries = { ocpp: 0, page: 0 };
  const listening = createListening({
    clock,
    log: silentLog,
    centralSystem: {
      async start() {
        tries.ocpp++;
        return isFree.ocpp
          ? { ok: true, port: 8_887 }
          : { ok: false, fault: { kind: "refused", detail: "taken", code: undefined } };
      },
    },
    api: {
      async start() {
        tries.page++;
        return isFree.page
          ? { ok: true, url: "http://127.0.0.1:8090/", port: 8_090 }
          : { ok: false, detail: "cannot listen on 127.0.0.1 port 8090" };
      },
    },
  });
  return { clock, tries, listening };
}

describe("the daemon's two ports", () => {
  it("are open after the start where they are free, and are not opened twice", async () => {
    const { clock, tries, listening } = ports({ ocpp: true, page: true });
    await listening.open();
    expect([listening.ocppPort(), listening.pageUrl()]).toEqual([8_887, "http://127.0.0.1:8090/"]);
    await clock.advance(120_000);
    expect(tries).toEqual({ ocpp: 1, page: 1 });
  });

  it("are tried again every 30 s, each for itself, until they are free", async () => {
    const isFree = { ocpp: false, page: true };
    const { clock, tries, listening } = ports(isFree);
    await listening.open();
    expect(listening.ocppPort()).toBeUndefined();
    await clock.advance(29_999);
    expect(tries).toEqual({ ocpp: 1, page: 1 });
    await clock.advance(1);
    expect(tries).toEqual({ ocpp: 2, page: 1 });
    isFree.ocpp = true;
    await clock.advance(30_000);
    expect(listening.ocppPort()).toBe(8_887);
    await clock.advance(120_000);
    expect(tries).toEqual({ ocpp: 3, page: 1 });
  });

  it("are not opened after the daemon was told to stop", async () => {
    const isFree = { ocpp: false, page: false };
    const { clock, tries, listening } = ports(isFree);
    await listening.open();
    listening.stopTrying();
    isFree.ocpp = true;
    isFree.page = true;
    await clock.advance(120_000);
    expect(tries).toEqual({ ocpp: 1, page: 1 });
    expect(clock.pendingTimers).toBe(0);
  });
});
