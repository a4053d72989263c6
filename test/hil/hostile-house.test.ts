import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { type Bench, whileCharging } from "./support/bench.ts";

const GARBAGE: readonly Buffer[] = [
  randomBytes(4_096),
  Buffer.alloc(70_000, 0xff),
  Buffer.from("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: -1\r\n\r\n"),
  Buffer.from(`GET /${"x".repeat(40_000)} HTTP/1.1\r\n\r\n`),
  Buffer.from("GET /SIM-WALLBOX-1 HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"),
  Buffer.from("\u0000\u0001\u0000\u0000\u0000\u0003\u0001\u0003\u00ff"),
  Buffer.from([0x20, 0x02, 0x00, 0x00, 0x30, 0xff, 0xff, 0xff, 0xff]),
];

/** Sends one after the other, each on a connection of its own. */
async function pelt(port: number): Promise<void> {
  for (const bytes of GARBAGE) {
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => socket.destroy());
    socket.end(bytes);
    socket.resume();
    await new Promise((resolve) => socket.once("close", resolve));
  }
}

/** In the place of a device: answers whatever it is sent with garbage. */
async function createLunatic({ host, port }: { readonly host: string; readonly port: number }) {
  const sockets = new Set<Socket>();
  let answers = 0;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("data", () => socket.write(GARBAGE[answers++ % GARBAGE.length] ?? ""));
  });
  server.listen(port, host);
  await once(server, "listening");
  return {
    answers: () => answers,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

type Lunatic = Awaited<ReturnType<typeof createLunatic>>;

const isSteering = (bench: Bench) => async () => (await bench.state())?.state.reason === "following_surplus";

describe("a house that is out of its mind", { timeout: 90_000 }, () => {
  it(
    "does not disturb the charge by garbage at the daemon's own ports",
    whileCharging(async (bench, daemon) => {
      const before = bench.history.mark();
      await Promise.all([pelt(bench.ports.page), pelt(bench.ports.ocpp)]);
      await bench.pass(30);
      await bench.within(120, isSteering(bench));
      expect(bench.history.lowestSinceA(before)).toBeGreaterThanOrEqual(6);
      expect(bench.history.highestSinceA(before)).toBe(11);
      expect(daemon.isRunning).toBe(true);
    }),
  );

  it(
    "never raises the current while everything that is asked answers with garbage, and recovers",
    whileCharging(async (bench, daemon) => {
      const before = bench.history.mark();
      const peers = ["inverter", "meter", "partner", "broker"] as const;
      const lunatics: Lunatic[] = [];
      for (const peer of peers) {
        await bench.site.pull(peer);
        lunatics.push(await createLunatic(bench.site[peer].address()));
      }
      await bench.offers(0, 150);
      await bench.within(200, () => lunatics.every((lunatic) => lunatic.answers() > 0));
      expect(bench.history.highestSinceA(before)).toBe(11);
      expect(daemon.isRunning).toBe(true);

      for (const lunatic of lunatics) await lunatic.close();
      for (const peer of peers) await bench.site.plug(peer);
      await bench.offers(11, 500);
      await bench.within(1_000, async () => {
        const state = await bench.state();
        return state?.partner?.is_online === true && state.mqtt?.is_connected === true;
      });
    }),
  );

  it(
    "keeps charging by the last good settings while the Partner API takes requests and never answers",
    whileCharging(async (bench) => {
      const before = bench.history.mark();
      bench.site.partner.inject({ kind: "silent" });
      await bench.within(300, async () => (await bench.state())?.partner?.is_online === false);
      expect(bench.history.lowestSinceA(before)).toBeGreaterThanOrEqual(6);
      expect(bench.history.highestSinceA(before)).toBe(11);
      bench.site.partner.heal();
      bench.site.partner.setMode("none");
      await bench.offers(16, 1_000);
    }),
  );

  it(
    "ends with 0 and in time although nobody answers any more",
    whileCharging(async (bench, daemon) => {
      bench.site.partner.inject({ kind: "silent" });
      bench.wallbox.cutLink("silently");
      await bench.pass(60);
      expect(await daemon.end("SIGTERM")).toEqual({ code: 0, signal: null });
    }),
  );
});
