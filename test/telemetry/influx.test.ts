import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { configSchema } from "../../src/config/schema.ts";
import { createInflux } from "../../src/daemon/influx.ts";
import { createMemoryStateStore } from "../../src/history/memory-state-store.ts";
import type { HistoryRow } from "../../src/ports/history.ts";
import { httpLines } from "../../src/telemetry/influx/http-lines.ts";
import { createInfluxFeed, type SendOutcome } from "../../src/telemetry/influx/influx-feed.ts";
import { minuteLines } from "../../src/telemetry/influx/line-protocol.ts";
import { createMqttTelemetry } from "../../src/telemetry/mqtt-telemetry.ts";
import { eventually } from "../support/eventually.ts";
import { createManualClock, settle } from "../support/manual-clock.ts";
import { recordingCommands } from "../support/recording-commands.ts";
import { silentLog } from "../support/silent-log.ts";
import { startBroker } from "./support/broker.ts";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function row(minute: number, changes: Partial<HistoryRow> = {}): HistoryRow {
  return {
    startMs: Date.UTC(2026, 5, 21) + minute * 60_000,
    seenS: 60,
    validS: 58,
    importWh: 0,
    exportWh: 12.3456,
    pvWh: 50,
    loadWh: undefined,
    batteryChargeWh: undefined,
    batteryDischargeWh: undefined,
    surplusWh: 20,
    chargeWh: 30,
    solarWh: 30,
    batterySocPct: undefined,
    state: "active",
    mode: "hems",
    minExportToStartW: 900,
    maxImportBeforeStoppingW: 700,
    wallboxes: [{ name: "garage", chargeWh: 30, solarWh: 30, setpointA: 9.98, phases: 3 }],
    ...changes,
  };
}

describe("a minute in line protocol", () => {
  it("is a line for the house and one for each wallbox, without what is not known", () => {
    expect(minuteLines(row(1), "home")).toEqual([
      "hems_edge,site=home seen_s=60i,valid_s=58i,import_wh=0,export_wh=12.35,pv_wh=50,surplus_wh=20,charge_wh=30," +
        'solar_wh=30,state="active",mode="hems" 1782000060',
      "hems_edge_wallbox,site=home,wallbox=garage charge_wh=30,solar_wh=30,setpoint_a=9.98,phases=3i 1782000060",
    ]);
  });

  it("escapes what would end a tag", () => {
    const [line] = minuteLines(row(0), "my house,a=b");
    expect(line).toMatch(/^hems_edge,site=my\\ house\\,a\\=b seen_s/);
  });
});

/** A feed whose receiver answers as told; what it got is in `taken`. */
function feedTo(...outcomes: SendOutcome[]) {
  const clock = createManualClock();
  const taken: (readonly string[])[] = [];
  const feed = createInfluxFeed(
    { site: "home" },
    {
      clock,
      log: silentLog,
      random: () => 0,
      async send(lines) {
        taken.push(lines);
        return outcomes[taken.length - 1] ?? { kind: "sent" };
      },
    },
  );
  return { feed, clock, taken };
}

const AWAY = { kind: "away", detail: "ECONNREFUSED" } as const;

describe("the feed", () => {
  it("sends each minute at once", async () => {
    const { feed, taken } = feedTo();
    feed.minute(row(0));
    feed.minute(row(1));
    await settle();
    expect(taken.flat()).toHaveLength(4);
    expect(feed.state()).toEqual({ isAway: false, sent: 4, dropped: 0, waiting: 0 });
  });

  it("keeps what cannot be sent, tries again by itself, and sends in order", async () => {
    const { feed, clock, taken } = feedTo(AWAY, AWAY);
    feed.minute(row(0));
    await settle();
    expect(feed.state()).toMatchObject({ isAway: true, waiting: 2 });
    feed.minute(row(1));
    await clock.advance(9_999);
    expect(taken).toHaveLength(1);
    await clock.advance(1);
    expect(feed.state()).toMatchObject({ isAway: true, waiting: 4 });
    await clock.advance(10_000);
    expect(taken.at(-1)?.map((line) => line.split(" ").at(-1))).toEqual([
      "1782000000",
      "1782000000",
      "1782000060",
      "1782000060",
    ]);
    expect(feed.state()).toEqual({ isAway: false, sent: 4, dropped: 0, waiting: 0 });
    expect(clock.pendingTimers).toBe(0);
  });

  it("keeps a day, then the oldest goes and is counted", async () => {
    const { feed } = feedTo(...Array.from({ length: 10 }, () => AWAY));
    for (let minute = 0; minute < 1_500; minute++) feed.minute(row(minute));
    await settle();
    expect(feed.state()).toMatchObject({ isAway: true, waiting: 2_880, dropped: 120 });
  });

  it("sends in bounded pieces after an outage", async () => {
    const { feed, clock, taken } = feedTo(AWAY);
    for (let minute = 0; minute < 600; minute++) feed.minute(row(minute));
    await clock.advance(10_000);
    expect(taken.slice(1).map(({ length }) => length)).toEqual([500, 500, 200]);
    expect(feed.state().sent).toBe(1_200);
  });

  it("drops what the receiver will never take, and goes on", async () => {
    const { feed } = feedTo({ kind: "refused", detail: "400" });
    feed.minute(row(0));
    await settle();
    feed.minute(row(1));
    await settle();
    expect(feed.state()).toEqual({ isAway: false, sent: 2, dropped: 2, waiting: 0 });
  });

  it("leaves no timer behind", async () => {
    const { feed, clock } = feedTo(AWAY);
    feed.minute(row(0));
    await settle();
    await feed.stop();
    expect(clock.pendingTimers).toBe(0);
  });
});

