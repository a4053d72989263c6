import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { createEventStream } from "../../src/api/event-stream.ts";
import { eventually } from "../support/eventually.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { sampleReport } from "../support/sample-report.ts";
import { ask, watch } from "./support/http.ts";
import { serve } from "./support/serve.ts";

describe("GET /api/events", () => {
  it("starts with the newest state", async () => {
    const { api, port } = await serve();
    api.report(sampleReport({ pass: 41 }));
    const page = await watch(port);
    expect(page.status).toBe(200);
    expect(page.headers["content-type"]).toBe("text/event-stream; charset=utf-8");
    expect(page.headers["content-security-policy"]).toContain("default-src 'none'");
    await eventually(() => page.events().length === 1);
    expect(page.events()[0]).toEqual((await ask(port, "/api/state")).json());
  });

  it("sends at most two states a second, and the newest last", async () => {
    const viewerClock = createManualClock();
    const { api, port } = await serve({}, { viewerClock });
    const page = await watch(port);
    for (let pass = 1; pass <= 1_000; pass++) api.report(sampleReport({ pass }));
    await viewerClock.advance(499);
    for (let pass = 1_001; pass <= 2_000; pass++) api.report(sampleReport({ pass }));
    await viewerClock.advance(1);
    await eventually(() => page.events().length === 2);
    expect(page.events().map((event) => event.pass)).toEqual([1, 2_000]);
    expect(viewerClock.pendingTimers).toBe(0);
  });

  it("does nothing while nobody watches", async () => {
    const viewerClock = createManualClock();
    const { api } = await serve({}, { viewerClock });
    for (let pass = 1; pass <= 10; pass++) api.report(sampleReport({ pass }));
    expect(viewerClock.pendingTimers).toBe(0);
  });

  it("takes sixteen watchers, refuses the next and takes one again after another has left", async () => {
    const { port } = await serve();
    const pages = await Promise.all(Array.from({ length: 16 }, () => watch(port)));
    expect(pages.every((page) => page.status === 200)).toBe(true);
    const refused = await ask(port, "/api/events");
    expect(refused.status).toBe(503);
    expect(refused.json()).toEqual({ detail: expect.stringContaining("too many") });
    pages[0]?.close();
    await eventually(async () => {
      const again = await watch(port);
      again.close();
      return again.status === 200;
    });
  });

  it("drops a watcher that does not read, and keeps the others", async () => {
    const clock = createManualClock();
    const stream = createEventStream({ clock, render: () => JSON.stringify("x".repeat(20_000)) });
    const server = createServer(
      (_request, response) => void stream.add(response, { headers: {}, mayStillRead: () => true }),
    );
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => {
      stream.close();
      server.close();
    });
    const { port } = server.address() as AddressInfo;
    const asleep = connect(port, "127.0.0.1", () =>
      asleep.write("GET / HTTP/1.1\r\nhost: localhost\r\n\r\n"),
    );
    asleep.on("error", () => undefined);
    const awake = connect(port, "127.0.0.1", () => awake.write("GET / HTTP/1.1\r\nhost: localhost\r\n\r\n"));
    awake.resume();
    await eventually(() => stream.clients === 2);
    await eventually(async () => {
      stream.notify();
      await clock.advance(500);
      return stream.clients === 1;
    });
    expect(awake.readableEnded).toBe(false);
    await eventually(() => asleep.resume().destroyed);
    awake.destroy();
    await eventually(() => stream.clients === 0);
  });

  it("ends the streams when the API stops", async () => {
    const { api, port } = await serve();
    const page = await watch(port);
    await api.stop();
    await eventually(() => !page.isOpen);
  });
});
