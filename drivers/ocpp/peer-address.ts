import { readFileSync } from "node:fs";

/** The kernel's table of IPv4 neighbours, as text; empty where there is none. */
export type ReadNeighbours = () => string;

export const readNeighbours: ReadNeighbours = () => {
  try {
    return readFileSync("/proc/net/arp", "utf8");
  } catch {
    return "";
  }
};

/**
 * What tells one machine in the house from another: its hardware address where the kernel knows it, because addresses
 * change, else its address.
 */
export function peerKey(remoteAddress: string, neighbours: ReadNeighbours): string {
  const address = remoteAddress.replace(/^::ffff:/i, "");
  const line = neighbours()
    .split("\n")
    .find((row) => row.startsWith(`${address} `));
  const hardware = line === undefined ? undefined : /\b[0-9a-f]{2}(?::[0-9a-f]{2}){5}\b/i.exec(line)?.[0];
  return hardware === undefined || hardware === "00:00:00:00:00:00" ? address : hardware.toLowerCase();
}
