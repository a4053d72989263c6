import { afterEach, describe, expect, it } from "vitest";
import { NEEDED_KEYS } from "../../../drivers/ocpp/box-configuration.ts";
import { eventually } from "../../support/eventually.ts";
import { settle } from "../../support/manual-clock.ts";
import { CALL_TIMEOUT_MS, command, createTestSite, sentLimits, type TestSite } from "./support/test-site.ts";

let site: TestSite;
afterEach(() => site.close());

describe("the set-up of a wallbox", () => {
  it("answers the boot first, then lays the floor, reads, changes and asks for reports", async () => {
    site = await createTestSite();
    const box = await site.dialReady("Available", {
      configuration: { MeterValueSampleInterval: "60", HeartbeatInterval: "60" },
    });
    expect(box.received.map((call) => call.action)).toEqual([
      "SetChargingProfile",
      "GetConfiguration",
      "ChangeConfiguration",
      "TriggerMessage",
      "TriggerMessage",
    ]);
    expect(box.calls("ChangeConfiguration")).toEqual([{ key: "MeterValueSampleInterval", value: "10" }]);
    expect(box.calls("TriggerMessage")).toEqual([
      { requestedMessage: "StatusNotification", connectorId: 1 },
      { requestedMessage: "MeterValues", connectorId: 1 },
    ]);
  });

  it("never calls a box before the answer to its own call is out", async () => {
    site = await createTestSite();
    const box = await site.dial();
    const types: number[] = [];
    box.socket.on("message", (data) => types.push(JSON.parse(String(data))[0]));
    await box.boot();
    await eventually(() => types.length >= 2);
    expect(types.slice(0, 2)).toEqual([3, 2]);
  });

  it("changes nothing that is good already, unknown or read-only", async () => {
    site = await createTestSite();
    const box = await site.dial();
    box.on("GetConfiguration", () => ({
      configurationKey: [
        { key: "metervaluesampleinterval", value: 5, readonly: 0 },
        { key: "WebSocketPingInterval", value: "0", readonly: true },
        {
          key: "MeterValuesSampledData",
          value:
            "Voltage, Current.Import,Power.Active.Import, Energy.Active.Import.Register,Current.Offered,SoC",
          readonly: false,
        },
        { key: null },
        "nonsense",
      ],
    }));
    await box.boot();
    await eventually(() => box.calls("TriggerMessage").length === 2);
    expect(box.calls("ChangeConfiguration")).toEqual([]);
  });

  it("falls back to shorter lists of measurands and to longer intervals", async () => {
    site = await createTestSite();
    const box = await site.dial({
      configuration: { MeterValuesSampledData: "SoC", MeterValueSampleInterval: "0" },
    });
    box.on("ChangeConfiguration", ({ key, value }) => {
      const isGood =
        value === "Power.Active.Import,Current.Import" ||
        (key !== "MeterValuesSampledData" && value === "60");
      return { status: isGood ? "Accepted" : "Rejected" };
    });
    await box.boot();
    await eventually(() => box.calls("TriggerMessage").length === 2);
    expect(box.calls("ChangeConfiguration").map((call) => call.value)).toEqual([
      "10",
      "30",
      "60",
      "Power.Active.Import,Current.Import,Voltage,Energy.Active.Import.Register,Current.Offered",
      "Power.Active.Import,Current.Import,Voltage,Energy.Active.Import.Register",
      "Power.Active.Import,Current.Import",
    ]);
  });

  it("heeds the longest list that the box allows", async () => {
    site = await createTestSite();
    const box = await site.dialReady("Available", {
      configuration: { MeterValuesSampledData: "SoC", MeterValuesSampledDataMaxLength: "2" },
    });
    expect(box.calls("ChangeConfiguration")).toEqual([
      { key: "MeterValuesSampledData", value: "Power.Active.Import,Current.Import" },
    ]);
  });

  it("asks key by key where the whole configuration is refused", async () => {
    site = await createTestSite();
    const box = await site.dial();
    box.on("GetConfiguration", ({ key }) =>
      key === undefined
        ? { error: "InternalError" }
        : { configurationKey: [{ key: (key as string[])[0], value: "1", readonly: true }] },
    );
    await box.boot();
    await eventually(() => box.calls("TriggerMessage").length === 2);
    expect(box.calls("GetConfiguration")).toHaveLength(1 + NEEDED_KEYS.length);
  });

  it("is done once, not on every reconnect", async () => {
    site = await createTestSite();
    const first = await site.dialReady("Available", { configuration: { HeartbeatInterval: "3600" } });
    expect(first.calls("ChangeConfiguration")).toHaveLength(1);
    await first.close();
    await eventually(() => !site.wallbox.sample().isConnected);
    const second = await site.dialReady("Available", { configuration: { HeartbeatInterval: "3600" } });
    expect(second.calls("GetConfiguration")).toEqual([]);
    expect(second.calls("ChangeConfiguration")).toEqual([]);
  });

  it("leaves a setting alone that the box loses at every boot", async () => {
    site = await createTestSite();
    let changes = 0;
    for (let boot = 0; boot < 6; boot++) {
      const box = await site.dialReady("Available", { configuration: { HeartbeatInterval: "3600" } });
      changes += box.calls("ChangeConfiguration").length;
      await box.close();
      await eventually(() => !site.wallbox.sample().isConnected);
      await site.clock.advance(20 * 60_000);
    }
    expect(changes).toBe(2);
  });

  it("works with a box that answers nothing at all, as far as that goes", async () => {
    site = await createTestSite();
    const box = await site.dial();
    for (const action of [
      "SetChargingProfile",
      "GetConfiguration",
      "ChangeConfiguration",
      "TriggerMessage",
    ]) {
      box.on(action, () => "silence");
    }
    await box.boot();
    await box.status("Charging");
    for (let time = 0; time < 20; time++) {
      await site.clock.advance(CALL_TIMEOUT_MS);
      await box.meter({ "Power.Active.Import": "4000" });
    }
    expect(site.wallbox.sample()).toMatchObject({
      isConnected: true,
      vehicle: "charging",
      chargePowerW: { value: 4000 },
    });
    box.on("SetChargingProfile", () => ({ status: "Accepted" }));
    await eventually(async () => {
      await site.clock.advance(10_000);
      await site.wallbox.apply(command(8));
      return sentLimits(box).at(-1) === "1:8";
    });
  });

  it("ends quietly when the box goes away in the middle", async () => {
    site = await createTestSite();
    const box = await site.dial();
    box.on("GetConfiguration", () => "silence");
    await box.boot();
    await eventually(() => box.calls("GetConfiguration").length === 1);
    await box.close();
    await eventually(() => !site.wallbox.sample().isConnected);
    const again = await site.dialReady();
    expect(sentLimits(again)).toEqual(["0:6"]);
  });

  it("is not run through again by the boot that it asked for", async () => {
    site = await createTestSite();
    const box = await site.dial();
    await site.clock.advance(5_000);
    await eventually(() => box.calls("TriggerMessage").length === 3);
    await box.boot();
    await settle(10);
    expect(sentLimits(box)).toEqual(["0:6"]);
  });
});

