import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type CentralSystem, createCentralSystem } from "../../simulator/wallbox/central-system.ts";
import { eventually } from "../../support/eventually.ts";
import type { ScriptedBox } from "./support/scripted-box.ts";
import { stationOn } from "./support/station-201.ts";
import { createTestSite, type TestSite, type TestSiteOptions } from "./support/test-site.ts";

let site: TestSite;
let backend: CentralSystem;
let box: ScriptedBox;
/** What the backend says of a tag; silence where nothing is written. */
let statuses: Record<string, string>;

beforeEach(async () => {
  statuses = { GOOD: "Accepted", BAD: "Blocked" };
  backend = await createCentralSystem(() => site.clock.wallMs());
  backend.script("Authorize", ({ idTag }) => {
    const status = statuses[String(idTag)];
    return status === undefined ? new Promise(() => {}) : { idTagInfo: { status } };
  });
});
afterEach(async () => {
  await site.close();
  await backend.close();
});

interface Relay extends Pick<TestSiteOptions, "store" | "clock"> {
  readonly allowedTags?: readonly string[];
  readonly isAskedForTags?: boolean;
}

async function gateway({ allowedTags = [], isAskedForTags = true, ...options }: Relay = {}): Promise<void> {
  site = await createTestSite({
    ...options,
    wallbox: {
      allowedTags,
      upstream: { url: backend.url, identity: "BOX1", password: undefined, mayCommand: true, isAskedForTags },
    },
  });
}

async function relay(options: Relay = {}): Promise<void> {
  await gateway(options);
  box = await site.dialReady("Preparing");
  await registered();
}

const passUntil = (condition: () => boolean) =>
  eventually(async () => {
    if (!condition()) await site.clock.advance(1_000);
    return condition();
  });
const registered = () => passUntil(() => backend.of("StatusNotification").length > 0);

const info = (status: string) => ({ idTagInfo: { status } });
const authorize = (idTag: string) => box.call("Authorize", { idTag });
const start = (idTag: string, minute = 0) =>
  box.call("StartTransaction", {
    connectorId: 1,
    idTag,
    meterStart: 5,
    timestamp: `2022-03-19T06:0${minute}:00Z`,
  });

describe("a tag that is in no list of ours", () => {
  it.each([
    ["GOOD", "Accepted"],
    ["BAD", "Blocked"],
  ])("is judged by the other central system: %s is %s", async (idTag, status) => {
    await relay();
    expect(await authorize(idTag)).toEqual(info(status));
    expect(await start(idTag)).toMatchObject({ ...info(status), transactionId: expect.any(Number) });
    expect(backend.of("Authorize")).toEqual([{ idTag }]);
  });

  it("is judged at its start where the box did not ask before", async () => {
    await relay();
    expect(await start("BAD")).toMatchObject(info("Blocked"));
  });

  it("is asked for again after a minute", async () => {
    await relay();
    await authorize("GOOD");
    statuses.GOOD = "Expired";
    expect(await authorize("good")).toEqual(info("Accepted"));
    await site.clock.advance(60_000);
    expect(await authorize("GOOD")).toEqual(info("Expired"));
  });

  it("may charge by the word of the other central system although the list is another", async () => {
    await relay({ allowedTags: ["OURS"] });
    expect(await authorize("GOOD")).toEqual(info("Accepted"));
    expect(await authorize("BAD")).toEqual(info("Blocked"));
  });
});

describe("a tag of the list, and ours", () => {
  it.each(["OURS", "hems-edge"])("%s is not asked for", async (idTag) => {
    await relay({ allowedTags: ["OURS"] });
    statuses[idTag] = "Blocked";
    expect(await authorize(idTag)).toEqual(info("Accepted"));
    expect(await start(idTag)).toMatchObject(info("Accepted"));
  });
});

describe("while the other central system is away or silent", () => {
  /** Time passes while the box waits. */
  async function answered(idTag: string) {
    let answer: Record<string, unknown> | undefined;
    void authorize(idTag).then((payload) => {
      answer = payload;
    });
    await passUntil(() => answer !== undefined);
    return answer;
  }

  it.each([
    ["everybody where there is no list", [], "Accepted"],
    ["nobody else where there is one", ["OURS"], "Invalid"],
  ])("a new tag may charge as without it: %s", async (_who, allowedTags, status) => {
    await relay({ allowedTags });
    const askedMs = site.clock.monotonicMs();
    expect(await answered("SILENT")).toEqual(info(status));
    expect(site.clock.monotonicMs() - askedMs).toBeLessThanOrEqual(10_000);
    await backend.close();
    expect(await answered("SILENT")).toEqual(info(status));
  });

  it("a known tag counts as it did last, over our restart too", async () => {
    await relay({ allowedTags: ["OURS"] });
    await authorize("GOOD");
    await authorize("BAD");
    const { store, clock } = site;
    await site.close();
    await backend.close();
    await gateway({ allowedTags: [], store, clock });
    box = await site.dialReady("Preparing");
    expect(await authorize("GOOD")).toEqual(info("Accepted"));
    expect(await authorize("BAD")).toEqual(info("Blocked"));
  });

  it("a tag that ended meanwhile is no longer accepted", async () => {
    await relay();
    const expiryDate = new Date(site.clock.wallMs() + 120_000).toISOString();
    backend.script("Authorize", () => ({ idTagInfo: { status: "Accepted", expiryDate } }));
    expect(await authorize("GOOD")).toEqual(info("Accepted"));
    await backend.close();
    await site.clock.advance(180_000);
    expect(await answered("GOOD")).toEqual(info("Expired"));
  });

  it("what it says of a start that it hears later counts from then on", async () => {
    await relay();
    backend.script("StartTransaction", () => ({ transactionId: 9, idTagInfo: { status: "Blocked" } }));
    let isAnswered = false;
    void start("SILENT").then(() => {
      isAnswered = true;
    });
    await passUntil(() => isAnswered && backend.of("StartTransaction").length === 1);
    await backend.close();
    await site.clock.advance(120_000);
    expect(await answered("SILENT")).toEqual(info("Blocked"));
  });

  it("a box that hangs up before its answer harms nobody", async () => {
    await relay();
    void authorize("SILENT");
    await passUntil(() => backend.of("Authorize").length === 1);
    await box.close();
    // Until the call that is never answered is given up there.
    await site.clock.advance(60_000);
    box = await site.dialReady("Preparing");
    expect(await authorize("GOOD")).toEqual(info("Accepted"));
  });
});

