import { expect } from "vitest";
import { eventually } from "../../../support/eventually.ts";
import type { ScriptedBox } from "./scripted-box.ts";
import type { TestSite } from "./test-site.ts";

export type Payload = Record<string, unknown>;

export const VARIABLES: Record<string, string> = {
  "SmartChargingCtrlr.ProfileStackLevel": "3",
  "SmartChargingCtrlr.PeriodsPerSchedule": "10",
  "SmartChargingCtrlr.RateUnit": "A,W",
  "SampledDataCtrlr.TxUpdatedInterval": "60",
  "OCPPCommCtrlr.HeartbeatInterval": "300",
};

/** A 2.0.1 station that boots; everything else is up to the test. Time stands still unless `secondsPass`. */
export async function stationOn(
  site: TestSite,
  variables = VARIABLES,
  { script = () => {}, secondsPass = false }: { script?(box: ScriptedBox): void; secondsPass?: boolean } = {},
): Promise<ScriptedBox> {
  const box = await site.dial({ protocols: ["ocpp2.0.1"] });
  const named = (item: Payload, part: string) => (item[part] as Payload).name;
  box.on("GetVariables", ({ getVariableData }) => ({
    getVariableResult: (getVariableData as Payload[]).map((item) => {
      const attributeValue = variables[`${named(item, "component")}.${named(item, "variable")}`];
      return attributeValue === undefined
        ? { ...item, attributeStatus: "UnknownVariable" }
        : { ...item, attributeStatus: "Accepted", attributeValue };
    }),
  }));
  box.on("SetVariables", ({ setVariableData }) => ({
    setVariableResult: (setVariableData as Payload[]).map(({ attributeValue: _value, ...item }) => ({
      ...item,
      attributeStatus: "Accepted",
    })),
  }));
  for (const action of ["RequestStartTransaction", "RequestStopTransaction", "ClearChargingProfile"]) {
    box.on(action, () => ({ status: "Accepted" }));
  }
  script(box);
  const boot = await box.call("BootNotification", {
    reason: "PowerUp",
    chargingStation: { vendorName: "Station", model: "Two", serialNumber: "S1", firmwareVersion: "7" },
  });
  expect(boot).toMatchObject({ status: "Accepted", interval: 60 });
  const isSetUp = () => box.calls("TriggerMessage").some((call) => call.requestedMessage === "MeterValues");
  await eventually(async () => {
    if (secondsPass && !isSetUp()) await site.clock.advance(1_000);
    return isSetUp();
  });
  return box;
}
