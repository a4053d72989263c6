import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { createPartnerServer } from "../../../simulator/partner/partner-server.ts";
import type { DeviceSeed, UserSeed } from "../../../simulator/partner/seed.ts";
import type { StoredFields } from "../../../simulator/partner/wire-devices.ts";
import { createManualClock } from "../../support/manual-clock.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const USER = "11111111-2222-4333-8444-555555555555";
const CAR: DeviceSeed = { kind: "electric_vehicle", id: "car" };
const BOX: DeviceSeed = { kind: "wallbox", id: "box", minBandW: 4_140 };
const SUN: DeviceSeed = { kind: "inverter", id: "sun" };
const WIDE = { hems_min_export_to_start_w: 4_000, hems_max_import_before_stopping_w: 500 };

async function household(devices: readonly DeviceSeed[], seed: Partial<UserSeed> = {}, stateFile?: string) {
  const clock = createManualClock();
  const user = { user: { id: USER }, mode: "hems" as const, devices, ...seed };
  const server = await createPartnerServer({
    clock,
    userId: USER,
    users: [user],
    ...(stateFile === undefined ? {} : { stateFile }),
  });
  onTestFinished(() => server.close());
  return { clock, server };
}

function withFields(seed: DeviceSeed, fields: StoredFields): DeviceSeed {
  return { ...seed, fields };
}

describe("what a household can choose", () => {
  it.each<[string, readonly DeviceSeed[], readonly string[]]>([
    ["with everything", [CAR, BOX, SUN], []],
    ["without a car", [BOX, SUN], ["no_ev"]],
    ["without anything", [], ["no_ev", "no_actuator", "no_inverter"]],
    ["without an inverter", [CAR, BOX], ["no_inverter"]],
    [
      "with a car of unknown capacity",
      [withFields(CAR, { battery_capacity_kwh: null }), BOX, SUN],
      ["no_battery_capacity"],
    ],
    [
      "with a wallbox that can only switch",
      [CAR, { ...BOX, canModulate: false }, SUN],
      ["wallbox_not_modulating"],
    ],
    [
      "with an inverter that does not tell the export",
      [CAR, BOX, withFields(SUN, { current_power_to_grid_w: null })],
      ["inverter_no_export_data"],
    ],
    [
      "with nothing that can be reached",
      [withFields(CAR, { is_authenticated: false }), withFields(BOX, { is_authenticated: false }), SUN],
      ["no_actuator"],
    ],
  ])("%s", async (_name, devices, reasons) => {
    const { server } = await household(devices);
    const config = server.config();
    expect(config.hems_ineligible_reasons).toEqual(reasons);
    expect(config.hems_eligible).toBe(reasons.length === 0);
    expect(config.available_modes.find(({ mode }) => mode === "hems")).toEqual({
      mode: "hems",
      available: reasons.length === 0,
      reasons,
    });
    expect(config.available_modes[0]).toEqual({ mode: "none", available: true, reasons: [] });
    expect(server.setMode("hems").ok).toBe(reasons.length === 0);
    expect(server.setMode("none").ok).toBe(true);
  });
});

describe("what a household shows", () => {
  it("is the wallbox as the lever and the widest band", async () => {
    const { server } = await household([CAR, BOX, SUN]);
    expect(server.config()).toMatchObject({
      devices: [
        { device_id: "car", device_type: "electric_vehicle", is_primary_actuator: false },
        { device_id: "box", device_type: "wallbox", is_primary_actuator: true },
      ],
      thresholds: { min_band_w: 4_140 },
      status: { mechanism: "wallbox" },
    });
  });

  it("is the car as the lever where there is no wallbox", async () => {
    const { server } = await household([CAR, SUN]);
    expect(server.config()).toMatchObject({
      devices: [{ is_primary_actuator: true }],
      status: { mechanism: "smartcar" },
    });
  });

  it("is a conflict of modes and a divergence of thresholds, which one change ends", async () => {
    const { server } = await household([{ ...CAR, mode: "spot" }, { ...BOX, thresholds: WIDE }, SUN]);
    expect(server.config()).toMatchObject({
      mode_conflict: true,
      config_divergence: true,
      health_warning: { code: "config_divergence" },
    });
    expect(server.setThresholds(WIDE)).toEqual({ ok: true });
    server.setMode("hems");
    expect(server.config()).toMatchObject({
      mode_conflict: false,
      config_divergence: false,
      health_warning: null,
    });
  });

  it.each<[string, readonly DeviceSeed[], string]>([
    [
      "an inverter without its login",
      [CAR, BOX, withFields(SUN, { is_authenticated: false })],
      "inverter_disconnected",
    ],
    [
      "an inverter that has been silent for hours",
      [CAR, BOX, withFields(SUN, { current_state_last_updated_at: "2022-03-18T00:00:00Z" })],
      "inverter_data_stale",
    ],
    [
      "a wallbox that is offline",
      [CAR, withFields(BOX, { is_ocpp_connected: false }), SUN],
      "wallbox_disconnected",
    ],
  ])("is a warning of %s", async (_name, devices, code) => {
    const { server } = await household(devices);
    expect(server.config().health_warning?.code).toBe(code);
  });

  it.each([
    ["idle", "idle"],
    ["commitment", "starting"],
    ["active", "active"],
  ] as const)("is the machine's state %s as %s", async (state, phase) => {
    const { server } = await household([CAR, BOX, SUN]);
    server.organisation.setHemsState(USER, state);
    expect(server.config().status.ux_phase).toBe(phase);
  });

  it.each<[string, readonly DeviceSeed[], Partial<UserSeed>, string]>([
    ["off without a surplus mode", [CAR, BOX, SUN], { mode: "spot" }, "off"],
    ["unavailable where HEMS cannot be", [CAR, BOX], {}, "unavailable"],
    [
      "paused while a pause runs",
      [CAR, withFields(BOX, { pause_power_until: "2099-01-01T00:00:00Z" }), SUN],
      {},
      "paused",
    ],
  ])("is %s", async (_name, devices, seed, phase) => {
    const { server } = await household(devices, seed);
    expect(server.config().status.ux_phase).toBe(phase);
  });
});

describe("the state file", () => {
  it("keeps users and devices over a restart", async () => {
    const folder = temporaryFolder();
    const file = join(folder, "state.sqlite");
    const before = await household([CAR, BOX, SUN], {}, file);
    before.server.setMode("spot");
    await before.server.close();
    const after = await household([], {}, file);
    expect(after.server.config()).toMatchObject({
      smart_charging_mode: "spot",
      devices: [{ device_id: "car" }, { device_id: "box" }],
    });
  });
});

describe("a fault with a share", () => {
  it("hits that share of the requests, the same ones in every run", async () => {
    const { server } = await household([CAR]);
    server.inject({ kind: "server_error" }, { share: 0.05 });
    const { url } = server.address();
    const statuses: number[] = [];
    for (let count = 0; count < 200; count++)
      statuses.push((await fetch(`${url}/api/partners/v2.0/org/x/users`)).status);
    expect(statuses.filter((status) => status === 500)).toHaveLength(10);
  });
});
