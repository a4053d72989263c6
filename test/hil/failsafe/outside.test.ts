import { connectAsync } from "mqtt";
import { describe } from "vitest";
import type { PartnerFault } from "../../../simulator/partner/faults.ts";
import { type Bench, startCharging } from "../support/bench.ts";
import { constantTrace } from "../support/constant-trace.ts";
import { failsafe, offerSince, secondsUntil } from "../support/failsafe.ts";
import { secondsUntilBelow, untilUnlimited } from "../support/unlimited-charge.ts";

/** What the cloud does one after the other, 4 min each; then it is not there at all for as long. */
const FAULTS: readonly PartnerFault[] = [
  { kind: "server_error" },
  { kind: "truncated" },
  { kind: "silent" },
  { kind: "broken" },
];
const FAULT_S = 240;
const ASKED_PAUSE_S = 300;
const DAY_MS = 86_400_000;
const TWO_HOURS_S = 7_200;

const requests = ({ site }: Bench) => site.partner.counters().requests;

/** Seconds until a mode chosen in the partner's app is followed. */
function secondsUntilFollowed(bench: Bench, withinSeconds: number): Promise<number> {
  return secondsUntil(bench, withinSeconds, () => bench.site.house.evse.offeredCurrentA === 16);
}

describe("the failsafe table: partner, broker, grid operator", () => {
  failsafe("F6", {}, async (bench, measured) => {
    const { partner } = bench.site;
    await startCharging(bench);
    const mark = bench.history.mark();
    const before = requests(bench);
    for (const fault of FAULTS) {
      partner.heal();
      partner.inject(fault);
      await bench.pass(FAULT_S);
    }
    await bench.site.pull("partner");
    await bench.pass(FAULT_S);
    const { raisedA, loweredA } = offerSince(bench, mark, 11);
    measured("raisedA", raisedA);
    measured("loweredA", loweredA);
    measured("requests", requests(bench) - before);

    partner.heal();
    partner.setMode("none");
    await bench.site.plug("partner");
    measured("recoveredS", await secondsUntilFollowed(bench, 1_000));

    partner.inject({ kind: "rate_limited", retryAfter: `${ASKED_PAUSE_S}` });
    // Everybody who asks at all has asked by then.
    await bench.pass(90);
    const asked = requests(bench);
    await bench.pass(ASKED_PAUSE_S - 90 - 20);
    measured("early", requests(bench) - asked);
  });

  failsafe("F7", {}, async (bench, measured) => {
    const { partner } = bench.site;
    const daemon = await startCharging(bench);
    const mark = bench.history.mark();
    const before = requests(bench);
    partner.revokeAccessTokens();
    partner.revokeRefreshTokens();
    partner.inject({ kind: "unauthorized" });
    await bench.pass(600);
    const { raisedA, loweredA } = offerSince(bench, mark, 11);
    measured("raisedA", raisedA);
    measured("loweredA", loweredA);
    measured("requests", requests(bench) - before);
    partner.heal();
    partner.setMode("none");
    measured("recoveredS", await secondsUntilFollowed(bench, 1_000));

    partner.setMode("hems");
    await bench.steady(400, ({ offeredA }) => offeredA === 11);
    daemon.shiftWall(-DAY_MS);
    await bench.pass(30);
    partner.setMode("none");
    measured("wrongClockS", await secondsUntilFollowed(bench, 200));
  });

  failsafe("F8", {}, async (bench, measured) => {
    const { broker, partner } = bench.site;
    await startCharging(bench);
    const told = (topic: string) =>
      JSON.parse(broker.lastMessage(`hems-edge/bench/${topic}`)?.payload ?? "{}") as Record<string, unknown>;
    await bench.within(60, () => told("state").reason === "following_surplus");
    await bench.site.pull("broker");
    await bench.within(60, async () => (await bench.state())?.mqtt?.is_connected === false);
    partner.setMode("none");
    measured("actedS", await secondsUntilFollowed(bench, 200));

    await bench.site.plug("broker");
    // Time stands still until somebody listens.
    const listener = await connectAsync(broker.url);
    const events: string[] = [];
    listener.on("message", (_topic, payload) => events.push(JSON.parse(`${payload}`).event));
    await listener.subscribeAsync("hems-edge/bench/event");
    const isTold = () => {
      const { mode, setpoint_a } = told("state");
      const isOnline = broker.lastMessage("hems-edge/bench/status")?.payload === "online";
      return mode === "none" && setpoint_a === 16 && isOnline && events.includes("mode_changed");
    };
    measured("toldS", await secondsUntil(bench, 200, isTold));
    await listener.endAsync();
  });

  failsafe(
    "F9",
    { mode: "none", trace: constantTrace({ pvW: 0, loadW: 500 }), hasControlBox: true },
    async (bench, measured) => {
      bench.startDaemon();
      await untilUnlimited(bench, 400);
      await bench.controlBox?.pull();
      measured("limitedS", await secondsUntilBelow(bench, 4_200, 300));
      await bench.offers(6, 30);
      const mark = bench.history.mark();
      await bench.pass(TWO_HOURS_S);
      measured("offeredA", bench.history.highestSinceA(mark));
      await bench.controlBox?.plug();
      measured("recoveredS", await secondsUntilFollowed(bench, 200));
    },
  );
});
