import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import { createHttpSource } from "../../../drivers/json/http-source.ts";
import type { JsonMap } from "../../../drivers/json/json-map.ts";
import { createTopicSource } from "../../../drivers/json/topic-source.ts";
import { loadProfile, PROFILE_NAMES } from "../../../drivers/profiles/catalogue.ts";
import { createManualClock } from "../../support/manual-clock.ts";
import { closedAfterTest } from "../modbus/support/bus-under-test.ts";

function jsonProfile(name: string): JsonMap {
  const profile = loadProfile(name);
  if (profile.protocol !== "http" && profile.protocol !== "mqtt") throw new Error(`${name} is not JSON`);
  return profile;
}

async function httpRig(map: JsonMap, answer: RequestListener) {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closedAfterTest({
    close() {
      server.closeAllConnections();
      return new Promise<void>((resolve) => server.close(() => resolve()));
    },
  });
  const clock = createManualClock();
  const { port } = server.address() as AddressInfo;
  const options = { name: "meter", host: "127.0.0.1", port, map, timeoutMs: 500 };
  const source = createHttpSource({ ...options, roles: ["grid", "pv", "battery"] }, { clock });
  return { clock, source };
}

const gridMap: JsonMap = {
  requests: { main: "/status" },
  values: { grid_w: { request: "main", path: "a.0.power" } },
  channels: { gridPowerW: { sum: [{ register: "grid_w", factor: -1, isOptional: false }], poll: "fast" } },
};

/** Messages as the makers' documents show them, and what they mean. */
const DOCUMENTED: Readonly<Record<string, readonly [Readonly<Record<string, unknown>>, object]>> = {
  "shelly-pro-3em-http": [
    {
      "/rpc/EM.GetStatus?id=0": {
        ...{ a_current: 4.1, a_act_power: -951.2, b_current: 2.2, b_act_power: 480.1 },
        ...{ c_current: 0.03, c_act_power: 0, total_act_power: -471.1 },
      },
    },
    { gridPowerW: -471.1, gridPhaseCurrentsA: [-4.1, 2.2, 0.03] },
  ],
  "shelly-3em-http": [
    {
      "/status": {
        emeters: [
          { power: 10, current: 0.5 },
          { power: -20, current: 0.6 },
          { power: 30, current: 0.7 },
        ],
        total_power: 20,
      },
    },
    { gridPowerW: 20, gridPhaseCurrentsA: [0.5, -0.6, 0.7] },
  ],
  "homewizard-p1": [
    {
      "/api/v1/data": {
        ...{ active_power_w: -543, active_current_l1_a: -4, active_power_l1_w: -676 },
        ...{ active_current_l2_a: 2, active_power_l2_w: 133, active_current_l3_a: 0, active_power_l3_w: 0 },
      },
    },
    { gridPowerW: -543, gridPhaseCurrentsA: [-4, 2, 0] },
  ],
  "tasmota-energy": [
    { "/cm?cmnd=Status%2010": { StatusSNS: { ENERGY: { Power: 87 } } } },
    { gridPowerW: 87 },
  ],
  powerwall: [
    {
      "/api/meters/aggregates": {
        site: { instant_power: 56 },
        battery: { instant_power: -1_200 },
        solar: { instant_power: 3_400 },
      },
      "/api/system_status/soe": { percentage: 69.1 },
    },
    { gridPowerW: 56, batteryPowerW: -1_200, pvPowerW: 3_400, batterySocPct: 69.1 },
  ],
};