describe("where tags are judged here", () => {
  it("the other central system only hears of them", async () => {
    await relay({ isAskedForTags: false });
    statuses.ANY = "Blocked";
    expect(await authorize("ANY")).toEqual(info("Accepted"));
    await passUntil(() => backend.of("Authorize").length === 1);
  });
});

describe("a 2.0.1 station before a central system of 1.6", () => {
  const event = (eventType: string, more: object) =>
    box.call("TransactionEvent", {
      eventType,
      timestamp: "2022-03-19T06:00:00Z",
      triggerReason: "Authorized",
      seqNo: 0,
      transactionInfo: { transactionId: "tx-abc", chargingState: "Charging" },
      evse: { id: 1, connectorId: 1 },
      ...more,
    });
  const idToken = (token: string) => ({ idToken: { idToken: token, type: "ISO14443" } });

  beforeEach(async () => {
    await gateway();
    box = await stationOn(site);
    await box.call("StatusNotification", {
      timestamp: "2022-03-19T06:00:00Z",
      connectorStatus: "Occupied",
      evseId: 1,
      connectorId: 1,
    });
    await registered();
  });

  it("has its tags judged there", async () => {
    expect(await box.call("Authorize", idToken("BAD"))).toEqual({ idTokenInfo: { status: "Blocked" } });
    expect(await event("Started", idToken("GOOD"))).toEqual({ idTokenInfo: { status: "Accepted" } });
  });

  it("is heard there, in words that 1.6 allows", async () => {
    expect(backend.of("BootNotification")[0]).toMatchObject({ chargePointVendor: "Station" });
    await event("Started", idToken("GOOD"));
    await passUntil(() => backend.of("StartTransaction").length === 1);
    expect(backend.of("StartTransaction")[0]).toMatchObject({ connectorId: 1, idTag: "GOOD" });
    await event("Ended", {});
    await passUntil(() => backend.of("StopTransaction").length === 1);
    expect(backend.statuses()).toContain("Charging");
  });

  it.each([
    ["Reset", { type: "Soft" }, { type: "OnIdle" }, "Scheduled", "Accepted"],
    ["Reset", { type: "Hard" }, { type: "Immediate" }, "Rejected", "Rejected"],
    [
      "UnlockConnector",
      { connectorId: 1 },
      { evseId: 1, connectorId: 1 },
      "UnknownConnector",
      "UnlockFailed",
    ],
    [
      "ChangeAvailability",
      { connectorId: 0, type: "Inoperative" },
      { operationalStatus: "Inoperative" },
      "Scheduled",
      "Scheduled",
    ],
    [
      "ChangeAvailability",
      { connectorId: 1, type: "Operative" },
      { operationalStatus: "Operative", evse: { id: 1 } },
      "Accepted",
      "Accepted",
    ],
    ["ClearCache", {}, {}, "Accepted", "Accepted"],
  ])("is told %s %j from there", async (action, asked, told, said, status) => {
    box.on(action, () => ({ status: said }));
    expect(await backend.call(action, asked)).toEqual({ status });
    expect(box.calls(action)).toEqual([told]);
  });

  it("is started and stopped from there", async () => {
    expect(await backend.call("RemoteStartTransaction", { idTag: "GOOD", connectorId: 1 })).toEqual({
      status: "Accepted",
    });
    expect(box.calls("RequestStartTransaction")).toMatchObject([{ idToken: { idToken: "GOOD" }, evseId: 1 }]);
    await event("Started", idToken("GOOD"));
    await event("Updated", {
      meterValue: [
        {
          timestamp: "2022-03-19T06:00:00Z",
          sampledValue: [
            { value: 700, measurand: "Energy.Active.Import.Register", unitOfMeasure: { unit: "Wh" } },
          ],
        },
      ],
    });
    await passUntil(() => backend.of("MeterValues").length === 1);
    const [{ transactionId } = {}] = backend.of("MeterValues");
    expect(await backend.call("RemoteStopTransaction", { transactionId })).toEqual({ status: "Accepted" });
    expect(box.calls("RequestStopTransaction")).toEqual([{ transactionId: "tx-abc" }]);
  });
});
