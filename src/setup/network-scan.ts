import type { DeviceAddress, DeviceSearch } from "../ports/device-search.ts";
import type { NetworkScan } from "../ports/set-up.ts";

/** The last search of the network, one at a time. */
export interface NetworkScans {
  start(network: string): boolean;
  stop(): void;
  latest(): NetworkScan | undefined;
}

export function createNetworkScans({ search }: { readonly search: DeviceSearch }): NetworkScans {
  let latest: NetworkScan | undefined;
  let ending = new AbortController();

  function run(network: string): void {
    const { signal } = ending;
    const told = { network, tried: 0, total: 0, isRunning: true, found: [] as readonly DeviceAddress[] };
    latest = told;
    const progress = (tried: number, total: number) => {
      latest = { ...told, tried, total };
    };
    void search.scan(network, { signal, progress }).then((found) => {
      latest = { ...(latest ?? told), isRunning: false, found };
    });
  }

  return {
    start(network) {
      if (latest?.isRunning === true || !search.networks().includes(network)) return false;
      ending = new AbortController();
      run(network);
      return true;
    },
    stop: () => ending.abort(),
    latest: () => latest,
  };
}
