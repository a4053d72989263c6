import { createFaultProxy, type FaultProxy } from "../../simulator/network/fault-proxy.ts";
import type { Site } from "../../simulator/site.ts";
import type { Clock } from "../../src/ports/clock.ts";
import type { PlannedFault } from "./fault-schedule.ts";
import { LINK_NAMES, type LinkName } from "./link-names.ts";

type Address = { readonly host: string; readonly port: number };

/** A proxy before each peer of the house and before the other central system. */
export interface FaultyNetwork {
  readonly proxies: Readonly<Record<LinkName, FaultProxy>>;
  /** The address at which the daemon has to look for a peer. */
  addressOf(peer: LinkName): Address;
  /** What the wallbox has to dial to come to this port. */
  wallboxUrl(ocppPort: number): string;
  /** What the daemon has to dial to come to the other central system. */
  readonly upstreamUrl: string;
  /** Makes the lines bad and good again as planned, from now on. */
  play(schedule: readonly PlannedFault[]): void;
  close(): Promise<void>;
}

/** `site` is asked when somebody dials, and may be made later than the network. */
export async function createFaultyNetwork(
  site: () => Site,
  upstreamUrl: URL,
  deps: { readonly clock: Clock; readonly random: () => number },
): Promise<FaultyNetwork> {
  let ocppPort = 0;
  const targets: Readonly<Record<LinkName, () => Address>> = {
    inverter: () => site().inverter.address(),
    meter: () => site().meter.address(),
    wallbox: () => ({ host: "127.0.0.1", port: ocppPort }),
    partner: () => site().partner.address(),
    broker: () => site().broker.address(),
    upstream: () => ({ host: upstreamUrl.hostname, port: Number(upstreamUrl.port) }),
  };
  const made = await Promise.all(
    LINK_NAMES.map(async (peer) => {
      return [peer, await createFaultProxy({ target: targets[peer] }, deps)] as const;
    }),
  );
  const proxies = Object.fromEntries(made) as Record<LinkName, FaultProxy>;
  return {
    proxies,
    upstreamUrl: `ws://${proxies.upstream.address.host}:${proxies.upstream.address.port}${upstreamUrl.pathname}`,
    addressOf: (peer) => proxies[peer].address,
    wallboxUrl(port) {
      ocppPort = port;
      const { host, port: proxyPort } = proxies.wallbox.address;
      return `ws://${host}:${proxyPort}`;
    },
    play(schedule) {
      for (const { peer, fault, fromMs, untilMs } of schedule) {
        deps.clock.setTimeout(() => proxies[peer].setFault(fault), fromMs);
        deps.clock.setTimeout(() => proxies[peer].setFault(undefined), untilMs);
      }
    },
    close: async () => void (await Promise.all(LINK_NAMES.map((peer) => proxies[peer].close()))),
  };
}
