import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { PEER_NAMES } from "../../simulator/site.ts";
import { onBench } from "./support/bench.ts";
import { spawnProgram } from "./support/daemon-process.ts";

describe("a start where something is wrong", { timeout: 90_000 }, () => {
  it(
    "waits for no device: page and API answer, and it charges once the devices appear",
    onBench({}, async (bench) => {
      for (const peer of PEER_NAMES) await bench.site.pull(peer);
      const daemon = bench.startDaemon();
      await bench.says("wallbox_disconnected", 120);
      const page = await fetch(`http://127.0.0.1:${bench.ports.page}/`);
      expect(page.status).toBe(200);
      expect(await page.text()).toContain("<html");

      for (const peer of PEER_NAMES) await bench.site.plug(peer);
      await bench.offers(11, 500);
      await bench.within(400, async () => {
        const state = await bench.state();
        return state?.partner?.is_online === true && state.mqtt?.is_connected === true;
      });
      expect(daemon.isRunning).toBe(true);
    }),
  );

  it(
    "charges while another program has the page's port, and shows the page when the port is free",
    onBench({}, async (bench) => {
      const other = createServer((socket) => socket.destroy()).listen(bench.ports.page, "127.0.0.1");
      await once(other, "listening");
      const daemon = bench.startDaemon();
      await bench.offers(11, 300);
      expect(daemon.messages()).toContain("page cannot be shown");
      expect(await bench.state()).toBeUndefined();
      other.close();
      await once(other, "close");
      await bench.within(90, async () => (await bench.state()) !== undefined);
    }),
  );

  it(
    "refuses a config with mistakes by exit code 78 and names them all",
    onBench({}, async (bench) => {
      writeFileSync(bench.configPath, "site: {main_fuse_a: 5, pv_peak_w: 10000}\nwallbox: {identitty: X}\n");
      const daemon = bench.startDaemon();
      expect(await daemon.ended).toEqual({ code: 78, signal: null });
      for (const path of ["site.main_fuse_a", "wallbox.identitty", "wallbox.phases"]) {
        expect(daemon.errorText()).toContain(path);
      }
    }),
  );

  it("refuses a config that does not exist by exit code 78", async () => {
    const daemon = spawnProgram(["run", "--config", "/nowhere/config.yaml"]);
    expect(await daemon.ended).toEqual({ code: 78, signal: null });
    expect(daemon.errorText()).toContain("/nowhere/config.yaml");
  });
});
