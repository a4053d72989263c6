import { describe, expect, it } from "vitest";
import { type Config, configSchema } from "../../src/config/schema.ts";
import type { WallboxConfig } from "../../src/config/wallbox-schema.ts";
import { operatorRules } from "../../src/daemon/grid-operator.ts";
import {
  apiOptions,
  collectorOptions,
  controlLoopOptions,
  controlOptions,
  initialSettings,
  telemetryDevices,
} from "../../src/daemon/options.ts";
import { readSecrets } from "../../src/daemon/secrets.ts";

const CONNECTION = { type: "tcp", host: "192.168.1.20" };

function config(changes: Readonly<Record<string, unknown>> = {}) {
  return configSchema.parse({
    site: { main_fuse_a: 35, pv_peak_w: 10_000 },
    devices: [
      { name: "inverter", driver: "sunspec", roles: ["pv", "grid"], connection: CONNECTION },
      { name: "second", driver: "sunspec", roles: ["pv"], connection: CONNECTION },
    ],
    wallbox: { identity: "GARAGE-1", phases: 3, max_current_a: 16 },
    ...changes,
  });
}

function box({ wallboxes }: Config = config()): WallboxConfig {
  const [first] = wallboxes;
  if (first === undefined) throw new Error("there is a box");
  return first;
}

describe("what the config file means to the parts of the daemon", () => {
  it("pauses without a meter, or charges with the failsafe current where that is chosen", () => {
    expect(controlOptions(config(), box()).blindCurrentA).toBe(0);
    const bold = config({ control: { pause_when_meter_lost: false, failsafe_current_a: 8 } });
    expect(controlOptions(bold, box()).blindCurrentA).toBe(8);
  });

  it("takes readings as implausible that neither the fuse nor the plant could carry", () => {
    const { maxGridPowerW, maxPvPowerW } = collectorOptions(config());
    expect(maxPvPowerW).toBe(13_000);
    expect(maxGridPowerW).toBeCloseTo(35 * 3 * 230 * 1.6);
    const farm = config({ site: { main_fuse_a: 10, pv_peak_w: 100_000 } });
    expect(collectorOptions(farm).maxGridPowerW).toBe(130_000);
  });

  it("leaves a part of each pass to deciding and writing", () => {
    const quick = config({ control: { interval_ms: 200 } });
    expect(collectorOptions(quick).readBudgetMs).toBe(160);
    expect(controlLoopOptions(quick).intervalMs).toBe(200);
  });

  it("begins with the mode and thresholds of the file and no cap of the user", () => {
    expect(initialSettings(config())).toEqual({
      mode: "hems",
      thresholds: { minExportToStartW: 900, maxImportBeforeStoppingW: 700 },
      maxCurrentA: undefined,
    });
  });

  it("keeps half of the fuse for the house beside boxes without a fallback, unless the file says otherwise", () => {
    expect(controlOptions(config(), box()).limits.unattendedMaxA).toBe(17.5);
    const known = config({ site: { main_fuse_a: 35, pv_peak_w: 10_000, house_reserve_a: 10 } });
    expect(controlOptions(known, box()).limits.unattendedMaxA).toBe(25);
  });

  it("limits unbalance to 20 A by default, and knows the phases only where the file names them", () => {
    expect(controlOptions(config(), box()).limits).toMatchObject({
      unbalanceLimitA: 20,
      phaseRotation: undefined,
    });
    const site = { main_fuse_a: 35, pv_peak_w: 10_000, unbalance_limit_va: "off" };
    const wallbox = { identity: "GARAGE-1", phases: 3, max_current_a: 16, phase_rotation: "STR" };
    const other = config({ site, wallbox });
    expect(controlOptions(other, box(other)).limits).toMatchObject({
      unbalanceLimitA: undefined,
      phaseRotation: [1, 2, 0],
    });
  });

  it("lets a home battery come first and keeps the car off it, unless the file says otherwise", () => {
    expect(controlLoopOptions(config()).battery).toEqual({
      policy: "battery_first",
      carFromSocPct: 70,
      batteryBelowSocPct: 50,
      maxChargeW: undefined,
      fullSocPct: 95,
      mayDischargeIntoCar: false,
      reserveSocPct: 50,
      acLimitW: undefined,
    });
    const hybrid = config({ site: { main_fuse_a: 35, pv_peak_w: 10_000, ac_limit_w: 8_000 } });
    expect(controlLoopOptions(hybrid).battery?.acLimitW).toBe(8_000);
  });

  it("takes the grid operator's rules in W and ms", () => {
    const { grid_operator: operator } = config({
      grid_operator: { source: { type: "static", limit_w: 5_000 }, failsafe_ends: "after_minimum" },
    });
    expect(operator === undefined ? undefined : operatorRules(operator)).toEqual({
      minimumW: 4_200,
      failsafeW: 4_200,
      failsafeMinimumMs: 7_200_000,
      endsFailsafeAlone: true,
    });
  });

  it("names each measured thing once to MQTT", () => {
    expect(telemetryDevices(config())).toEqual(["pv", "grid"]);
  });

  it("tells the local API the band that the wallbox needs", () => {
    expect(apiOptions(config(), "1.2.3")).toMatchObject({ minBandW: 4_140, version: "1.2.3" });
  });
});

