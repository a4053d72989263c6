import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { createFaultProxy } from "../../../simulator/network/fault-proxy.ts";
import type { LineFault } from "../../../simulator/network/line-fault.ts";
import { eventually } from "../../support/eventually.ts";
import { createManualClock } from "../../support/manual-clock.ts";

/** A server, a proxy before it and a client at the proxy; `random` gives its values one after the other, then 0. */
async function line(fault?: LineFault, random: readonly number[] = []) {
  const clock = createManualClock();
  const numbers = [...random];
  const served: Socket[] = [];
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    served.push(socket);
    socket.on("error", () => {});
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const proxy = await createFaultProxy(
    { target: () => ({ host: "127.0.0.1", port }) },
    { clock, random: () => numbers.shift() ?? 0 },
  );
  onTestFinished(async () => {
    await proxy.close();
    for (const socket of served) socket.destroy();
    server.close();
  });

  function attempt() {
    const socket = connect(proxy.address.port, proxy.address.host);
    const got: string[] = [];
    const ends: string[] = [];
    socket.on("data", (chunk) => got.push(String(chunk)));
    socket.on("end", () => ends.push("end"));
    socket.on("error", (error) => ends.push("code" in error ? String(error.code) : error.message));
    onTestFinished(() => void socket.destroy());
    return { socket, got, ends };
  }

  async function dial() {
    const dialled = attempt();
    await once(dialled.socket, "connect");
    return dialled;
  }

  const client = await dial();
  await eventually(() => served.length === 1);
  const [far] = served;
  if (far === undefined) throw new Error("the server has no connection");
  const got: string[] = [];
  const ends: string[] = [];
  far.on("data", (chunk) => got.push(String(chunk)));
  far.on("end", () => ends.push("end"));
  far.on("error", (error) => ends.push("code" in error ? String(error.code) : error.message));
  proxy.setFault(fault);

  /** Sends chunks that the proxy takes one by one. */
  async function send(...chunks: string[]): Promise<void> {
    for (const chunk of chunks) {
      const before = taken();
      client.socket.write(chunk);
      await eventually(() => taken() > before);
    }
  }
  const taken = () => {
    const { passed, delayed, dropped, reordered } = proxy.counters();
    return passed + delayed + dropped + reordered;
  };

  return { clock, proxy, client, attempt, dial, send, far: { socket: far, got, ends }, served };
}

describe("a line without a fault", () => {
  it("gives all bytes on, both ways, and the end of each way for itself", async () => {
    const { client, far, send } = await line();
    await send("ask");
    await eventually(() => far.got.join("") === "ask");
    client.socket.end();
    await eventually(() => far.ends.join() === "end");
    far.socket.write("answer");
    far.socket.end();
    await eventually(() => client.got.join("") === "answer" && client.ends.join() === "end");
  });

  it("is reset when nobody listens behind it", async () => {
    const { client, proxy, served, dial } = await line();
    client.socket.destroy();
    served[0]?.destroy();
    const nowhere = await createFaultProxy(
      { target: () => ({ host: "127.0.0.1", port: 1 }) },
      { clock: createManualClock(), random: () => 0 },
    );
    const socket = connect(nowhere.address.port, "127.0.0.1");
    const [error] = await once(socket, "error");
    expect(error).toMatchObject({ code: "ECONNRESET" });
    await nowhere.close();
    expect((await dial()).ends).toEqual([]);
    expect(proxy.counters().connections).toBe(2);
  });
});

describe("a faulty line", () => {
  it("with latency gives bytes on late and in order, whatever the jitter, also when it heals meanwhile", async () => {
    const { clock, far, proxy, send } = await line(
      { kind: "latency", delayMs: 500, jitterMs: 1_000 },
      [1, 0],
    );
    await send("a", "b");
    proxy.setFault(undefined);
    await send("c");
    await clock.advance(1_499);
    expect(far.got).toEqual([]);
    await clock.advance(1);
    await eventually(() => far.got.join("") === "abc");
  });

  it("that drops loses the chunks that chance says, and resets the connection when it heals", async () => {
    const { client, far, proxy, send } = await line({ kind: "drop", share: 0.5 }, [0.7, 0.2, 0.9]);
    await send("a", "b", "c");
    await eventually(() => far.got.join("") === "ac");
    expect(proxy.counters()).toMatchObject({ dropped: 1, passed: 2 });
    proxy.setFault(undefined);
    await eventually(() => client.ends.join() === "ECONNRESET" && far.ends.join() === "ECONNRESET");
  });

  it("that lost nothing keeps its connection when it heals", async () => {
    const { client, far, proxy, send } = await line({ kind: "drop", share: 0.5 }, [0.7]);
    await send("a");
    proxy.setFault(undefined);
    await send("b");
    await eventually(() => far.got.join("") === "ab");
    expect(client.ends).toEqual([]);
  });

  it("that is half open swallows everything, takes new connections that lead nowhere, and tells nobody", async () => {
    const { client, dial, far, proxy, send, served } = await line({ kind: "half_open" });
    await send("a");
    client.socket.end();
    const second = await dial();
    second.socket.write("b");
    await eventually(() => proxy.counters().dropped === 2);
    expect([far.got, far.ends, second.got, second.ends]).toEqual([[], [], [], []]);
    proxy.setFault(undefined);
    await eventually(() => far.ends.join() === "ECONNRESET" && second.ends.join() === "ECONNRESET");
    expect(served).toHaveLength(1);
    await dial();
    await eventually(() => served.length === 2);
  });

  it("that is reset ends what stands, both ends, and what is dialled meanwhile", async () => {
    const { attempt, client, far, proxy, served } = await line();
    proxy.setFault({ kind: "reset" });
    await eventually(() => client.ends.join() === "ECONNRESET" && far.ends.join() === "ECONNRESET");
    const second = attempt();
    await eventually(() => second.ends.join() === "ECONNRESET");
    expect(served).toHaveLength(1);
    expect(proxy.counters().open).toBe(0);
  });

  it("that closes slowly gives bytes on at once, and the end late", async () => {
    const { client, clock, far, proxy, send } = await line({ kind: "slow_close", delayMs: 9_000 });
    await send("a");
    client.socket.end();
    await eventually(() => far.got.join("") === "a");
    await eventually(() => clock.pendingTimers === 1);
    await clock.advance(8_999);
    expect(far.ends).toEqual([]);
    await clock.advance(1);
    await eventually(() => far.ends.join() === "end");
    expect(proxy.counters().open).toBe(1);
  });

  it("that corrupts flips one bit of the chunks that chance says", async () => {
    // Chance for the chunk, then its byte and its bit; the second chunk is spared.
    const { far, proxy, send } = await line({ kind: "corruption", share: 0.5 }, [0.1, 0.99, 0, 0.6]);
    await send("abc", "xyz");
    await eventually(() => far.got.join("").length === 6);
    expect(far.got.join("")).toBe("abbxyz");
    expect(proxy.counters()).toMatchObject({ corrupted: 1, passed: 2 });
  });

  it("that reorders lets a chunk come behind the next one, or late when there is none", async () => {
    const fault = { kind: "reordering", share: 0.5, heldMs: 2_000 } as const;
    const { clock, far, send } = await line(fault, [0.1, 0.9, 0.1]);
    await send("a", "b", "c");
    await eventually(() => far.got.join("") === "ba");
    await clock.advance(1_999);
    expect(far.got.join("")).toBe("ba");
    await clock.advance(1);
    await eventually(() => far.got.join("") === "bac");
  });
});
