import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { eventually } from "../../support/eventually.ts";
import { settle } from "../../support/manual-clock.ts";
import {
  connectRaw,
  type FrameOptions,
  frame,
  type RawPeer,
  upgradeRaw,
  upgradeRequest,
} from "./support/raw-peer.ts";
import type { ScriptedBox } from "./support/scripted-box.ts";
import { createTestSite, type TestSite } from "./support/test-site.ts";

/** Every test ends with the correct peer, on another account, still being served. */
let site: TestSite;
let correct: ScriptedBox;

beforeEach(async () => {
  site = await createTestSite({
    central: {
      accounts: [{ identity: "BOX1" }, { identity: "EVIL" }, { identity: "LOCKED", password: "hunter2" }],
    },
  });
  for (const identity of ["EVIL", "LOCKED"]) {
    site.centralSystem.register(identity, { onConnected() {}, onDisconnected() {}, onCall: () => ({}) });
  }
  correct = await site.dial();
});

afterEach(async () => {
  await settle(10);
  expect(await correct.call("Heartbeat")).toHaveProperty("currentTime");
  await site.close();
});

const rpc = (...message: unknown[]) => frame(JSON.stringify(message));

describe("a request that is no good handshake", () => {
  it.each([
    ["a percent sign alone", upgradeRequest("/%"), 400],
    ["half a UTF-8 sequence", upgradeRequest("/%E0%A4%A"), 400],
    ["an overlong path", upgradeRequest(`/${"a/".repeat(4_000)}`), 404],
    ["an unknown identity", upgradeRequest("/NOBODY"), 404],
    ["no identity", upgradeRequest("/"), 404],
    ["a name of every object", upgradeRequest("/__proto__"), 404],
    ["a null byte", upgradeRequest("/EVIL%00"), 404],
    ["no subprotocol", upgradeRequest("/EVIL", { "Sec-WebSocket-Protocol": undefined }), 400],
    ["another subprotocol", upgradeRequest("/EVIL", { "Sec-WebSocket-Protocol": "ocpp2.0" }), 400],
    ["the subprotocol in capitals", upgradeRequest("/EVIL", { "Sec-WebSocket-Protocol": "OCPP1.6" }), 400],
    ["no key", upgradeRequest("/EVIL", { "Sec-WebSocket-Key": undefined }), 400],
    ["an unknown version", upgradeRequest("/EVIL", { "Sec-WebSocket-Version": "99" }), 400],
    ["another upgrade", upgradeRequest("/EVIL", { Upgrade: "h2c" }), 400],
    ["no password", upgradeRequest("/LOCKED"), 401],
    ["a wrong password", upgradeRequest("/LOCKED", { Authorization: basic("LOCKED:guess") }), 401],
    ["another user's name", upgradeRequest("/LOCKED", { Authorization: basic("BOX1:hunter2") }), 401],
    ["a broken authorization", upgradeRequest("/LOCKED", { Authorization: "Basic ////====:" }), 401],
    ["a plain GET", "GET /EVIL HTTP/1.1\r\nHost: x\r\n\r\n", 426],
    ["a POST", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", 426],
  ])("%s is refused", async (_what, request, status) => {
    const peer = await connectRaw(site.port);
    peer.write(request);
    await eventually(() => peer.isClosed);
    expect(peer.text).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  });

  it.each([
    ["no HTTP", Buffer.from([0, 1, 2, 3, 0xff, 0xfe, 13, 10, 13, 10])],
    ["a TLS hello", Buffer.from("16030100c8010000c40303", "hex")],
    ["an endless header", `GET / HTTP/1.1\r\nX: ${"x".repeat(100_000)}`],
    ["CONNECT", "CONNECT evil:443 HTTP/1.1\r\nHost: evil\r\n\r\n"],
  ])("%s is cut", async (_what, data) => {
    const peer = await connectRaw(site.port);
    peer.write(data);
    await eventually(() => peer.isClosed);
  });

  it.each(["/LOCKED", "/EVIL", "/%"])(
    "a reset in the middle of the handshake to %s harms nobody",
    async (path) => {
      for (let attempt = 0; attempt < 10; attempt++) {
        const peer = await connectRaw(site.port);
        peer.write(upgradeRequest(path));
        peer.reset();
      }
      await settle(20);
    },
  );

  it("an unknown identity is logged once", async () => {
    for (let attempt = 0; attempt < 5; attempt++) {
      const peer = await connectRaw(site.port);
      peer.write(upgradeRequest("/NOBODY"));
      await eventually(() => peer.isClosed);
    }
    expect(site.logged.filter((line) => line.msg === "wallbox refused")).toHaveLength(1);
    expect(site.centralSystem.counters().refusals).toBe(5);
  });
});

describe("a handshake that is odd but right", () => {
  it.each([
    ["a trailing slash", "/EVIL/"],
    ["a query", "/EVIL?token=1"],
    ["leading parts", "/ocpp/1.6/EVIL"],
    ["a serial number appended", "/EVIL/SN-0001"],
    ["percent-encoding", "/%45VIL"],
    ["doubled slashes", "//ocpp//EVIL"],
  ])("%s is accepted", async (_what, path) => {
    const peer = await connectRaw(site.port);
    peer.write(upgradeRequest(path));
    await eventually(() => peer.text.includes("\r\n\r\n"));
    expect(peer.text).toMatch(/^HTTP\/1.1 101 /);
    expect(peer.text).toMatch(/sec-websocket-protocol: ocpp1\.6/i);
    peer.reset();
  });

  it("several subprotocols with spaces are read", async () => {
    const peer = await connectRaw(site.port);
    peer.write(upgradeRequest("/EVIL", { "Sec-WebSocket-Protocol": "ocpp2.0.1 , ocpp1.6" }));
    await eventually(() => peer.text.includes("101"));
    peer.reset();
  });

  it("a frame in the same segment as the upgrade is answered", async () => {
    const peer = await connectRaw(site.port);
    peer.write(
      Buffer.concat([
        Buffer.from(upgradeRequest("/EVIL")),
        rpc(2, "early", "Heartbeat", {}),
        rpc(2, "next", "Heartbeat", {}),
      ]),
    );
    await eventually(() => peer.text.includes('[3,"early"') && peer.text.includes('[3,"next"'));
    peer.reset();
  });
});

describe("a frame that is no OCPP", () => {
  let evil: RawPeer;
  beforeEach(async () => {
    evil = await upgradeRaw(site.port, "EVIL");
  });
  afterEach(() => evil.reset());

  it.each(["toString", "constructor", "__proto__", "hasOwnProperty", "NoSuchAction", "", "Reset"])(
    "the action %j is not implemented",
    async (action) => {
      evil.write(rpc(2, "1", action, {}));
      await eventually(() => evil.text.includes("NotImplemented"));
    },
  );

  it.each<[string, string, FrameOptions]>([
    ["reserved bits", "{}", { reservedBits: 7 }],
    ["no mask", "{}", { isMasked: false }],
    ["an unknown opcode", "{}", { opcode: 7 }],
    ["a long ping", "x".repeat(200), { opcode: 9 }],
    ["a continuation of nothing", "{}", { opcode: 0 }],
    ["an illegal close code", "\u0000\u0001", { opcode: 8 }],
  ])("a frame with %s ends that connection only", async (_what, payload, options) => {
    evil.write(frame(payload, options));
    await eventually(() => evil.isClosed);
  });

  it("bad UTF-8 ends that connection only", async () => {
    evil.write(frame(Buffer.from([0xc3, 0x28, 0xff])));
    await eventually(() => evil.isClosed);
  });

  it("a declared length of 4 GiB ends that connection only", async () => {
    evil.write(Buffer.from([0x81, 0xff, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]));
    await eventually(() => evil.isClosed);
  });

  it("a message above 256 KiB ends that connection only", async () => {
    evil.write(rpc(2, "1", "Heartbeat", { padding: "x".repeat(300_000) }));
    await eventually(() => evil.isClosed);
  });

  it.each([
    ["text", "hello"],
    ["half an array", '[2,"1"'],
    ["a stray comma", '[2,"1","Heartbeat",{},]'],
    ["null", "null"],
    ["a number", "17"],
    ["an object", "{}"],
    ["an empty array", "[]"],
    ["an unknown message type", '[9,"1","Heartbeat",{}]'],
    ["a numeric id", '[2,17,"Heartbeat",{}]'],
    ["a null id", '[2,null,"Heartbeat",{}]'],
    ["a numeric action", '[2,"1",17,{}]'],
    ["a result nobody asked for", '[3,"nobody",{}]'],
    ["an error nobody asked for", '[4,"nobody","GenericError"]'],
    ["nothing", ""],
    ["deep nesting", "[".repeat(50_000)],
  ])("%s leaves the connection usable", async (_what, text) => {
    evil.write(frame(text));
    evil.write(rpc(2, "after", "Heartbeat", {}));
    await eventually(() => evil.text.includes('[3,"after"'));
  });

  it.each([
    ["null", null],
    ["a list", []],
    ["text", "x"],
    ["a number", 5],
  ])("a payload that is %s counts as empty", async (_what, payload) => {
    evil.write(rpc(2, "1", "Heartbeat", payload));
    await eventually(() => evil.text.includes('[3,"1"'));
  });

  it("garbage without end closes the connection", async () => {
    for (let index = 0; index < 60; index++) evil.write(frame("garbage"));
    await eventually(() => evil.isClosed);
  });

  it("a flood is held back and nothing of it is lost", async () => {
    const count = 1_500;
    const padding = "x".repeat(1_000);
    for (let index = 0; index < count; index++)
      evil.write(rpc(2, `flood-${index}`, "Heartbeat", { padding }));
    await eventually(() => evil.text.includes('"flood-100"'));
    await settle(20);
    expect(evil.text.includes(`"flood-${count - 1}"`)).toBe(false);
    await eventually(async () => {
      await site.clock.advance(1_000);
      return evil.text.includes(`"flood-${count - 1}"`);
    });
  });

  it("a peer that asks and never reads is cut before its answers fill the memory", async () => {
    evil.socket.pause();
    const id = "x".repeat(100_000);
    await eventually(async () => {
      for (let index = 0; index < 20; index++) evil.write(rpc(2, `${id}${index}`, "Heartbeat", {}));
      await site.clock.advance(1_000);
      return evil.isClosed || evil.socket.destroyed || !evil.socket.writable;
    });
  });
});

describe("too many of them", () => {
  it("handshakes beyond the rate of one address are refused, and time heals", async () => {
    const strict = await createTestSite({ central: { handshakeBurst: 3 } });
    const ask = async () => {
      const peer = await connectRaw(strict.port);
      peer.write(upgradeRequest("/NOBODY"));
      await eventually(() => peer.isClosed);
      return peer.text.slice(9, 12);
    };
    expect([await ask(), await ask(), await ask(), await ask()]).toEqual(["404", "404", "404", "429"]);
    await strict.clock.advance(1_000);
    expect(await ask()).toBe("404");
    await strict.close();
  });

  it("sockets beyond the bound are not accepted, and go away again", async () => {
    const peers = await Promise.all(Array.from({ length: 90 }, () => connectRaw(site.port)));
    await eventually(() => peers.some((peer) => peer.isClosed));
    for (const peer of peers) peer.reset();
  });
});

function basic(userAndPassword: string): string {
  return `Basic ${Buffer.from(userAndPassword).toString("base64")}`;
}
