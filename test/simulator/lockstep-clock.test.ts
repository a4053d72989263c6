import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { createLockstepClock, type LockstepClock } from "../../simulator/lockstep-clock.ts";
import { delay } from "../../src/ports/clock.ts";

const START_WALL_MS = 1_647_669_600_000;

describe("the lock-step clock", () => {
  const closing: (() => unknown)[] = [];

  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });

  function lockstep(speed?: number): LockstepClock {
    const clock = createLockstepClock({ startWallMs: START_WALL_MS, speed });
    closing.push(() => clock.close());
    return clock;
  }

  /** A server that answers each chunk by `answer`, on a free port. */
  async function serve(answer: (socket: Socket, chunk: Buffer) => void): Promise<number> {
    const server: Server = createServer((socket) => {
      socket.on("data", (chunk) => answer(socket, chunk));
      closing.push(() => socket.destroy());
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    closing.push(() => server.close());
    return (server.address() as AddressInfo).port;
  }

  async function dial(port: number): Promise<Socket> {
    const socket = connect(port, "127.0.0.1");
    closing.push(() => socket.destroy());
    await once(socket, "connect");
    return socket;
  }

  it("fires timers in the order of their times, and those of one time in the order they were set", async () => {
    const clock = lockstep();
    const fired: string[] = [];
    const note = (name: string) => () => fired.push(`${name} ${clock.monotonicMs()}`);
    clock.setTimeout(note("c"), 3_000);
    clock.setTimeout(note("a1"), 1_000);
    clock.setTimeout(note("b"), 2_000);
    clock.setTimeout(note("a2"), 1_000);
    clock.setTimeout(note("now"), -5);
    await clock.run(10_000);
    expect(fired).toEqual(["now 0", "a1 1000", "a2 1000", "b 2000", "c 3000"]);
  });

  it("keeps the order of many timers that are set and cleared at random", async () => {
    const clock = lockstep();
    const fired: number[] = [];
    const timers = Array.from({ length: 500 }, (_, index) => {
      const dueMs = (index * 7_919) % 1_009;
      return { dueMs, timer: clock.setTimeout(() => fired.push(dueMs), dueMs) };
    });
    const kept = timers.filter((_, index) => index % 3 !== 0).map(({ dueMs }) => dueMs);
    for (const [index, { timer }] of timers.entries()) if (index % 3 === 0) clock.clearTimeout(timer);
    await clock.run(2_000);
    expect(fired).toEqual(kept.sort((a, b) => a - b));
  });

  it("stands at times that a clock with another start reckons exactly", async () => {
    const clock = lockstep();
    const laterMs: number[] = [];
    for (let start = 0; start < 1_000; start++) {
      clock.setTimeout(() => undefined, 12_345.678_9);
      await clock.run(clock.monotonicMs() + 12_345.678_9);
      const startMs = clock.monotonicMs();
      laterMs.push(startMs + 159_000 - startMs);
    }
    expect(new Set(laterMs)).toEqual(new Set([159_000]));
  });

  it("does not fire what was cleared, not even by a timer of the same moment", async () => {
    const clock = lockstep();
    const fired: string[] = [];
    const first = clock.setTimeout(() => {
      fired.push("first");
      clock.clearTimeout(second);
    }, 1_000);
    const second = clock.setTimeout(() => fired.push("second"), 1_000);
    await clock.run(2_000);
    clock.clearTimeout(first);
    expect(fired).toEqual(["first"]);
  });

  it("takes another clock along: their timers fire in one order, and each waits for the other's bytes", async () => {
    const leader = lockstep();
    const led = lockstep();
    const leave = leader.take({
      get nextDueMs() {
        return led.nextDueMs;
      },
      async advance(untilMs) {
        await led.run(untilMs);
        return led.hasMoved;
      },
    });
    const fired: string[] = [];
    const note = (name: string) => () => fired.push(`${name} ${leader.monotonicMs()} ${led.monotonicMs()}`);
    leader.setTimeout(note("leader"), 1_000);
    led.setTimeout(note("led"), 1_500);
    leader.setTimeout(note("leader"), 2_000);
    led.setTimeout(() => led.setTimeout(note("led at once"), 0), 2_500);
    const port = await serve((socket, chunk) => socket.write(chunk));
    const socket = await dial(port);
    socket.on("data", note("answer"));
    led.setTimeout(() => socket.write("ping"), 3_000);
    await leader.run(4_000);
    expect(fired).toEqual([
      "leader 1000 0",
      "led 1500 1500",
      "leader 2000 1500",
      "led at once 2500 2500",
      "answer 3000 3000",
    ]);
    leave();
    led.setTimeout(note("left behind"), 100);
    await leader.run(5_000);
    expect(fired).toHaveLength(5);
  });

  it("lets wall time jump without elapsed time", async () => {
    const clock = lockstep();
    await clock.run(1_000);
    clock.shiftWall(-3_600_000);
    expect(clock.wallMs()).toBe(START_WALL_MS + 1_000 - 3_600_000);
    expect(clock.monotonicMs()).toBe(1_000);
  });

  it("stands where it was told to stop, and goes on from there", async () => {
    const clock = lockstep();
    clock.setTimeout(() => clock.stop(), 1_500);
    await clock.run(10_000);
    expect(clock.monotonicMs()).toBe(1_500);
    expect(clock.wallMs()).toBe(START_WALL_MS + 1_500);
    await clock.run(4_000);
    expect(clock.monotonicMs()).toBe(4_000);
  });

  it("lets promises settle before the next timer", async () => {
    const clock = lockstep();
    const times: number[] = [];
    async function walk() {
      for (let step = 0; step < 3; step++) {
        await delay(clock, 100);
        await Promise.resolve();
        times.push(clock.monotonicMs());
      }
    }
    void walk();
    await clock.run(1_000);
    expect(times).toEqual([100, 200, 300]);
  });

  it("stands still while a request and its answer are on their way over a real socket", async () => {
    const clock = lockstep();
    const port = await serve((socket, chunk) => setImmediate(() => socket.write(chunk)));
    const socket = await dial(port);
    const answeredAtMs: number[] = [];
    socket.on("data", () => answeredAtMs.push(clock.monotonicMs()));
    for (let at = 1_000; at <= 20_000; at += 1_000) clock.setTimeout(() => socket.write("ping"), at);
    for (let at = 1; at <= 21_000; at += 7) clock.setTimeout(() => {}, at);
    await clock.run(22_000);
    expect(answeredAtMs).toEqual(Array.from({ length: 20 }, (_, index) => (index + 1) * 1_000));
    expect(clock.stalls).toBe(0);
  });

  it("stands still while a connection is being made", async () => {
    const clock = lockstep();
    const port = await serve(() => {});
    let connectedAtMs: number | undefined;
    clock.setTimeout(() => {
      const socket = connect(port, "127.0.0.1", () => {
        connectedAtMs = clock.monotonicMs();
      });
      closing.push(() => socket.destroy());
    }, 1_000);
    for (let at = 1; at <= 3_000; at += 1) clock.setTimeout(() => {}, at);
    await clock.run(3_000);
    expect(connectedAtMs).toBe(1_000);
  });

  it("carries a megabyte without a virtual millisecond", async () => {
    const clock = lockstep();
    let bytes = 0;
    let lastAtMs = 0;
    const port = await serve((_socket, chunk) => {
      bytes += chunk.length;
      lastAtMs = clock.monotonicMs();
    });
    const socket = await dial(port);
    clock.setTimeout(() => socket.write(Buffer.alloc(1_000_000)), 1_000);
    for (let at = 1; at <= 2_000; at += 1) clock.setTimeout(() => {}, at);
    await clock.run(2_000);
    expect({ bytes, lastAtMs }).toEqual({ bytes: 1_000_000, lastAtMs: 1_000 });
  });

  it("goes on after a moment when a peer leaves bytes unread", async () => {
    const clock = lockstep();
    const port = await serve((socket) => socket.pause());
    const socket = await dial(port);
    socket.write("stop reading");
    // More than the buffers of both ends hold.
    clock.setTimeout(() => socket.write(Buffer.alloc(20_000_000)), 1_000);
    const startMs = performance.now();
    await clock.run(1_500);
    expect(clock.monotonicMs()).toBe(1_500);
    expect(clock.stalls).toBeGreaterThan(0);
    expect(performance.now() - startMs).toBeGreaterThan(150);
  });

  it("is no faster than its speed, and changes it from the moment it is told", async () => {
    const startMs = performance.now();
    const clock = lockstep(1_000);
    for (let at = 10; at <= 400; at += 10) clock.setTimeout(() => {}, at * 1_000);
    await clock.run(200_000);
    expect(performance.now() - startMs).toBeGreaterThan(190);

    clock.setSpeed(undefined);
    expect(clock.speed).toBeUndefined();
    await clock.run(300_000);

    const slowedMs = performance.now();
    clock.setSpeed(1_000);
    await clock.run(400_000);
    expect(performance.now() - slowedMs).toBeGreaterThan(90);
  });
});
