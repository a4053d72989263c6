import { powerW } from "../core/units.ts";
import type { SoundParts } from "./cross-checks.ts";
import type { Finding } from "./problem.ts";

/** What is wrong between the grid operator's part and the rest of the file. */
export function operatorFindings(parts: SoundParts): readonly Finding[] {
  return [...topicWithoutBroker(parts), ...unequalLine(parts)];
}

/** The contact's device shares the bus of devices on the same line: the line has one type. */
function unequalLine({ gridOperator, devices }: SoundParts): readonly Finding[] {
  if (gridOperator?.source.type !== "contact") return [];
  const { connection } = gridOperator.source;
  const line = lineOf(connection);
  const other = devices.find(
    (device) =>
      device !== undefined &&
      lineOf(device.connection) === line &&
      device.connection.type !== connection.type,
  );
  if (other === undefined) return [];
  return [
    {
      at: ["grid_operator", "source", "connection", "type"],
      problem: `differs from the connection of ${other.name} on the same line ${line}`,
      remedy: "devices on one line share its type",
    },
  ];
}

type Connection = NonNullable<SoundParts["devices"][number]>["connection"] | ContactConnection;
type ContactConnection = Extract<
  NonNullable<SoundParts["gridOperator"]>["source"],
  { readonly type: "contact" }
>["connection"];

/** Names the line or endpoint on Modbus; undefined for what is on none. */
function lineOf(connection: Connection): string | undefined {
  switch (connection.type) {
    case "rtu":
      return connection.path;
    case "tcp":
      return `${connection.host.toLowerCase()}:${connection.port ?? 502}`;
    case "rtu_over_tcp":
      return `${connection.host.toLowerCase()}:${connection.port}`;
    case "http":
    case "mqtt":
      return undefined;
  }
}

function topicWithoutBroker({ gridOperator, hasMqtt }: SoundParts): readonly Finding[] {
  if (gridOperator?.source.type !== "mqtt" || hasMqtt) return [];
  return [
    {
      at: ["grid_operator", "source", "type"],
      problem: "is mqtt, but the file names no broker",
      remedy: "add the part mqtt with its url, or take the limit from elsewhere",
    },
  ];
}

/** What is wrong within the part home_battery. */
export function batteryFindings({ homeBattery }: SoundParts): readonly Finding[] {
  if (homeBattery === undefined) return [];
  const { battery_below_pct: lowPct, car_from_pct: highPct } = homeBattery.soc_window;
  if (lowPct < highPct) return [];
  return [
    {
      at: ["home_battery", "soc_window", "battery_below_pct"],
      problem: `${lowPct} % is not below car_from_pct of ${highPct} %`,
      remedy: "leave some percent between the two, or the order changes all the time",
    },
  ];
}

/** What is allowed but leaves the operator's limit to chance. */
export function operatorWarnings(parts: SoundParts): readonly Finding[] {
  return [...failsafeAboveLimit(parts), ...deafEndpoint(parts)];
}

/** One phase may not carry what the box is allowed: right where the rule holds, surprising where it does not. */
export function unbalanceWarnings({ site, wallboxes }: SoundParts): readonly Finding[] {
  if (site === undefined || site.unbalance_limit_va === "off") return [];
  const limitVa = site.unbalance_limit_va;
  return wallboxes
    .filter(({ wallbox }) => wallbox.phases === 1 && powerW(wallbox.max_current_a, 1) > limitVa)
    .map(({ wallbox }) => ({
      at: ["site", "unbalance_limit_va"],
      problem: `${limitVa} VA between phases leaves ${wallbox.name} less than its ${wallbox.max_current_a} A on one phase`,
      remedy:
        'lower max_current_a, or write "off" where no rule asks for it, as at a connection of one phase',
    }));
}

/** A box without its gateway draws the failsafe current, whatever the operator says. */
function failsafeAboveLimit({ gridOperator, control, wallboxes }: SoundParts): readonly Finding[] {
  if (gridOperator === undefined || control === undefined) return [];
  const phases = wallboxes.reduce((sum, { wallbox }) => sum + wallbox.phases, 0);
  const drawnW = phases * powerW(control.failsafe_current_a, 1);
  if (drawnW <= gridOperator.failsafe_limit_w) return [];
  return [
    {
      at: ["control", "failsafe_current_a"],
      problem: `${control.failsafe_current_a} A on ${phases} phases are ${drawnW} W, more than grid_operator.failsafe_limit_w`,
      remedy: `lower it so that wallboxes without their gateway draw at most ${gridOperator.failsafe_limit_w} W`,
    },
  ];
}

function deafEndpoint({ gridOperator, api }: SoundParts): readonly Finding[] {
  if (gridOperator?.source.type !== "http" || api === undefined) return [];
  if (!(api.host === "localhost" || api.host === "::1" || api.host.startsWith("127."))) return [];
  return [
    {
      at: ["api", "host"],
      problem: `${api.host} is only reached from this machine, and the grid operator's limit comes by HTTP`,
      remedy: "serve the API on the address that the sender reaches",
    },
  ];
}
