import { createHmac } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { pino } from "pino";
import { describe, expect, it, onTestFinished } from "vitest";
import { createMemoryStateStore } from "../../src/history/memory-state-store.ts";
import type { Channel } from "../../src/notify/channel.ts";
import { ntfyDeliver, webhookDeliver } from "../../src/notify/http-channel.ts";
import { createNotifier } from "../../src/notify/notifier.ts";
import type { StateStore } from "../../src/ports/state-store.ts";
import { eventually } from "../support/eventually.ts";
import { createManualClock, type ManualClock } from "../support/manual-clock.ts";
import { sampleReport } from "../support/sample-report.ts";
import { webServer } from "../support/web-server.ts";

interface Posted {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A server that keeps what is posted and answers as `answers` says, the last one for ever. */
async function receiver(
  ...answers: readonly (number | { status: number; headers: Record<string, string> })[]
) {
  const posts: Posted[] = [];
  const url = await webServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      const answer = answers[Math.min(posts.length, answers.length - 1)] ?? 200;
      posts.push({ path: request.url ?? "", headers: request.headers, body });
      const { status, headers } = typeof answer === "number" ? { status: answer, headers: {} } : answer;
      response.writeHead(status, headers).end(`you sent ${request.url} ${request.headers.authorization}`);
    });
  });
  return { posts, url };
}

interface Setup {
  readonly clock?: ManualClock;
  readonly store?: StateStore;
  readonly version?: string;
  readonly offlineDevices?: readonly string[];
}

function notifying(channels: (clock: ManualClock) => readonly Channel[], setup: Setup = {}) {
  const { clock = createManualClock(), store = createMemoryStateStore(), version = "1.2.3" } = setup;
  const lines: string[] = [];
  const log = pino({ level: "info" }, { write: (line: string) => void lines.push(line) });
  const site = { offlineDevices: setup.offlineDevices ?? [] };
  const notifier = createNotifier(
    { site: "home", language: "en", version },
    {
      ...{ clock, log, store, random: () => 0.5, channels: channels(clock) },
      facts: () => ({
        offlineDevices: site.offlineDevices,
        partner: undefined,
        certificates: [],
        isRecordFailing: false,
        isSafeMode: false,
      }),
    },
  );
  notifier.start();
  onTestFinished(() => notifier.stop());
  const pass = () =>
    notifier.report(sampleReport({ monotonicMs: clock.monotonicMs(), wallMs: clock.wallMs() }));
  return { notifier, clock, store, lines, site, pass };
}

function webhook(url: string, more: Partial<Channel> & { readonly secret?: string } = {}) {
  const { secret, ...channel } = more;
  return (clock: ManualClock): readonly Channel[] => [
    {
      name: "hook",
      type: "webhook",
      only: undefined,
      deliver: webhookDeliver({ url: `${url}/hook`, secret, timeoutMs: 10_000 }, clock),
      ...channel,
    },
  ];
}

const types = (posts: readonly Posted[]) =>
  posts.map(({ body }) => (JSON.parse(body) as { type: string }).type);
const bad = ["site: main_fuse_a is missing"];
/** The next look at the house. */
const LOOK_MS = 5_000;

