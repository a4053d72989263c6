import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { openPorts } from "../../../drivers/finder/open-ports.ts";
import { createSystemClock } from "../../../src/service/clock.ts";

const HOSTS = ["127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.4"];
const clock = createSystemClock();

async function listenAt(host: string, port = 0): Promise<number> {
  const server = createServer((socket) => socket.destroy()).listen(port, host);
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

describe("a search for open ports", () => {
  it("finds who listens, in the order of the hosts, and counts its tries", async () => {
    const port = await listenAt("127.0.0.3");
    await listenAt("127.0.0.2", port);
    const tries: number[] = [];
    const found = await openPorts(
      {
        hosts: HOSTS,
        ports: [port],
        timeoutMs: 5_000,
        width: 2,
        signal: new AbortController().signal,
        progress: (tried) => tries.push(tried),
      },
      { clock },
    );
    expect(found).toEqual([
      { host: "127.0.0.2", port },
      { host: "127.0.0.3", port },
    ]);
    expect(tries).toEqual([1, 2, 3, 4]);
  });

  it("ends early when it is told to", async () => {
    const port = await listenAt("127.0.0.1");
    const ending = new AbortController();
    const found = await openPorts(
      {
        hosts: HOSTS,
        ports: [port],
        timeoutMs: 5_000,
        width: 1,
        signal: ending.signal,
        progress: () => ending.abort(),
      },
      { clock },
    );
    expect(found).toEqual([{ host: "127.0.0.1", port }]);
  });
});
