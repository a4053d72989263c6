import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import { createHttpSource } from "../../drivers/json/http-source.ts";
import { createTopicSource } from "../../drivers/json/topic-source.ts";
import { loadProfile, PROFILE_NAMES } from "../../drivers/profiles/catalogue.ts";
import { type Profile, profileRoles } from "../../drivers/profiles/profile-schema.ts";
import { i16 } from "../../simulator/modbus/registers.ts";
import { jsonPage } from "../../simulator/profile/http-device.ts";
import { type ChannelTargets, profileRegisters } from "../../simulator/profile/profile-registers.ts";
import type { SiteChannels, SiteSource } from "../../src/ports/site-source.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { closedAfterTest } from "./modbus/support/bus-under-test.ts";
import { serve, sourceOf } from "./profiles/support.ts";
import * as sunspec from "./sunspec/support/device.ts";

/** What every driver is held to; a new one gets a row in `drivers`. */
interface Rig {
  readonly source: SiteSource;
  /** The device shows these powers from now on. */
  show(house: ChannelTargets): void;
  /** From now on it answers with an error of its own. */
  fail(): void | Promise<void>;
}

const NOON: ChannelTargets = {
  gridPowerW: -2_310,
  pvPowerW: 6_360,
  batteryPowerW: -1_500,
  batterySocPct: 64,
};
const EVENING: ChannelTargets = { gridPowerW: 1_240, pvPowerW: 0, batteryPowerW: 2_080, batterySocPct: 31 };

async function profileRig(profile: Profile): Promise<Rig> {
  const roles = profileRoles(profile);
  switch (profile.protocol) {
    case "modbus": {
      const served = await serve(profileRegisters(profile, NOON));
      const { source } = sourceOf(served, profile);
      return {
        source,
        show: (house) => {
          served.bank = profileRegisters(profile, house);
        },
        fail: () => {
          served.intercept = () => ({ exception: 4 });
        },
      };
    }
    case "http": {
      let house = NOON;
      let isFailing = false;
      const server = createServer((request, response) => {
        const page = isFailing ? undefined : jsonPage(profile, request.url ?? "", house);
        if (page === undefined) response.writeHead(500).end();
        else response.end(JSON.stringify(page));
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      closedAfterTest({
        close() {
          server.closeAllConnections();
          return new Promise<void>((resolve) => server.close(() => resolve()));
        },
      });
      const { port } = server.address() as AddressInfo;
      const options = { name: "device", host: "127.0.0.1", port, map: profile, roles, timeoutMs: 2_000 };
      return {
        source: createHttpSource(options, { clock: createManualClock() }),
        show: (next) => {
          house = next;
        },
        fail: () => {
          isFailing = true;
        },
      };
    }
    case "mqtt": {
      const clock = createManualClock();
      let take: (text: string, isRetained: boolean) => void = () => {};
      const feed = {
        follow(taker: typeof take) {
          take = taker;
        },
        stop: () => Promise.resolve(),
      };
      const source = createTopicSource(
        { name: "device", map: profile, roles, pollMs: 1_000 },
        { feed, clock },
      );
      await source.read();
      const show = (house: ChannelTargets) =>
        take(JSON.stringify(jsonPage(profile, undefined, house)), false);
      show(NOON);
      return { source, show, fail: () => clock.advance(15_001) };
    }
    case "sunspec":
      return sunspecRig();
  }
}

async function sunspecRig(): Promise<Rig> {
  const image = ({ gridPowerW = 0, pvPowerW = 0, batteryPowerW = 0, batterySocPct = 0 }: ChannelTargets) => [
    ...sunspec.MARKER,
    ...sunspec.common("Contract"),
    ...sunspec.model(103, 50, { 14: i16(pvPowerW + batteryPowerW), 15: [0], 38: [4] }),
    ...sunspec.model(203, 105, { 18: i16(gridPowerW), 22: [0] }),
    ...sunspec.model(802, 62, { 11: [batterySocPct], 47: i16(batteryPowerW), 56: [0], 63: [0] }),
    ...sunspec.END,
  ];
  const device = await sunspec.startDevice(image(NOON));
  const { source } = sunspec.sourceOf(device, ["grid", "pv", "battery"]);
  return {
    source,
    show: (house) => device.load(40_000, image(house)),
    fail: () => {
      device.intercept = () => ({ exception: 4 });
    },
  };
}

const drivers: readonly (readonly [string, readonly string[], () => Promise<Rig>])[] = [
  ["sunspec", ["grid", "pv", "battery"], sunspecRig],
  ...PROFILE_NAMES.filter((name) => loadProfile(name).protocol !== "sunspec").map((name) => {
    const profile = loadProfile(name);
    return [name, profileRoles(profile), () => profileRig(profile)] as const;
  }),
];

async function channelsOf({ source }: Rig): Promise<SiteChannels> {
  const reading = await source.read();
  if (!reading.ok) throw new Error(reading.fault.detail);
  return reading.channels;
}

describe.each(drivers)("the driver %s", (_, roles, makeRig) => {
  it("counts import and discharge as positive, PV never as negative, and each role by its power", async () => {
    const rig = await makeRig();
    const noon = await channelsOf(rig);
    expect(noon.gridPowerW).toBe(roles.includes("grid") ? -2_310 : undefined);
    expect(noon.pvPowerW).toBe(roles.includes("pv") ? 6_360 : undefined);
    expect(noon.batteryPowerW).toBe(roles.includes("battery") ? -1_500 : undefined);
  });

  it("gives another stamp with other values, and the same with the same", async () => {
    const rig = await makeRig();
    const stamp = async () => {
      const reading = await rig.source.read();
      return reading.ok ? reading.stamp : "";
    };
    const first = await stamp();
    expect(await stamp()).toBe(first);
    // A slow block is read again only later: a driver without any faster one keeps its stamp till then.
    rig.show(EVENING);
    const isFast = roles.includes("grid");
    if (isFast) expect(await stamp()).not.toBe(first);
  });

  it("answers a failure with a fault, and a failure after it too", async () => {
    const rig = await makeRig();
    await rig.fail();
    for (let count = 0; count < 2; count++) {
      const reading = await rig.source.read();
      expect(reading.ok).toBe(false);
      if (!reading.ok) expect(reading.fault.detail.length).toBeGreaterThan(0);
    }
    await rig.source.close();
  });
});
