import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";
import { type CallOutcome, createOcppLink, type OcppLink } from "../../../simulator/wallbox/ocpp-link.ts";
import { result } from "../../../simulator/wallbox/rpc-answer.ts";
import { eventually } from "../../support/eventually.ts";
import { createManualClock, type ManualClock } from "../../support/manual-clock.ts";

let clock: ManualClock;
let server: WebSocketServer;
let sockets: WebSocket[];
let requests: { url: string | undefined; authorization: string | undefined }[];
let frames: unknown[];
let link: OcppLink;
let closes: number;
let isRefusing: boolean;

beforeEach(async () => {
  clock = createManualClock();
  isRefusing = false;
  server = new WebSocketServer({ port: 0, host: "127.0.0.1", verifyClient: () => !isRefusing });
  sockets = [];
  requests = [];
  frames = [];
  closes = 0;
  server.on("connection", (socket, request) => {
    sockets.push(socket);
    requests.push({ url: request.url, authorization: request.headers.authorization });
    socket.on("message", (data) => frames.push(JSON.parse(String(data))));
  });
  await once(server, "listening");
  link = createOcppLink(
    {
      url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/ocpp`,
      identity: "WB 1/ä",
      password: () => "pa:ss",
      callTimeoutMs: 30_000,
    },
    {
      onOpen() {},
      onClose: () => closes++,
      onCall: (action, payload) => result({ action, payload }),
    },
    { clock },
  );
  link.up();
  await eventually(() => link.isOpen);
});

afterEach(async () => {
  link.down();
  for (const socket of server.clients) socket.terminate();
  server.close();
  await once(server, "close");
});

async function say(frame: unknown): Promise<void> {
  sockets.at(-1)?.send(typeof frame === "string" ? frame : JSON.stringify(frame));
}

/** Says `frame`, then waits until an ordinary call has been answered after it. */
async function survives(frame: unknown): Promise<void> {
  await say(frame);
  const id = `probe-${frames.length}`;
  await say([2, id, "Probe", {}]);
  await eventually(() => frames.some((answer) => Array.isArray(answer) && answer[1] === id));
}

describe("the wallbox's end of OCPP-J", () => {
  it("dials with its identity and password", () => {
    expect(requests).toEqual([
      {
        url: `/ocpp/${encodeURIComponent("WB 1/ä")}`,
        authorization: `Basic ${Buffer.from("WB 1/ä:pa:ss").toString("base64")}`,
      },
    ]);
  });

  it("has one call outstanding at a time", async () => {
    const outcomes: CallOutcome[] = [];
    for (const action of ["First", "Second"])
      void link.call(action, {}).then((outcome) => outcomes.push(outcome));
    await eventually(() => frames.length === 1);
    expect(frames[0]).toEqual([2, "1", "First", {}]);
    await say([3, "1", { status: "Accepted" }]);
    await eventually(() => frames.length === 2);
    await say([4, "2", "InternalError", "", {}]);
    await eventually(() => outcomes.length === 2);
    expect(outcomes).toEqual([
      { kind: "result", payload: { status: "Accepted" } },
      { kind: "error", code: "InternalError" },
    ]);
  });

  it("gives a call up after its timeout, forgets the late answer, and goes on with the next", async () => {
    const first = link.call("First", {});
    const second = link.call("Second", {});
    await clock.advance(30_000);
    link.tick();
    expect(await first).toEqual({ kind: "timeout" });
    await say([3, "1", { late: true }]);
    await say([3, "2", { late: false }]);
    expect(await second).toEqual({ kind: "result", payload: { late: false } });
  });

  it("fails what waits at once when the connection breaks, and says nothing while it is down", async () => {
    const waiting = [link.call("First", {}), link.call("Second", {})];
    await eventually(() => frames.length === 1);
    sockets[0]?.terminate();
    expect(await Promise.all(waiting)).toEqual([{ kind: "disconnected" }, { kind: "disconnected" }]);
    expect(closes).toBe(1);
    expect(await link.call("Third", {})).toEqual({ kind: "disconnected" });
  });

  it("dials again with growing pauses, on its own clock", async () => {
    isRefusing = true;
    sockets[0]?.terminate();
    await eventually(() => !link.isOpen);
    const pausesS: number[] = [];
    let pauseS = 0;
    while (pausesS.length < 7) {
      await clock.advance(1_000);
      pauseS += 1;
      link.tick();
      if (!link.isDialling) continue;
      await eventually(() => !link.isDialling);
      pausesS.push(pauseS);
      pauseS = 0;
    }
    expect(pausesS).toEqual([1, 2, 4, 8, 16, 30, 30]);
    isRefusing = false;
    await clock.advance(30_000);
    link.tick();
    await eventually(() => link.isOpen);
  });

  it("gives up a dial that gets no answer", async () => {
    link.down();
    const silent = createServer((socket) => socket.on("error", () => {}).resume());
    silent.listen(0, "127.0.0.1");
    await once(silent, "listening");
    const toNowhere = createOcppLink(
      {
        url: `ws://127.0.0.1:${(silent.address() as AddressInfo).port}`,
        identity: "WB",
        password: () => undefined,
        callTimeoutMs: 30_000,
      },
      { onOpen() {}, onClose() {}, onCall: () => result({}) },
      { clock },
    );
    toNowhere.up();
    await clock.advance(29_999);
    toNowhere.tick();
    expect(toNowhere.isDialling).toBe(true);
    await clock.advance(1);
    toNowhere.tick();
    expect(toNowhere.isDialling).toBe(false);
    toNowhere.down();
    silent.close();
    await once(silent, "close");
  });

  it("does not dial while the network is down", async () => {
    link.down();
    expect(closes).toBe(1);
    await clock.advance(60_000);
    link.tick();
    await clock.advance(60_000);
    expect(sockets).toHaveLength(1);
  });

  it.each([
    "",
    "not json",
    "null",
    "{}",
    "[]",
    "[2]",
    '[2,"1"]',
    '[2,"1",{"toString":1},{}]',
    '[2,{"toString":1},"Heartbeat",null]',
    '[2,1,"Heartbeat",null]',
    '[2,"1","__proto__",{}]',
    '[2,"1","constructor"]',
    '[3,"999",{}]',
    "[3]",
    '[4,"999",{"toString":1}]',
    '[9,"1"]',
    '["2","1","Heartbeat",{}]',
  ])("survives %s", async (frame) => {
    await survives(frame);
  });

  it("survives anything that is JSON", async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), fc.integer({ min: 0, max: 5 }), async (value, type) => {
        await survives([type, value, value, value]);
        await survives(value);
      }),
      { numRuns: 40 },
    );
  });
});