describe("a device that gives JSON over HTTP", () => {
  it("is documented by an example for each profile", () => {
    const http = PROFILE_NAMES.filter((name) => loadProfile(name).protocol === "http");
    expect(Object.keys(DOCUMENTED).sort()).toEqual(http);
  });

  it.each(Object.entries(DOCUMENTED))("%s means what its maker says", async (name, [pages, channels]) => {
    const { source } = await httpRig(jsonProfile(name), (request, response) => {
      response.end(JSON.stringify(pages[request.url ?? ""]));
    });
    expect(await source.read()).toMatchObject({ ok: true, channels });
  });

  it("turns the sign where the config says so, and takes numbers in quotes", async () => {
    const { source } = await httpRig(gridMap, (_, response) => response.end('{"a":[{"power":"12.5"}]}'));
    expect(await source.read()).toMatchObject({ ok: true, channels: { gridPowerW: -12.5 } });
  });

  it("lacks what is not there, is no number or is inherited", async () => {
    for (const body of ["{}", '{"a":[{"power":null}]}', '{"a":[{"power":"NaN"}]}', '{"a":{}}', "[]", "7"]) {
      const { source } = await httpRig(gridMap, (_, response) => response.end(body));
      const reading = await source.read();
      expect(reading.ok && reading.channels).toEqual({});
    }
  });

  it.each<[string, RequestListener, object]>([
    ["no JSON", (_, response) => response.end("<html>"), { kind: "protocol" }],
    ["an error page", (_, response) => response.writeHead(500).end("{}"), { kind: "refused", code: 500 }],
    [
      "a redirect",
      (_, response) => response.writeHead(302, { location: "http://example.com/" }).end(),
      { kind: "refused", code: 302 },
    ],
    [
      "more than any meter says",
      (_, response) => response.end(`"${"x".repeat(300_000)}"`),
      { kind: "protocol" },
    ],
    ["nothing and hangs up", (_, response) => response.destroy(), { kind: "unreachable" }],
  ])("is at fault when it answers with %s", async (_, answer, fault) => {
    const { source } = await httpRig(gridMap, answer);
    expect(await source.read()).toMatchObject({ ok: false, fault });
  });

  it("has its timeout, also in the middle of an answer", async () => {
    let arrived = () => {};
    const isAsked = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const { source, clock } = await httpRig(gridMap, (_, response) => {
      response.write("{");
      arrived();
    });
    const reading = source.read();
    await isAsked;
    await clock.advance(500);
    expect(await reading).toMatchObject({ ok: false, fault: { kind: "timeout" } });
  });
});

describe("a device that publishes on a topic", () => {
  function rig(map = jsonProfile("shelly-pro-3em-mqtt")) {
    const clock = createManualClock();
    let take: (text: string, isRetained: boolean) => void = () => {};
    const feed = {
      isStopped: false,
      follow(taker: typeof take) {
        take = taker;
      },
      stop() {
        feed.isStopped = true;
        return Promise.resolve();
      },
    };
    const source = createTopicSource({ name: "meter", map, roles: ["grid"], pollMs: 1_000 }, { feed, clock });
    return { clock, source, feed, say: (text: string, isRetained = false) => take(text, isRetained) };
  }
  const message = '{"total_act_power":123.4}';

  it("is silent before its first message, and again 15 s after its last", async () => {
    const { source, clock, say } = rig();
    expect(await source.read()).toMatchObject({ ok: false, fault: { kind: "timeout" } });
    say(message);
    await clock.advance(15_000);
    expect(await source.read()).toMatchObject({ ok: true, channels: { gridPowerW: 123.4 } });
    await clock.advance(1);
    expect(await source.read()).toMatchObject({ ok: false });
  });

  it("never takes a retained message for a value of now", async () => {
    const { source, say } = rig();
    await source.read();
    say(message, true);
    expect(await source.read()).toMatchObject({ ok: false });
  });

  it.each(["", "garbage", "null", "{}", '{"total_act_power":"?"}'])(
    "is not kept alive by %j",
    async (text) => {
      const { source, say } = rig();
      await source.read();
      say(text);
      expect(await source.read()).toMatchObject({ ok: false });
    },
  );

  it("may send the bare number", async () => {
    const map: JsonMap = { ...gridMap, requests: {}, values: { grid_w: {} } };
    const { source, say } = rig(map);
    await source.read();
    say("-250.5");
    expect(await source.read()).toMatchObject({ ok: true, channels: { gridPowerW: 250.5 } });
  });

  it("ends its feed with itself", async () => {
    const { source, feed } = rig();
    await source.close();
    expect(feed.isStopped).toBe(true);
  });
});
