import { frame, type RawPeer, upgradeRequest } from "./raw-peer.ts";

/** Something that a peer does to the port. `socket`: on a fresh connection; `box`: as a wallbox that was let in. */
export interface HostileInput {
  readonly what: string;
  readonly as: "socket" | "box";
  readonly does: (peer: RawPeer) => void;
}

const rpc = (...message: unknown[]) => frame(JSON.stringify(message));
const call = (action: string, payload: unknown = {}) => rpc(2, "1", action, payload);
const basic = (text: string) => ({ Authorization: `Basic ${Buffer.from(text).toString("base64")}` });

const socket = (what: string, ...data: readonly (string | Buffer)[]): HostileInput => ({
  what,
  as: "socket",
  does(peer) {
    for (const piece of data) peer.write(piece);
  },
});
const upgrade = (what: string, path: string, headers: Record<string, string | undefined> = {}) =>
  socket(`a handshake with ${what}`, upgradeRequest(path, headers));
const box = (what: string, ...data: readonly (string | Buffer)[]): HostileInput => ({
  what,
  as: "box",
  does(peer) {
    for (const piece of data) peer.write(piece);
  },
});
const text = (what: string, content: string) => box(`the text ${what}`, frame(content));
const times = (count: number, data: Buffer) => Buffer.concat(Array.from({ length: count }, () => data));

