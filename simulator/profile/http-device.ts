import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { ChannelName, ChannelSpec, JsonProfile } from "../../drivers/profiles/profile-schema.ts";
import { NOMINAL_VOLTAGE_V } from "../../src/core/units.ts";
import type { ChannelTargets } from "./profile-registers.ts";

export interface SimulatedHttpDevice {
  address(): { readonly host: string; readonly port: number };
  close(): Promise<void>;
}

/** A listening device that answers the requests of `profile` with what `targets` says. Rejects when the port is taken. */
export async function createHttpDevice(
  profile: JsonProfile,
  targets: () => ChannelTargets,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<SimulatedHttpDevice> {
  const server = createServer((request, response) => {
    const page = jsonPage(profile, request.url ?? "", targets());
    if (page === undefined) response.writeHead(404).end();
    else response.end(JSON.stringify(page));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port }, resolve);
  });
  return {
    address: () => ({ host, port: (server.address() as AddressInfo).port }),
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/**
 * What a device of `profile` says at `path`, or in its one message where `path` is undefined. Undefined for a path that it
 * does not have.
 */
export function jsonPage(profile: JsonProfile, path: string | undefined, targets: ChannelTargets): unknown {
  const request = Object.keys(profile.requests).find((key) => profile.requests[key] === path);
  if (path !== undefined && request === undefined) return undefined;
  const root: Record<string, unknown> = {};
  for (const [name, channel] of Object.entries(profile.channels)) {
    const target = targets[name as ChannelName];
    if (channel === undefined || target === undefined) continue;
    for (const [value, number] of valuesOf(channel, target)) {
      const spec = profile.values[value];
      if (spec?.request === request && spec !== undefined) {
        place(root, spec.path.split("."), number / (spec.scale ?? 1));
      }
    }
  }
  return root;
}

/** A channel's first value carries it; another quantity's sign is about as large as it would be. */
function valuesOf({ sum, signFrom }: ChannelSpec, target: number): readonly (readonly [string, number])[] {
  const [first] = sum;
  if (first === undefined) return [];
  const amount = signFrom === undefined ? target : Math.abs(target);
  const main = [first.register, amount / first.factor] as const;
  return signFrom === undefined ? [main] : [main, [signFrom.register, target * NOMINAL_VOLTAGE_V]];
}

function place(root: Record<string, unknown>, path: readonly string[], value: number): void {
  const [step = "", ...rest] = path;
  if (rest.length === 0) {
    root[step] = value;
    return;
  }
  root[step] ??= /^\d+$/.test(rest[0] ?? "") ? [] : {};
  place(root[step] as Record<string, unknown>, rest, value);
}
