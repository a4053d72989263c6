import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { freePort } from "../../../simulator/free-port.ts";
import { type DaemonProcess, spawnProgram } from "../../hil/support/daemon-process.ts";
import { eventually } from "../../support/eventually.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { hostileInputs } from "./support/hostile-inputs.ts";
import { connectRaw, frame, type RawPeer, upgradeRaw, upgradeRequest } from "./support/raw-peer.ts";
import { dialIn, type ScriptedBox } from "./support/scripted-box.ts";

const LARGEST_GROWTH_MB = 120;
/** Real time that a busy machine may need, ms. */
const LONG_MS = 15_000;

const folder = temporaryFolder();
let daemon: DaemonProcess;
let port: number;
let pagePort: number;
let good: ScriptedBox;
let restingMb: number;
let addresses = 0;

/** Each peer is a machine of its own, so that none is refused for what another did. */
function nextAddress(): string {
  addresses += 1;
  return `127.0.${1 + Math.floor(addresses / 250)}.${1 + (addresses % 250)}`;
}

/** Resident memory of the daemon, MB. */
function residentMb(): number {
  const status = readFileSync(`/proc/${daemon.child.pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1_024;
}

async function passes(): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${pagePort}/api/state`, {
    signal: AbortSignal.timeout(LONG_MS),
  });
  return ((await response.json()) as { readonly pass: number }).pass;
}

/** The daemon lives, and the correct box is answered on the connection that it had before. */
async function isUndisturbed(): Promise<void> {
  const answer = await Promise.race([
    good.call("Heartbeat"),
    daemon.ended,
    new Promise((resolve) => setTimeout(resolve, LONG_MS)),
  ]);
  expect(daemon.isRunning).toBe(true);
  expect(answer).toHaveProperty("currentTime");
  expect(good.isOpen).toBe(true);
}

function configText(): string {
  const box = { phases: 3, max_current_a: 16, rated_current_a: 16 };
  return stringify({
    site: { main_fuse_a: 63, pv_peak_w: 10_000 },
    control: { mode: "none", interval_ms: 200 },
    devices: [],
    ocpp: { host: "127.0.0.1", port },
    wallboxes: [
      { ...box, name: "good", identity: "GOOD", password: "only-right" },
      { ...box, name: "evil", identity: "EVIL", peer: "any" },
      { ...box, name: "locked", identity: "LOCKED", password: "hunter2-hunter2" },
    ],
    api: { port: pagePort },
    state_dir: join(folder, "state"),
  });
}

beforeAll(async () => {
  port = await freePort();
  pagePort = await freePort();
  const path = join(folder, "config.yaml");
  writeFileSync(path, configText(), { mode: 0o600 });
  daemon = spawnProgram(["run", "--config", path]);
  // Knocking at a port that nobody holds yet may meet oneself.
  await eventually(() => {
    if (!daemon.isRunning) throw new Error(daemon.errorText());
    return daemon.messages().includes("page and API listening");
  }, LONG_MS);
  await eventually(async () => {
    const box = await dialIn(port, { identity: "GOOD", password: "only-right" }).catch(() => undefined);
    if (box !== undefined) good = box;
    return box !== undefined;
  }, LONG_MS);
  await good.boot();
  await good.status("Charging");
  await good.meter({ "Power.Active.Import": 4_140 });
  await eventually(() => good.calls("SetChargingProfile").length >= 2, LONG_MS);
  restingMb = residentMb();
}, 60_000);

afterAll(async () => {
  daemon.kill("SIGKILL");
  await daemon.ended;
});

/** Dials as a box does, again and again, until it is let in. */
async function letIn(from = nextAddress()): Promise<RawPeer> {
  let peer = await upgradeRaw(port, "EVIL", from);
  await eventually(async () => {
    if (peer.text.startsWith("HTTP/1.1 101")) return true;
    peer = await upgradeRaw(port, "EVIL", nextAddress());
    return false;
  }, LONG_MS);
  return peer;
}

async function peerFor(as: "socket" | "box"): Promise<RawPeer> {
  return as === "socket" ? connectRaw(port, nextAddress()) : letIn();
}

describe("the daemon", () => {
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

  it("serves on while fifty slow connections hang", async () => {
    const slow = await Promise.all(Array.from({ length: 50 }, () => connectRaw(port, nextAddress())));
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
    const others = await Promise.all(Array.from({ length: 20 }, () => connectRaw(port, nextAddress())));
    for (const peer of others) peer.write(upgradeRequest("/EVIL"));
    first.socket.on("data", () => first.write(frame("", { opcode: 10 })));
    await eventually(() => others.every((peer) => /^HTTP\/1\.1 (409|503)/.test(peer.text)), LONG_MS);
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

  it("refuses a machine that guesses passwords, and no other", async () => {
    const guesser = nextAddress();
    const guess = upgradeRequest("/LOCKED", { Authorization: `Basic ${btoa("LOCKED:guess")}` });
    const answers: string[] = [];
    for (let attempt = 0; attempt < 15; attempt++) {
      const peer = await connectRaw(port, guesser);
      peer.write(guess);
      await eventually(() => peer.isClosed, LONG_MS);
      answers.push(peer.text.slice(0, 12));
    }
    expect(answers[0]).toBe("HTTP/1.1 401");
    expect(answers.at(-1)).toBe("HTTP/1.1 429");
    (await letIn()).reset();
    await isUndisturbed();
  });

  it("has gone on with its passes and has not grown by more than it may", async () => {
    const before = await passes();
    await eventually(async () => (await passes()) > before, LONG_MS);
    expect(residentMb() - restingMb).toBeLessThan(LARGEST_GROWTH_MB);
  });
});
