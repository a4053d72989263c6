import { closestName } from "./closest-name.ts";
import type { SoundParts } from "./cross-checks.ts";
import { entries } from "./device-checks.ts";
import type { Finding } from "./problem.ts";

/** What is wrong between `modbus_proxy` and the rest of the config. */
export function proxyFindings(parts: SoundParts): readonly Finding[] {
  return [...unknownDevices(parts), ...takenPorts(parts), ...emptyRanges(parts)];
}

function unknownDevices({ modbusProxy = [], devices }: SoundParts): readonly Finding[] {
  const known = entries(devices).map(([device]) => device);
  return modbusProxy.flatMap(({ device }, index) => {
    const at = ["modbus_proxy", index, "device"];
    const found = known.find(({ name }) => name === device);
    if (found === undefined) {
      const names = known.map(({ name }) => name);
      const meant = closestName(device, names);
      const remedy = meant === undefined ? `use one of ${names.join(", ")}` : `did you mean ${meant}?`;
      return [{ at, problem: `there is no device ${device}`, remedy }];
    }
    const { type } = found.connection;
    if (type !== "http" && type !== "mqtt") return [];
    return [{ at, problem: `${device} is not on Modbus`, remedy: "share a device that is" }];
  });
}

function takenPorts({ modbusProxy = [], ocpp, api }: SoundParts): readonly Finding[] {
  const taken = new Map<number, string>();
  if (ocpp !== undefined) taken.set(ocpp.port, "ocpp");
  if (api !== undefined) taken.set(api.port, "api");
  return modbusProxy.flatMap(({ port, device }, index) => {
    const other = taken.get(port);
    if (port !== 0) taken.set(port, device);
    if (port === 0 || other === undefined) return [];
    const at = ["modbus_proxy", index, "port"];
    return [
      {
        at,
        problem: `port ${port} is already used by ${other}`,
        remedy: "give each listener a port of its own",
      },
    ];
  });
}

function emptyRanges({ modbusProxy = [] }: SoundParts): readonly Finding[] {
  return modbusProxy.flatMap(({ allow_writes: ranges }, index) =>
    ranges.flatMap(({ from, to }, place) => {
      if (from <= to) return [];
      const at = ["modbus_proxy", index, "allow_writes", place, "to"];
      return [{ at, problem: `${to} is below ${from}`, remedy: "write the lower register as from" }];
    }),
  );
}