const noHttp: readonly HostileInput[] = [
  socket("bytes that are no HTTP", Buffer.from([0, 1, 2, 3, 0xff, 0xfe, 13, 10, 13, 10])),
  socket("a TLS hello", Buffer.from("16030100c8010000c40303", "hex")),
  socket("nothing at all"),
  socket("one byte, and then nothing", "G"),
  socket("half a header, and then nothing", "GET /EVIL HTTP/1.1\r\nHost: x\r\nX-Slow:"),
  socket("a header without end", `GET / HTTP/1.1\r\nX: ${"x".repeat(100_000)}`),
  socket("two thousand headers", `GET / HTTP/1.1\r\n${"A: b\r\n".repeat(2_000)}\r\n`),
  socket("a plain GET", "GET /EVIL HTTP/1.1\r\nHost: x\r\n\r\n"),
  socket("HTTP/0.9", "GET /\r\n"),
  socket("a body of a terabyte", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000000\r\n\r\nx"),
  socket(
    "two lengths at once",
    "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET",
  ),
  socket("CONNECT", "CONNECT evil:443 HTTP/1.1\r\nHost: evil\r\n\r\n"),
  socket("two handshakes in one segment", upgradeRequest("/NOBODY") + upgradeRequest("/EVIL")),
  { what: "a reset at once", as: "socket", does: (peer) => peer.reset() },
  { what: "an end at once", as: "socket", does: (peer) => void peer.socket.end() },
  resetAfter("a reset while a password is looked at", upgradeRequest("/LOCKED", basic("LOCKED:guess"))),
  resetAfter("a reset in the middle of a good handshake", upgradeRequest("/EVIL")),
  resetAfter("a reset after half a path", "GET /EV"),
];

const handshakes: readonly HostileInput[] = [
  upgrade("a percent sign alone", "/%"),
  upgrade("half a UTF-8 sequence", "/%E0%A4%A"),
  upgrade("an overlong path", `/${"a/".repeat(4_000)}`),
  upgrade("no identity", "/"),
  upgrade("an unknown identity", "/NOBODY"),
  upgrade("the name of every object", "/__proto__"),
  upgrade("a constructor", "/constructor"),
  upgrade("a null byte", "/EVIL%00"),
  upgrade("a way up", "/../../../etc/passwd"),
  upgrade("an absolute address", "http://evil.example/EVIL"),
  upgrade("a star", "*"),
  upgrade("no subprotocol", "/EVIL", { "Sec-WebSocket-Protocol": undefined }),
  upgrade("another subprotocol", "/EVIL", { "Sec-WebSocket-Protocol": "mqtt" }),
  upgrade("a subprotocol of commas", "/EVIL", { "Sec-WebSocket-Protocol": ",,,," }),
  upgrade("a hundred subprotocols", "/EVIL", { "Sec-WebSocket-Protocol": "x,".repeat(100) }),
  upgrade("no key", "/EVIL", { "Sec-WebSocket-Key": undefined }),
  upgrade("a wrong key", "/EVIL", { "Sec-WebSocket-Key": "short" }),
  upgrade("an unknown version", "/EVIL", { "Sec-WebSocket-Version": "99" }),
  upgrade("another upgrade", "/EVIL", { Upgrade: "h2c" }),
  upgrade("broken extensions", "/EVIL", { "Sec-WebSocket-Extensions": "permessage-deflate; =;;" }),
  upgrade("no password", "/LOCKED"),
  upgrade("a wrong password", "/LOCKED", basic("LOCKED:guess")),
  upgrade("another user's name", "/LOCKED", basic("GOOD:right")),
  upgrade("a broken authorization", "/LOCKED", { Authorization: "Basic ////====:" }),
  upgrade("an authorization of 10 kB", "/LOCKED", basic(`LOCKED:${"x".repeat(7_000)}`)),
];

const frames: readonly HostileInput[] = [
  box("reserved bits", frame("{}", { reservedBits: 7 })),
  box("no mask", frame("{}", { isMasked: false })),
  box("an unknown opcode", frame("{}", { opcode: 7 })),
  box("a long ping", frame("x".repeat(200), { opcode: 9 })),
  box("a continuation of nothing", frame("{}", { opcode: 0 })),
  box("an illegal close code", frame(Buffer.from([0, 1]), { opcode: 8 })),
  box("a close of one byte", frame(Buffer.from([3]), { opcode: 8 })),
  box("bad UTF-8", frame(Buffer.from([0xc3, 0x28, 0xff]))),
  box("a declared length of 4 GiB", Buffer.from([0x81, 0xff, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0])),
  box("a message above 256 KiB", call("Heartbeat", { padding: "x".repeat(300_000) })),
  box(
    "fragments beyond 256 KiB",
    frame("x".repeat(60_000), { isFinal: false }),
    times(6, frame("x".repeat(60_000), { opcode: 0, isFinal: false })),
  ),
  box(
    "twenty thousand empty fragments",
    frame("[", { isFinal: false }),
    times(20_000, frame("", { opcode: 0, isFinal: false })),
  ),
  box("ten thousand pings", times(10_000, frame("", { opcode: 9 }))),
  box("a message that is never finished", frame('[2,"1","Heart', { isFinal: false })),
  box("binary rubbish", frame(Buffer.alloc(5_000, 0xa5), { opcode: 2 })),
  box("a hundred closes", times(100, frame(Buffer.from([3, 232]), { opcode: 8 }))),
];

const messages: readonly HostileInput[] = [
  text("hello", "hello"),
  text("of half an array", '[2,"1"'),
  text("null", "null"),
  text("of an empty array", "[]"),
  text("of an unknown message type", '[9,"1","Heartbeat",{}]'),
  text("of a numeric id", '[2,17,"Heartbeat",{}]'),
  text("of a null id", '[2,null,"Heartbeat",{}]'),
  text("of an id of an object", '[2,{"toString":1},"Heartbeat",{}]'),
  text("of a numeric action", '[2,"1",17,{}]'),
  text("of a result nobody asked for", '[3,"nobody",{}]'),
  text("of a result of four elements", '[3,"nobody",{},{}]'),
  text("of a result of two elements", '[3,"nobody"]'),
  text("of an error of three elements", '[4,"nobody","GenericError"]'),
  text("of an error of an object", '[4,"nobody",{},[],null]'),
  text("of deep nesting", "[".repeat(100_000)),
  text("of a number of a million digits", `[2,"1","Heartbeat",{"a":${"9".repeat(200_000)}}]`),
  text("of repeated keys", `[2,"1","Heartbeat",{${'"__proto__":{"a":1},'.repeat(2_000)}"b":1}]`),
  ...["toString", "constructor", "__proto__", "hasOwnProperty", "valueOf"].map((action) =>
    box(`the action ${action}`, call(action)),
  ),
  box("the same id a thousand times", times(1_000, call("Heartbeat"))),
  box("an action that we send", call("SetChargingProfile", { connectorId: 1 })),
  box(
    "meter values without number",
    call("MeterValues", { meterValue: Array(3_000).fill({ sampledValue: [{}] }) }),
  ),
  box(
    "meter values of all kinds",
    call("MeterValues", { meterValue: [null, 1, "x", [], { sampledValue: [null, { value: {} }] }] }),
  ),
  box(
    "a status of every object",
    call("StatusNotification", { status: "constructor", connectorId: "1e309" }),
  ),
  box(
    "a start of the largest numbers",
    call("StartTransaction", { meterStart: 1e308, connectorId: -1, timestamp: "x".repeat(9_999) }),
  ),
  box(
    "a stop of no transaction",
    call("StopTransaction", { transactionId: Number.MAX_SAFE_INTEGER, transactionData: [[[]]] }),
  ),
  box(
    "five hundred starts",
    ...Array.from({ length: 500 }, (_, index) => call("StartTransaction", { timestamp: `${index}` })),
  ),
  box(
    "a boot of lists",
    call("BootNotification", { chargePointVendor: ["a"], chargePointModel: { b: 1 }, firmwareVersion: null }),
  ),
  box(
    "a boot of 100 kB",
    call("BootNotification", { chargePointVendor: "v".repeat(50_000), chargePointModel: "m".repeat(50_000) }),
  ),
  box(
    "a hundred boots",
    times(100, call("BootNotification", { chargePointVendor: "v", chargePointModel: "m" })),
  ),
  answers("that are lists", "[]"),
  answers("that are texts", '"yes"'),
  answers(
    "with a configuration of rubbish",
    '{"configurationKey":[null,{"key":"__proto__","value":{}},{"key":7}],"status":"Accepted"}',
  ),
  answers(
    "with five thousand keys",
    `{"configurationKey":[${Array(5_000).fill('{"key":"k","value":"v"}').join(",")}]}`,
  ),
  answers("of a status nobody knows", '{"status":"Perhaps"}'),
];

/** Everything that was ever seen to end or block a central system, and what is like it. */
export const hostileInputs: readonly HostileInput[] = [...noHttp, ...handshakes, ...frames, ...messages];

function resetAfter(what: string, request: string): HostileInput {
  return {
    what,
    as: "socket",
    does(peer) {
      peer.write(request);
      peer.reset();
    },
  };
}

/** Every CALL of ours is answered with this payload. */
function answers(what: string, payload: string): HostileInput {
  return {
    what: `answers ${what}`,
    as: "box",
    does(peer) {
      peer.write(
        call("BootNotification", { chargePointVendor: "v", chargePointModel: "m", firmwareVersion: what }),
      );
      let answered = 0;
      const answer = () => {
        const ids = [...peer.text.matchAll(/\[2,"([^"]+)"/g)].map((match) => match[1]);
        for (const id of ids.slice(answered)) peer.write(frame(`[3,"${id}",${payload}]`));
        answered = ids.length;
      };
      peer.socket.on("data", answer);
    },
  };
}
