import type { Logger } from "pino";
import type { PartnerStateView } from "../api/api-context.ts";
import type { NotificationChannelConfig } from "../config/notification-schema.ts";
import type { Config } from "../config/schema.ts";
import type { Channel, Deliver } from "../notify/channel.ts";
import { ntfyDeliver, webhookDeliver } from "../notify/http-channel.ts";
import { noticeJson } from "../notify/notice.ts";
import { createNotifier, type Notifier } from "../notify/notifier.ts";
import type { Clock } from "../ports/clock.ts";
import type { StateStore } from "../ports/state-store.ts";
import type { CertificateView } from "../ports/wallbox-card.ts";
import type { MqttTelemetry } from "../telemetry/mqtt-telemetry.ts";
import { createTopics } from "../telemetry/topics.ts";
import type { DaemonSecrets } from "./secrets.ts";
import { certificateEnd } from "./tls-files.ts";

export interface NotificationDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly store: StateStore;
  readonly random: () => number;
  readonly version: string;
  readonly secrets: Pick<DaemonSecrets, "notifications" | "apiTls">;
  readonly mqtt: Pick<MqttTelemetry, "publishConfirmed"> | undefined;
  readonly offlineDevices: () => readonly { readonly name: string }[];
  readonly partnerState: () => Pick<PartnerStateView, "token" | "error"> | undefined;
  readonly ocppCertificate: () => CertificateView | undefined;
  readonly isRecordFailing: () => boolean;
  readonly isSafeMode: () => boolean;
}

/** Who is told of what, as the config says; undefined for nobody. */
export function createNotifications(config: Config, deps: NotificationDeps): Notifier | undefined {
  const { notifications, site } = config;
  if (notifications === undefined) return undefined;
  const { apiTls } = deps.secrets;
  const pageCertificate = apiTls === undefined ? [] : [certificateEnd(apiTls.cert)];
  return createNotifier(
    { site: site.name, language: notifications.language, version: deps.version },
    {
      ...deps,
      channels: notifications.channels.map((channel) => channelOf(channel, config, deps)),
      facts() {
        const partner = deps.partnerState();
        const ocppCertificate = deps.ocppCertificate();
        return {
          offlineDevices: deps.offlineDevices().map(({ name }) => name),
          partner:
            partner === undefined
              ? undefined
              : { isLoginRefused: partner.token?.kind === "refused", isAway: partner.error !== undefined },
          certificates: [...pageCertificate, ...(ocppCertificate === undefined ? [] : [ocppCertificate])],
          isRecordFailing: deps.isRecordFailing(),
          isSafeMode: deps.isSafeMode(),
        };
      },
    },
  );
}

function channelOf(channel: NotificationChannelConfig, config: Config, deps: NotificationDeps): Channel {
  const { name, type, only } = channel;
  return { name, type, only, deliver: deliverOf(channel, config, deps) };
}

function deliverOf(
  channel: NotificationChannelConfig,
  { site }: Config,
  { secrets, clock, mqtt }: NotificationDeps,
): Deliver {
  const { url = "", key } = secrets.notifications?.get(channel.name) ?? {};
  switch (channel.type) {
    case "webhook":
      return webhookDeliver({ url, secret: key, timeoutMs: channel.timeout_s * 1_000 }, clock);
    case "ntfy": {
      const { priority, timeout_s: timeoutS } = channel;
      return ntfyDeliver({ url, token: key, priority, timeoutMs: timeoutS * 1_000 }, clock);
    }
    case "mqtt": {
      const topic = channel.topic ?? createTopics(site.name).notification;
      return async (notice) => {
        const isSent = (await mqtt?.publishConfirmed(topic, noticeJson(notice))) ?? false;
        return isSent ? { kind: "sent" } : { kind: "away", detail: "the broker does not confirm" };
      };
    }
  }
}
