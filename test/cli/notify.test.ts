import { describe, expect, it } from "vitest";
import type { NotificationDesk } from "../../src/ports/notifications.ts";
import { ask } from "../api/support/http.ts";
import { serve } from "../api/support/serve.ts";
import { typed } from "./support/typed.ts";

const channel = { name: "phone", type: "ntfy", waiting: 2, sent: 5, dropped: 1, problem: "it answers 503" };
const desk: NotificationDesk = {
  channels: () => [channel, { ...channel, name: "hook", type: "webhook", waiting: 0, problem: undefined }],
  raised: () => [
    { code: "meter_lost", subject: undefined, sinceWallMs: 0 },
    { code: "wallbox_lost", subject: "garage", sinceWallMs: 60_000.4 },
  ],
  test: async () => [
    { name: "phone", type: "ntfy", problem: "it answers 503" },
    { name: "hook", type: "webhook", problem: undefined },
  ],
};

describe("notify", () => {
  it("list shows what was told that is not over, and the queues", async () => {
    const { url } = await serve({}, { notifications: desk });
    const { code, out } = await typed("notify", "list", "--url", url);
    expect(code).toBe(0);
    expect(out).toBe(
      [
        "since 1970-01-01T00:00:00.000Z  meter_lost",
        "since 1970-01-01T00:01:00.000Z  wallbox_lost garage",
        "phone (ntfy): 5 sent, 2 waiting, 1 dropped, last try failed: it answers 503",
        "hook (webhook): 5 sent, 0 waiting, 1 dropped",
        "",
      ].join("\n"),
    );
    const json = JSON.parse((await typed("notify", "list", "--json", "--url", url)).out);
    expect(json.channels[1].problem).toBeNull();
  });

  it("list says when nothing is wrong", async () => {
    const { url } = await serve({}, { notifications: { ...desk, raised: () => [] } });
    expect((await typed("notify", "list", "--url", url)).out).toMatch(/^Nothing is wrong\.\n/);
  });

  it("and Prometheus tell the same of the queues", async () => {
    const { port } = await serve({}, { notifications: desk });
    const { text } = await ask(port, "/metrics");
    expect(text).toContain('hems_edge_notifications_sent_total{channel="phone"} 5\n');
    expect(text).toContain('hems_edge_notifications_waiting{channel="phone"} 2\n');
    expect(text).toContain('hems_edge_notifications_dropped_total{channel="hook"} 1\n');
    expect(text).toContain("hems_edge_notifications_raised 2\n");
  });

  it("test fails when a channel does, and says which", async () => {
    const { url } = await serve({}, { notifications: desk });
    const { code, out } = await typed("notify", "test", "--url", url);
    expect([code, out]).toEqual([1, "phone (ntfy): failed, it answers 503\nhook (webhook): sent\n"]);
  });

  it.each(["list", "test"])("%s says how to begin where nobody is told of anything", async (what) => {
    const { url } = await serve();
    const { code, err } = await typed("notify", what, "--url", url);
    expect([code, err]).toEqual([1, expect.stringContaining("add notifications to the config")]);
  });
});
