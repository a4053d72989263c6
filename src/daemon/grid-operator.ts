import type { Logger } from "pino";
import { createModbusContact } from "../../drivers/index.ts";
import type { GridOperatorConfig } from "../config/grid-operator-schema.ts";
import type { Config } from "../config/schema.ts";
import { createGridOperatorKeeper, type GridOperatorKeeper } from "../control/grid-operator-keeper.ts";
import type { OperatorRules } from "../core/operator-machine.ts";
import { createOperatorContact } from "../grid-operator/operator-contact.ts";
import { createOperatorEndpoint } from "../grid-operator/operator-endpoint.ts";
import { createOperatorTopic } from "../grid-operator/operator-topic.ts";
import { createStaticOperator } from "../grid-operator/static-operator.ts";
import type { Clock } from "../ports/clock.ts";
import type { Contact } from "../ports/contact.ts";
import type { GridOperatorSource, OperatorEndpoint } from "../ports/grid-operator.ts";
import type { StateStore } from "../ports/state-store.ts";
import type { BusDevice, DeviceBuses } from "./device-buses.ts";
import type { DaemonSecrets } from "./secrets.ts";

const HOUR_MS = 3_600_000;

export interface GridOperatorDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly store: StateStore;
  readonly random: () => number;
  readonly secrets: DaemonSecrets;
  readonly busOf: DeviceBuses["busOf"];
}

export interface GridOperator {
  readonly keeper: GridOperatorKeeper;
  readonly source: GridOperatorSource;
  /** Undefined unless the limit comes by HTTP. */
  readonly endpoint: OperatorEndpoint | undefined;
}

/** The configured grid operator; undefined where nobody may limit the house. */
export function createGridOperator(config: Config, deps: GridOperatorDeps): GridOperator | undefined {
  const { grid_operator: operator, site } = config;
  if (operator === undefined) return undefined;
  const { source, endpoint } = operatorSource(operator.source, config, deps);
  const options = { rules: operatorRules(operator), timeZone: site.time_zone };
  return { keeper: createGridOperatorKeeper(options, { ...deps, source }), source, endpoint };
}

export function operatorRules(config: GridOperatorConfig): OperatorRules {
  return {
    minimumW: config.minimum_w,
    failsafeW: config.failsafe_limit_w,
    failsafeMinimumMs: config.failsafe_minimum_h * HOUR_MS,
    endsFailsafeAlone: config.failsafe_ends === "after_minimum",
  };
}

function operatorSource(
  source: GridOperatorConfig["source"],
  { site, mqtt }: Config,
  deps: GridOperatorDeps,
): Pick<GridOperator, "source" | "endpoint"> {
  const { clock, secrets } = deps;
  switch (source.type) {
    case "contact":
      return { source: contactSource(source, deps), endpoint: undefined };
    case "static":
      return { source: createStaticOperator(source.limit_w, clock), endpoint: undefined };
    case "http": {
      const endpoint = createOperatorEndpoint(secrets.gridOperator.token ?? "", clock);
      return { source: endpoint, endpoint };
    }
    case "mqtt":
      return {
        source: createOperatorTopic(
          {
            // The config's checks ask for the broker.
            url: mqtt?.url ?? "",
            clientId: `hems-edge-${site.name}-grid-operator`,
            username: mqtt?.username,
            password: secrets.mqtt.password,
            protocolVersion: mqtt?.protocol_version ?? 4,
            caFile: mqtt?.ca_file,
            topic: source.topic,
            statusTopic: `hems-edge/${site.name}/grid_operator/status`,
          },
          deps,
        ),
        endpoint: undefined,
      };
  }
}

export type ContactConfig = Extract<GridOperatorConfig["source"], { readonly type: "contact" }>;

function contactSource(source: ContactConfig, deps: GridOperatorDeps): GridOperatorSource {
  const contact = operatorContact(source, deps.busOf);
  return createOperatorContact({ limitW: source.limit_w, pollMs: source.poll_ms }, { ...deps, contact });
}

/** The contact as the config names it. */
export function operatorContact(source: ContactConfig, busOf: DeviceBuses["busOf"]): Contact {
  const { unit, table, address, bit, closed_value: closedValue } = source;
  return createModbusContact({ unit, table, address, bit, closedValue }, busOf(contactLine(source)));
}

/** The contact as a device on its line. */
export function contactLine(source: ContactConfig): BusDevice {
  const { timeout_ms } = source;
  return {
    name: "grid_operator",
    connection: connectionOf(source),
    timeout_ms,
    gap_ms: 0,
    connect_delay_ms: 0,
  };
}

/** Digital inputs have no driver: what the file leaves out is what most devices use. */
function connectionOf({ connection }: ContactConfig) {
  switch (connection.type) {
    case "tcp":
      return { ...connection, port: connection.port ?? 502 };
    case "rtu":
      return { ...connection, baud: connection.baud ?? 9_600, parity: connection.parity ?? "none" };
    case "rtu_over_tcp":
      return connection;
  }
}