describe("the secrets of the config file", () => {
  const partner = {
    base_url: "https://app.podero.com",
    org_id: "11111111-1111-4111-8111-111111111111",
    user_id: "22222222-2222-4222-8222-222222222222",
    auth: { grant: "password", username: "house-0042", password: { file: "/nowhere/partner" } },
  };

  it("are read from where the file says, and all of them are named to be hidden", () => {
    const outcome = readSecrets(
      config({
        wallbox: { identity: "GARAGE-1", phases: 3, max_current_a: 16, password: "box-secret" },
        mqtt: { url: "mqtt://broker", username: "me", password: "mqtt-secret" },
        partner: { ...partner, auth: { ...partner.auth, password: "partner-secret" } },
      }),
      {},
    );
    if (!outcome.ok) throw new Error(outcome.problems.join());
    expect(outcome.secrets.wallboxes.get("GARAGE-1")).toEqual({ password: "box-secret" });
    expect(outcome.secrets.mqtt).toEqual({ password: "mqtt-secret" });
    expect(outcome.texts).toEqual(["box-secret", "mqtt-secret", "partner-secret"]);
  });

  it("hide both halves of an organisation's credentials", () => {
    const auth = { grant: "client_credentials", client_id: "the-client", client_secret: "the-secret" };
    const outcome = readSecrets(config({ partner: { ...partner, auth } }), {});
    expect(outcome).toMatchObject({ ok: true, texts: ["the-client", "the-secret"] });
  });

  it("are missed all at once, each by its field", () => {
    const outcome = readSecrets(
      config({
        wallbox: { identity: "G", phases: 3, max_current_a: 16, password: { file: "/nowhere/box" } },
        mqtt: { url: "mqtt://broker", password: { credential: "mqtt-password" } },
        partner,
      }),
      {},
    );
    if (outcome.ok) throw new Error("read secrets that are not there");
    expect(outcome.problems).toHaveLength(3);
    expect(outcome.problems[0]).toContain("wallbox.password: ");
    expect(outcome.problems[1]).toContain("mqtt.password: ");
    expect(outcome.problems[2]).toContain("/nowhere/partner");
  });

  it("include a token of the grid operator's sender, which must not be short", () => {
    const withToken = (token: string) => config({ grid_operator: { source: { type: "http", token } } });
    expect(readSecrets(withToken("0123456789abcdef"), {})).toMatchObject({
      ok: true,
      secrets: { gridOperator: { token: "0123456789abcdef" } },
      texts: ["0123456789abcdef"],
    });
    expect(readSecrets(withToken("0123456789abcde"), {})).toMatchObject({
      ok: false,
      problems: [expect.stringMatching(/^grid_operator.source.token: .*16 characters/)],
    });
  });

  it("include where notifications go, which must be an address with a path", () => {
    const to = (url: string) =>
      config({
        notifications: {
          channels: [
            { type: "ntfy", url, token: "tk_1" },
            { type: "webhook", url },
          ],
        },
      });
    const url = "https://ntfy.example/my-topic";
    const outcome = readSecrets(to(url), {});
    if (!outcome.ok) throw new Error(outcome.problems.join());
    expect(outcome.secrets.notifications?.get("ntfy")).toEqual({ url, key: "tk_1" });
    expect(outcome.secrets.notifications?.get("webhook")).toEqual({ url, key: undefined });
    expect(outcome.texts).toEqual([url, "tk_1", url]);
    for (const wrong of ["my-topic", "ftp://ntfy.example/my-topic", "https://ntfy.example"]) {
      expect(readSecrets(to(wrong), {})).toEqual({
        ok: false,
        problems: [0, 1].map((index) =>
          expect.stringContaining(`notifications.channels[${index}].url: write http`),
        ),
      });
    }
  });

  it("are none in a house without passwords, cloud and broker", () => {
    expect(readSecrets(config(), {})).toEqual({
      ok: true,
      secrets: {
        wallboxes: new Map([["GARAGE-1", {}]]),
        mqtt: {},
        gridOperator: {},
        influx: {},
        notifications: new Map(),
        partner: undefined,
      },
      texts: [],
    });
  });
});