describe("a webhook", () => {
  it("gets what begins and ends as JSON, signed as Standard Webhooks says", async () => {
    const { posts, url } = await receiver(204);
    const key = Buffer.from("a secret of thirty-two bytes, so");
    const { notifier, clock, pass } = notifying(webhook(url, { secret: `whsec_${key.toString("base64")}` }));
    notifier.noteConfig(bad);
    pass();
    await eventually(() => posts.length === 1);
    const [{ path, headers, body } = { path: "", headers: {}, body: "" }] = posts;
    const { data, ...envelope } = JSON.parse(body);
    expect(envelope).toEqual({
      type: "config_invalid.raised",
      timestamp: new Date(clock.wallMs()).toISOString(),
    });
    expect(data).toMatchObject({
      ...{ site: "home", code: "config_invalid", kind: "raised", subject: null, title: "home: config" },
      text: "The changed config was not taken, the old one stays: site: main_fuse_a is missing",
    });
    expect([path, headers["webhook-id"]]).toEqual(["/hook", data.id]);
    const signed = `${data.id}.${headers["webhook-timestamp"]}.${body}`;
    const signature = createHmac("sha256", key).update(signed).digest("base64");
    expect(headers["webhook-signature"]).toBe(`v1,${signature}`);

    notifier.noteConfig([]);
    await clock.advance(LOOK_MS);
    pass();
    await eventually(() => posts.length === 2);
    expect(types(posts)).toEqual(["config_invalid.raised", "config_invalid.cleared"]);
  });

  it("is tried again with the same id, more and more seldom, while it is away", async () => {
    const { posts, url } = await receiver(500, 503, 200);
    const { notifier, clock, lines, pass } = notifying(webhook(url));
    notifier.noteConfig(bad);
    pass();
    await eventually(() => notifier.channels()[0]?.problem?.startsWith("it answers 500") === true);
    await clock.advance(14_999);
    expect(posts).toHaveLength(1);
    await clock.advance(1);
    await eventually(() => notifier.channels()[0]?.problem?.startsWith("it answers 503") === true);
    await clock.advance(25_000);
    await eventually(() => notifier.channels()[0]?.sent === 1);
    expect(new Set(posts.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
    expect(notifier.channels()).toEqual([
      { name: "hook", type: "webhook", waiting: 0, sent: 1, dropped: 0, problem: undefined },
    ]);
    expect(lines.filter((line) => line.includes("notifications wait"))).toHaveLength(1);
    expect(lines.join()).toContain("notifications are sent again");
    expect(lines.join()).not.toContain(url);
  });

  it("may say when it wants to be asked again", async () => {
    const { posts, url } = await receiver({ status: 429, headers: { "retry-after": "120" } }, 200);
    const { notifier, clock, pass } = notifying(webhook(url));
    notifier.noteConfig(bad);
    pass();
    await eventually(() => notifier.channels()[0]?.problem !== undefined);
    await clock.advance(119_999);
    expect(posts).toHaveLength(1);
    await clock.advance(1);
    await eventually(() => posts.length === 2);
  });

  it("that refuses a message gets the next one", async () => {
    const { posts, url } = await receiver(400, 200);
    const { notifier, clock, pass } = notifying(webhook(url));
    notifier.noteConfig(bad);
    pass();
    notifier.noteConfig([]);
    await clock.advance(LOOK_MS);
    pass();
    await eventually(() => notifier.channels()[0]?.sent === 1);
    expect(types(posts)).toEqual(["config_invalid.raised", "config_invalid.cleared"]);
    expect(notifier.channels()).toMatchObject([{ waiting: 0, dropped: 1 }]);
  });

  it("that never answers is given up after its timeout", async () => {
    const url = await webServer(() => {});
    const { notifier, clock, pass } = notifying(webhook(url));
    notifier.noteConfig(bad);
    pass();
    await eventually(() => clock.pendingTimers > 0);
    await clock.advance(10_000);
    await eventually(() => notifier.channels()[0]?.problem === "no answer within 10000 ms");
  });

  it("gets nothing more once the gateway stops: it waits for the next start", async () => {
    const held: (() => void)[] = [];
    const url = await webServer((_request, response) => void held.push(() => response.end()));
    const { notifier, pass } = notifying(webhook(url));
    notifier.noteConfig(bad);
    pass();
    notifier.session(SESSION);
    await eventually(() => held.length === 1);
    const stopped = notifier.stop();
    held[0]?.();
    await stopped;
    expect(held).toHaveLength(1);
    expect(notifier.channels()).toMatchObject([{ sent: 1, waiting: 1 }]);
  });

  it("gets only what it wants", async () => {
    const { posts, url } = await receiver(200);
    const { notifier, pass } = notifying(webhook(url, { only: ["session_finished"] }));
    notifier.noteConfig(bad);
    pass();
    notifier.session(SESSION);
    await eventually(() => posts.length === 1);
    expect(JSON.parse(posts[0]?.body ?? "")).toMatchObject({
      type: "session_finished.event",
      data: {
        subject: "garage",
        text: "The car at garage got 12.4 kWh, 81 % of it from the sun.",
        figures: { kwh: 12.4, solar_pct: 81, cost_ct: 71 },
      },
    });
  });
});

const SESSION = {
  ...{ wallbox: "garage", startMs: 0, endMs: 1, chargingS: 3_600, maxPowerW: 11_000, costCt: 71 },
  ...{ idTag: undefined, registerWh: undefined },
  ...{ energyWh: 12_360, solarWh: 10_000, gridWh: 2_360 },
};

describe("ntfy", () => {
  const phone = (url: string) => (clock: ManualClock) => [
    {
      name: "phone",
      type: "ntfy" as const,
      only: undefined,
      deliver: ntfyDeliver(
        { url: `${url}/push/Garten%C3%BC`, token: "tk_s3cret", priority: 5, timeoutMs: 10_000 },
        clock,
      ),
    },
  ];

  it("gets title, text and priority for its topic, with the token", async () => {
    const { posts, url } = await receiver(200);
    const { notifier, pass } = notifying(phone(url));
    notifier.noteConfig(bad);
    pass();
    notifier.session(SESSION);
    await eventually(() => posts.length === 2);
    const [raised, event] = posts;
    expect([raised?.path, raised?.headers.authorization]).toEqual(["/push/", "Bearer tk_s3cret"]);
    expect(JSON.parse(raised?.body ?? "")).toMatchObject({
      ...{ topic: "Gartenü", title: "home: config", priority: 5, tags: ["warning"] },
      message: expect.stringContaining("was not taken"),
    });
    expect(JSON.parse(event?.body ?? "")).toMatchObject({ priority: 3, tags: ["electric_plug"] });
  });

  it("may repeat the token, and it stands nowhere", async () => {
    const { url } = await receiver(401);
    const { notifier, lines, pass } = notifying(phone(url));
    notifier.noteConfig(bad);
    pass();
    await eventually(() => notifier.channels()[0]?.problem !== undefined);
    expect(notifier.channels()[0]?.problem).toMatch(/^it answers 401 you sent \/push\/ Bearer \*\*\*/);
    expect(lines.join()).not.toContain("s3cret");
  });
});

describe("over a restart", () => {
  it("what waits is sent, in order, and nothing is told twice", async () => {
    const store = createMemoryStateStore();
    const { posts, url } = await receiver(500, 200);
    const first = notifying(webhook(url), { store });
    first.notifier.noteConfig(bad);
    first.pass();
    await eventually(() => posts.length === 1);
    first.notifier.session(SESSION);
    await first.notifier.stop();

    const second = notifying(webhook(url), { store, clock: first.clock });
    second.notifier.noteConfig(bad);
    second.pass();
    await eventually(() => posts.length === 3);
    expect(types(posts).slice(1)).toEqual(["config_invalid.raised", "session_finished.event"]);
    expect(second.notifier.raised()).toMatchObject([{ code: "config_invalid" }]);
    second.notifier.noteConfig([]);
    await second.clock.advance(LOOK_MS);
    second.pass();
    await eventually(() => posts.length === 4);
    expect(types(posts).at(-1)).toBe("config_invalid.cleared");
  });

  it("what is a day old is news no more, and what is kept is no more than a hundred", async () => {
    const store = createMemoryStateStore();
    const [away, back] = [await receiver(500), await receiver(200)];
    const first = notifying(webhook(away.url), { store });
    for (let hour = 0; hour < 6; hour++) {
      for (let session = 0; session < 20; session++) first.notifier.session(SESSION);
      await first.clock.advance(3_600_000);
    }
    expect(first.notifier.channels()).toMatchObject([{ waiting: 100, dropped: 20 }]);
    await first.notifier.stop();
    first.clock.jumpWall(20 * 3_600_000 + 1);
    const second = notifying(webhook(back.url), { store, clock: first.clock });
    await eventually(() => second.notifier.channels()[0]?.waiting === 0);
    expect(back.posts).toHaveLength(60);
    expect(second.notifier.channels()).toMatchObject([{ sent: 60, dropped: 40 }]);
  });

  it("into another version people hear of the update, and of none at the first start", async () => {
    const store = createMemoryStateStore();
    const { posts, url } = await receiver(200);
    const first = notifying(webhook(url), { store });
    await first.notifier.stop();
    const second = notifying(webhook(url), { store, version: "1.3.0" });
    await eventually(() => second.notifier.channels()[0]?.sent === 1);
    expect(JSON.parse(posts[0]?.body ?? "").data.text).toBe(
      "The gateway runs version 1.3.0 now, before it was 1.2.3.",
    );
  });

  it.each([
    ["nothing", null],
    ["nonsense", [{ id: 1 }]],
    ["a text", "x"],
  ])("a store that holds %s is no harm", (_case, stored) => {
    const store = createMemoryStateStore();
    for (const key of ["notify/raised", "notify/waiting/hook"]) store.put(key, stored);
    const { notifier } = notifying(webhook("http://127.0.0.1:9"), { store });
    expect(notifier.channels()).toMatchObject([{ waiting: 0 }]);
  });
});

it("tells no more than twenty in an hour, and what still holds then later", async () => {
  const { posts, url } = await receiver(200);
  const names = Array.from({ length: 25 }, (_, index) => `device${index}`);
  const { clock, pass, notifier } = notifying(webhook(url), { offlineDevices: names });
  pass();
  await clock.advance(300_000);
  pass();
  await eventually(() => notifier.channels()[0]?.sent === 20);
  await clock.advance(3_599_000);
  pass();
  expect(notifier.raised()).toHaveLength(20);
  await clock.advance(LOOK_MS);
  pass();
  await eventually(() => posts.length === 25);
});

describe("the test", () => {
  it("goes past the queue, and says of each channel whether it arrived", async () => {
    const [good, gone] = [await receiver(200), await receiver(404)];
    const { notifier } = notifying((clock) => [
      ...webhook(good.url)(clock),
      ...webhook(gone.url, { name: "gone" })(clock),
    ]);
    expect(await notifier.test()).toEqual([
      { name: "hook", type: "webhook", problem: undefined },
      { name: "gone", type: "webhook", problem: expect.stringMatching(/^it answers 404/) },
    ]);
    expect(types(good.posts)).toEqual(["test.test"]);
    expect(notifier.channels()).toMatchObject([{ waiting: 0 }, { waiting: 0 }]);
  });
});
