import type { Logger } from "pino";
import type { Config } from "../config/schema.ts";
import type { Clock } from "../ports/clock.ts";
import { httpLines } from "../telemetry/influx/http-lines.ts";
import { createInfluxFeed, type InfluxFeed, type SendLines } from "../telemetry/influx/influx-feed.ts";
import type { MqttTelemetry } from "../telemetry/mqtt-telemetry.ts";
import type { DaemonSecrets } from "./secrets.ts";

/** Where the config says that minutes go; undefined for nowhere. */
export function createInflux(
  { influx, site }: Config,
  deps: {
    readonly clock: Clock;
    readonly log: Logger;
    readonly random: () => number;
    readonly secrets: Pick<DaemonSecrets, "influx">;
    readonly mqtt: Pick<MqttTelemetry, "publishConfirmed"> | undefined;
  },
): InfluxFeed | undefined {
  if (influx === undefined) return undefined;
  const send: SendLines =
    influx.type === "http"
      ? httpLines(
          { url: influx.url, token: deps.secrets.influx.token, timeoutMs: influx.timeout_s * 1_000 },
          deps,
        )
      : topicLines(influx.topic, deps.mqtt);
  return createInfluxFeed({ site: site.name }, { ...deps, send });
}

/** One message for all lines; the broker's confirmation counts. */
function topicLines(topic: string, mqtt: Pick<MqttTelemetry, "publishConfirmed"> | undefined): SendLines {
  return async (lines) => {
    const isSent = (await mqtt?.publishConfirmed(topic, lines.join("\n"))) ?? false;
    return isSent ? { kind: "sent" } : { kind: "away", detail: "the broker does not confirm" };
  };
}
