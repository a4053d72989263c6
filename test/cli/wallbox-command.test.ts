import { afterEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import type { SelfTestRecord, WallboxDesk, WallboxService } from "../../src/ports/wallbox-card.ts";
import { serve } from "../api/support/serve.ts";
import { createSimulatedSite, type SimulatedSite } from "../drivers/ocpp/support/simulated-site.ts";
import { typed } from "./support/typed.ts";

let site: SimulatedSite;
afterEach(() => site?.close());

/** The daemon's API in front of the driver and a simulated box, and the program in front of that. */
async function daemon(changed: (wallbox: WallboxService) => WallboxService = (same) => same) {
  site = await createSimulatedSite({
    central: { accounts: [{ identity: "BOX1", password: "right", security: "password" }] },
    wallbox: { security: "password", name: "garage" },
    box: { vendor: "ABB", model: "TAC-W11", password: "right" },
  });
  const { wallbox, centralSystem } = site;
  const desk: WallboxDesk = {
    wallboxes: [changed(wallbox)],
    strangers: () => centralSystem.strangers(),
    certificate: () => undefined,
  };
  const { url } = await serve({}, { clock: site.clock, desk });
  return (...argv: string[]) => typed("wallbox", ...argv, "--url", url);
}

describe("hems-edge wallbox", () => {
  it("show tells what the box is and how it falls back", async () => {
    const type = await daemon();
    await site.until(() => site.wallbox.card().isConnected && site.wallbox.card().vendor === "ABB");
    const { code, out } = await type("show");
    expect(code).toBe(0);
    expect(out).toContain("ABB TAC-W11");
    expect(out).toContain("B: falls to 6 A by itself 600 s after the gateway's last word");
    expect(out).toContain("never made: hems-edge wallbox selftest");
    expect(out).toContain("profile 1: logs in with a password");
    expect(JSON.parse((await type("show", "garage", "--json")).out)).toMatchObject({
      wallboxes: [{ name: "garage", known_as: "ABB Terra AC", dead_man: { variant: "B" } }],
    });
    expect(await type("show", "carport")).toMatchObject({
      code: 1,
      err: "hems-edge: there is no wallbox carport\n",
    });
  });

  it("selftest says what is missing, and the result when there is one", async () => {
    const type = await daemon();
    expect(await type("selftest")).toMatchObject({
      code: 1,
      err: "hems-edge: the wallbox is not connected\n",
    });
    expect((await type("selftest", "--phases")).err).toContain("not known to switch");
    expect((await type("selftest", "carport")).err).toContain("there is garage");
  });

  it.each([
    ["passed", 0],
    ["failed", 1],
  ] as const)("selftest that %s exits with %d", async (outcome, exit) => {
    let record: SelfTestRecord | undefined;
    const type = await daemon((wallbox) => ({
      ...wallbox,
      startSelfTest() {
        record = { atWallMs: 1_700_000_000_000, outcome, fellToA: 6, detail: "so it was" };
        return { ok: true, lastsS: 60 };
      },
      card() {
        const card = wallbox.card();
        return { ...card, deadMan: { ...card.deadMan, selfTest: record } };
      },
    }));
    expect(await type("selftest")).toMatchObject({ code: exit, out: `${outcome}: so it was\n` });
  });

  it("pair lists who was refused and prints what to write for one of them", async () => {
    const type = await daemon();
    expect((await type("pair")).out).toBe("nobody unknown dialled since the daemon started\n");
    await fetchUpgrade(site.port, "NEW-BOX");
    expect((await type("pair")).out).toMatch(/^NEW-BOX +\S+ +is in no entry of the config; 1 times/);
    const { out } = await type("pair", "NEW-BOX");
    expect(parse(out)).toMatchObject({ wallbox: { identity: "NEW-BOX", phases: 3 } });
    expect(await type("pair", "garage")).toMatchObject({ code: 0 });
  });

  it("key gives the box a new password and prints it", async () => {
    const type = await daemon();
    await site.until(() => site.wallbox.card().isConnected && site.wallbox.card().vendor === "ABB");
    const { code, out } = await type("key", "--json");
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual({ key: expect.stringMatching(/^[0-9a-f]{40}$/) });
    site.box.cutLink();
    await site.until(() => !site.wallbox.card().isConnected);
    expect((await type("key")).err).toBe("hems-edge: the wallbox is not connected\n");
    site.box.restoreLink();
    await site.until(() => site.wallbox.card().isConnected);
  });

  it("names its parts when it is given none of them", async () => {
    expect(await typed("wallbox", "shwo")).toMatchObject({
      code: 2,
      err: "hems-edge wallbox: there is no shwo, did you mean show?\n",
    });
  });
});

async function fetchUpgrade(port: number, identity: string): Promise<void> {
  const { WebSocket } = await import("ws");
  const socket = new WebSocket(`ws://127.0.0.1:${port}/${identity}`, ["ocpp1.6"]);
  await new Promise((resolve) => socket.once("error", resolve));
}
