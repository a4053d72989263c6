import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../../support/eventually.ts";
import { hostileInputs } from "./support/hostile-inputs.ts";
import { connectRaw, frame, type RawPeer, upgradeRaw, upgradeRequest } from "./support/raw-peer.ts";
import { dialIn, type ScriptedBox } from "./support/scripted-box.ts";

const PROGRAM = join(import.meta.dirname, "support", "central-system-process.ts");
const LARGEST_GROWTH_MB = 120;

let server: ChildProcess;
let port: number;
let good: ScriptedBox;
let restingMb: number;

const isAlive = () => server.exitCode === null && server.signalCode === null;

/** Resident memory of the server, MB. */
function residentMb(): number {
  const status = readFileSync(`/proc/${server.pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1_024;
}

/** The server lives, and the correct box is answered, with the set point still arriving. */
async function isUndisturbed(): Promise<void> {
  const answer = await Promise.race([
    good.call("Heartbeat"),
    new Promise((resolve) => setTimeout(resolve, 3_000)),
  ]);
  expect(isAlive()).toBe(true);
  expect(answer).toHaveProperty("currentTime");
  expect(good.isOpen).toBe(true);
}

beforeAll(async () => {
  server = spawn(process.execPath, [PROGRAM], { stdio: ["ignore", "pipe", "inherit"] });
  const [data] = await once(server.stdout as NonNullable<typeof server.stdout>, "data");
  port = Number(String(data));
  good = await dialIn(port, { identity: "GOOD", password: "right" });
  await good.boot();
  await good.status("Charging");
  await eventually(() => good.calls("SetChargingProfile").length >= 2);
  restingMb = residentMb();
});

afterAll(() => void server.kill("SIGKILL"));

/** Dials as a box does, again and again, until it is let in. */
async function letIn(): Promise<RawPeer> {
  let peer = await upgradeRaw(port, "EVIL");
  await eventually(async () => {
    if (peer.text.startsWith("HTTP/1.1 101")) return true;
    peer = await upgradeRaw(port, "EVIL");
    return false;
  }, 10_000);
  return peer;
}

async function peerFor(as: "socket" | "box"): Promise<RawPeer> {
  return as === "socket" ? connectRaw(port) : letIn();
}

describe("the server process", () => {
  it("is tried with no fewer than sixty inputs", () => {
    expect(hostileInputs.length).toBeGreaterThanOrEqual(60);
  });

  it.each(hostileInputs)("lives on after $as: $what", async ({ as, does }) => {
    const peer = await peerFor(as);
    does(peer);
    await isUndisturbed();
    peer.socket.destroy();
    await isUndisturbed();
  });

  it("serves on while a hundred slow connections hang", async () => {
    const slow = await Promise.all(Array.from({ length: 50 }, () => connectRaw(port)));
    for (const peer of slow) peer.write("GET /EVIL HTTP/1.1\r\nX: ");
    await isUndisturbed();
    for (const peer of slow) peer.reset();
  });

  it("serves on while a flood is held back", async () => {
    const evil = await letIn();
    const padding = "x".repeat(1_000);
    for (let index = 0; index < 3_000; index++) {
      evil.write(frame(JSON.stringify([2, `${index}`, "Heartbeat", { padding }])));
    }
    await isUndisturbed();
    evil.reset();
  });

  it("leaves a name to who answers, however many say it", async () => {
    const first = await letIn();
    const others = await Promise.all(Array.from({ length: 20 }, () => connectRaw(port)));
    for (const peer of others) peer.write(upgradeRequest("/EVIL"));
    first.socket.on("data", () => first.write(frame("", { opcode: 10 })));
    await eventually(() => others.every((peer) => /^HTTP\/1\.1 (409|503)/.test(peer.text)));
    expect(first.isClosed).toBe(false);
    await isUndisturbed();
    for (const peer of [first, ...others]) peer.reset();
  });

  it("gives up a half-open connection for one that is alive", async () => {
    const halfOpen = await letIn();
    halfOpen.socket.pause();
    const next = await letIn();
    await isUndisturbed();
    next.reset();
    halfOpen.reset();
  });

  it("has not grown by more than it may", () => {
    expect(residentMb() - restingMb).toBeLessThan(LARGEST_GROWTH_MB);
  });
});