describe("a box that says nothing after connecting", () => {
  it("is spoken to after five seconds and asked for its boot if it never sent one", async () => {
    site = await createTestSite();
    const box = await site.dial();
    await site.clock.advance(4_999);
    expect(box.received).toEqual([]);
    expect(await site.wallbox.apply(command(8))).toEqual({ kind: "deferred", because: "busy" });
    await site.clock.advance(1);
    await eventually(() => box.calls("TriggerMessage").length === 3);
    expect(box.received[0]?.action).toBe("SetChargingProfile");
    expect(box.calls("TriggerMessage")[0]).toEqual({ requestedMessage: "BootNotification" });
  });

  it("is not asked for a boot when it sent one on an earlier connection", async () => {
    site = await createTestSite();
    const first = await site.dialReady();
    await first.close();
    await eventually(() => !site.wallbox.sample().isConnected);
    const second = await site.dial();
    await site.clock.advance(5_000);
    await eventually(() => second.calls("TriggerMessage").length === 2);
    expect(second.calls("TriggerMessage")[0]).toMatchObject({ requestedMessage: "StatusNotification" });
  });

  it("is asked for its status without a connector as well", async () => {
    site = await createTestSite();
    const box = await site.dial();
    await site.clock.advance(5_000);
    await eventually(() => box.calls("TriggerMessage").length === 3);
    await site.clock.advance(10_000);
    await eventually(() =>
      box
        .calls("TriggerMessage")
        .some((call) => !("connectorId" in call) && call.requestedMessage === "StatusNotification"),
    );
  });
});