describe("over HTTP", () => {
  async function receiver(answer: (request: IncomingMessage, response: ServerResponse) => void) {
    const got: { url: string | undefined; authorization: string | undefined; body: string }[] = [];
    const server: Server = createServer((request, response) => {
      let body = "";
      request.on("data", (chunk) => {
        body += chunk;
      });
      request.on("end", () => {
        got.push({ url: request.url, authorization: request.headers.authorization, body });
        answer(request, response);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    cleanups.push(() => {
      server.closeAllConnections();
      server.close();
    });
    return {
      got,
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/write?db=home&precision=s`,
    };
  }

  const sendTo = (url: string, timeoutMs = 2_000) => {
    const clock = createManualClock();
    return { clock, send: httpLines({ url, token: "t0ken", timeoutMs }, { clock }) };
  };

  it("posts lines with the token", async () => {
    const { got, url } = await receiver((_, response) => response.writeHead(204).end());
    expect(await sendTo(url).send(["a b=1 1", "a b=2 2"])).toEqual({ kind: "sent" });
    expect(got).toEqual([
      { url: "/write?db=home&precision=s", authorization: "Token t0ken", body: "a b=1 1\na b=2 2\n" },
    ]);
  });

  it.each([
    [400, "refused"],
    [413, "refused"],
    [401, "away"],
    [429, "away"],
    [503, "away"],
    [301, "away"],
  ])("an answer of %i means %s", async (status, kind) => {
    const { url } = await receiver((_, response) =>
      response.writeHead(status, { location: "http://192.0.2.1/" }).end("x".repeat(1_000)),
    );
    const outcome = await sendTo(url).send(["a b=1 1"]);
    expect(outcome.kind).toBe(kind);
    if (outcome.kind !== "sent") expect(outcome.detail.length).toBeLessThan(300);
  });

  it("nobody there, silence and endless answers are only away", async () => {
    const { url } = await receiver(() => {});
    const { send, clock } = sendTo(url);
    const silent = send(["a b=1 1"]);
    await settle();
    await clock.advance(2_000);
    expect(await silent).toEqual({ kind: "away", detail: "no answer within 2000 ms" });
    expect(await sendTo("http://127.0.0.1:1/write").send(["a b=1 1"])).toMatchObject({ kind: "away" });
    const endless = await receiver((_, response) => {
      response.writeHead(500);
      response.write("x".repeat(100_000));
    });
    expect(await sendTo(endless.url).send(["a b=1 1"])).toEqual({ kind: "away", detail: "500" });
  });
});

describe("over MQTT", () => {
  const base = {
    site: { main_fuse_a: 35, pv_peak_w: 10_000 },
    wallbox: { identity: "box", phases: 3, max_current_a: 16 },
  };

  it("publishes lines on the topic, and keeps them while the broker is away", async () => {
    const broker = await startBroker();
    cleanups.push(() => broker.close());
    const clock = createManualClock();
    const deps = { clock, log: silentLog, random: () => 0 };
    const mqtt = createMqttTelemetry(
      {
        mqtt: {
          url: broker.url,
          protocol_version: 4,
          telemetry_interval_ms: 0,
          home_assistant: { enabled: false, prefix: "homeassistant" },
        },
        siteName: "home",
        devices: [],
        wallboxNames: [],
        largestCurrentA: 16,
        version: "1.0.0",
      },
      { ...deps, store: createMemoryStateStore(), commands: recordingCommands().commands },
    );
    cleanups.push(() => mqtt.stop());
    const config = configSchema.parse({ ...base, influx: { type: "mqtt", topic: "telegraf/hems" } });
    const feed = createInflux(config, { ...deps, secrets: { influx: {} }, mqtt });
    feed?.minute(row(0));
    await settle();
    expect(feed?.state()).toMatchObject({ isAway: true, waiting: 2 });
    mqtt.start();
    await eventually(() => mqtt.state().isConnected);
    await clock.advance(10_000);
    await eventually(() => feed?.state().sent === 2);
    const message = broker.messages.find(({ topic }) => topic === "telegraf/hems");
    expect(message?.payload.split("\n")).toEqual(minuteLines(row(0), "home"));
  });

  it("is nothing without a config", () => {
    const deps = { clock: createManualClock(), log: silentLog, random: () => 0 };
    expect(
      createInflux(configSchema.parse(base), { ...deps, secrets: { influx: {} }, mqtt: undefined }),
    ).toBeUndefined();
  });
});
