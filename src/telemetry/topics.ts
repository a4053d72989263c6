/** Raised when a topic or a member is renamed or changes its meaning; new members do not raise it. */
export const SCHEMA_VERSION = "1";

/** The roles that are told as devices beside the wallboxes; each site has some of them. */
export const TELEMETRY_DEVICES = ["grid", "pv", "battery"] as const;
export type TelemetryDevice = (typeof TELEMETRY_DEVICES)[number];

export interface Topics {
  readonly status: string;
  readonly schemaVersion: string;
  readonly state: string;
  readonly telemetry: string;
  readonly event: string;
  readonly notification: string;
  readonly partnerStatus: string;
  /** Matches every command, known or not, and none of the results. */
  readonly commandFilter: string;
  /** `device` is a role, or the name of a wallbox. */
  device(device: string, name: string): string;
  command(name: string): string;
  result(command: string): string;
  /** Name of the command that a topic carries; undefined for a topic that is none or that cannot be answered. */
  commandIn(topic: string): string | undefined;
}

const COMMAND_NAME = /^[A-Za-z0-9_-]{1,32}$/;

/** The topic tree below `hems-edge/<site>`. */
export function createTopics(siteName: string): Topics {
  const base = `hems-edge/${siteName}`;
  return {
    status: `${base}/status`,
    schemaVersion: `${base}/schema_version`,
    state: `${base}/state`,
    telemetry: `${base}/telemetry`,
    event: `${base}/event`,
    notification: `${base}/notification`,
    partnerStatus: `${base}/partner/status`,
    commandFilter: `${base}/cmd/+`,
    device: (device, name) => `${base}/${device}/${name}`,
    command: (name) => `${base}/cmd/${name}`,
    result: (command) => `${base}/cmd/${command}/result`,
    commandIn(topic) {
      const prefix = `${base}/cmd/`;
      if (!topic.startsWith(prefix)) return undefined;
      const name = topic.slice(prefix.length);
      return COMMAND_NAME.test(name) ? name : undefined;
    },
  };
}
