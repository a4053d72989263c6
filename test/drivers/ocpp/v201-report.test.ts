import { afterEach, describe, expect, it } from "vitest";
import type { ScriptedBox } from "./support/scripted-box.ts";
import { type Payload, stationOn } from "./support/station-201.ts";
import { createTestSite, type TestSite } from "./support/test-site.ts";

let site: TestSite;
afterEach(() => site.close());

const variable = (component: string, name: string, value: string | undefined, more: Payload = {}) => ({
  component: { name: component },
  variable: { name },
  variableAttribute: value === undefined ? [] : [{ value, mutability: "ReadOnly" }],
  ...more,
});

const SMART = [
  variable("SmartChargingCtrlr", "Enabled", "true"),
  variable("SmartChargingCtrlr", "ProfileStackLevel", "4"),
  variable("SmartChargingCtrlr", "PeriodsPerSchedule", "24"),
  variable("SmartChargingCtrlr", "RateUnit", "A"),
  variable("SmartChargingCtrlr", "ACPhaseSwitchingSupported", "true"),
  variable("SmartChargingCtrlr", "Entries", undefined, {
    variable: { name: "Entries", instance: "ChargingProfiles" },
    variableCharacteristics: { dataType: "integer", maxLimit: 9 },
  }),
];
const MEASURANDS = [
  variable("SampledDataCtrlr", "TxUpdatedMeasurands", "Power.Active.Import", {
    variableCharacteristics: {
      dataType: "MemberList",
      valuesList: `Power.Active.Import,Current.Import,${"Voltage,".repeat(60)}SoC`,
    },
  }),
  variable("EVSE", "SupplyPhases", "1", { component: { name: "EVSE", evse: { id: 1 } } }),
];

const report = (box: ScriptedBox, requestId: unknown, parts: readonly (readonly Payload[])[]) =>
  Promise.all(
    parts.map((reportData, seqNo) =>
      box.call("NotifyReport", {
        requestId,
        generatedAt: "2022-03-19T06:00:00Z",
        seqNo,
        ...(seqNo < parts.length - 1 && { tbc: true }),
        reportData,
      }),
    ),
  );

/** A station that answers nothing by name: what is known of it comes from its reports. */
async function reporting(script: (box: ScriptedBox) => void): Promise<ScriptedBox> {
  site = await createTestSite();
  return stationOn(site, {}, { script, secondsPass: true });
}

const KNOWN = {
  maxStackLevel: 4,
  maxPeriods: 24,
  maxProfiles: 9,
  rateUnits: ["A"],
  featureProfiles: ["Core", "RemoteTrigger", "SmartCharging"],
  measurands: ["Power.Active.Import"],
};

describe("the report of a 2.0.1 station", () => {
  it("stands on its card, whatever the number of its parts and though the first comes before the answer", async () => {
    const box = await reporting((station) => {
      station.on("GetReport", ({ requestId }) => {
        void report(station, requestId, [SMART.slice(0, 2), SMART.slice(2), MEASURANDS]);
        return { status: "Accepted" };
      });
    });
    const { smartCharging, phases } = site.wallbox.card();
    expect(smartCharging).toMatchObject(KNOWN);
    expect(smartCharging.availableMeasurands.at(-1)).toBe("SoC");
    expect(phases).toMatchObject({ installed: 3, supplied: 1, claimsSwitching: true });
    expect(box.calls("GetReport")).toHaveLength(1);
    expect(box.calls("GetBaseReport")).toEqual([]);
    const { store } = site;
    await site.close();
    site = await createTestSite({ store });
    expect(site.wallbox.card().smartCharging).toMatchObject(KNOWN);
  });

  it.each(["NotSupported", "EmptyResultSet", "Rejected"])(
    "is the whole inventory where the shorter one is %s",
    async (status) => {
      const box = await reporting((station) => {
        station.on("GetReport", () => ({ status }));
        station.on("GetBaseReport", ({ requestId }) => {
          setImmediate(() => void report(station, requestId, [[...SMART, ...MEASURANDS]]));
          return { status: "Accepted" };
        });
      });
      expect(site.wallbox.card().smartCharging).toMatchObject(KNOWN);
      expect(box.calls("GetBaseReport")).toMatchObject([{ reportBase: "FullInventory" }]);
    },
  );

  it("that never comes does not keep the station from being set up", async () => {
    site = await createTestSite();
    const startMs = site.clock.monotonicMs();
    await stationOn(site, undefined, {
      secondsPass: true,
      script(station) {
        station.on("GetReport", () => ({ status: "Accepted" }));
        station.on("GetBaseReport", () => ({ status: "Accepted" }));
      },
    });
    expect(site.clock.monotonicMs() - startMs).toBeLessThan(60_000);
    expect(site.wallbox.card().smartCharging).toMatchObject({ maxStackLevel: 3, availableMeasurands: [] });
  });

  it("that breaks off counts as far as it came", async () => {
    await reporting((station) => {
      station.on("GetReport", ({ requestId }) => {
        void station.call("NotifyReport", { requestId, seqNo: 0, tbc: true, reportData: SMART });
        return { status: "Accepted" };
      });
    });
    expect(site.wallbox.card().smartCharging).toMatchObject({ maxStackLevel: 4, maxProfiles: 9 });
  });

  it.each<[string, Payload]>([
    ["that nobody asked for", { requestId: 999, seqNo: 0, reportData: SMART }],
    [
      "of rubbish",
      { requestId: 1, seqNo: 0, reportData: [null, 7, { component: [], variableAttribute: "x" }] },
    ],
    ["without data", { requestId: 1, seqNo: 0 }],
  ])("%s is answered and tells nothing", async (_what, part) => {
    await reporting((station) => {
      station.on("GetReport", () => {
        void station.call("NotifyReport", part);
        return { status: "Accepted" };
      });
    });
    expect(site.wallbox.card().smartCharging).toMatchObject({ maxStackLevel: undefined, rateUnits: [] });
  });
});
