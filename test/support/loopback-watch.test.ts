import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { afterEach, expect, it } from "vitest";
import { createLoopbackWatch } from "./loopback-watch.ts";

const PAYLOAD = Buffer.alloc(16 * 1024 * 1024);

let close: () => Promise<void>;
afterEach(() => close());

/** A connection of this process with itself, under watch from its beginning. */
async function connected(onConnection: (socket: Socket) => void) {
  const watch = createLoopbackWatch();
  const server = createServer(onConnection).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const client = connect(port, "127.0.0.1");
  close = async () => {
    watch.close();
    client.destroy();
    server.close();
    await once(server, "close");
  };
  return { watch, client };
}

it("waits for all that was sent to be read", async () => {
  let receivedBytes = 0;
  const { watch, client } = await connected((socket) => {
    socket.on("data", ({ length }) => {
      receivedBytes += length;
    });
  });
  client.write(PAYLOAD);
  await watch.quiet();
  expect(receivedBytes).toBe(PAYLOAD.length);
});

it("waits for the other end to learn that a connection was cut", async () => {
  let isCut = false;
  const { watch, client } = await connected((socket) => {
    socket.resume().on("close", () => {
      isCut = true;
    });
  });
  await watch.quiet();
  client.destroy();
  await watch.quiet();
  expect(isCut).toBe(true);
});

it("does not wait for a reader that paused", async () => {
  const { watch, client } = await connected((socket) => void socket.on("error", () => {}).write(PAYLOAD));
  client.pause();
  await watch.quiet();
  expect(client.bytesRead).toBeLessThan(PAYLOAD.length);
});
