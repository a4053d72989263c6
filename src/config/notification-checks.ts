import type { SoundParts } from "./cross-checks.ts";
import { repeats } from "./device-checks.ts";
import type { Finding } from "./problem.ts";

/** What is wrong with notifications beside other parts. */
export function notificationFindings({ notifications, hasMqtt }: SoundParts): readonly Finding[] {
  const channels = (notifications?.channels ?? []).map((channel, index) => ({
    channel,
    key: channel.name,
    at: ["notifications", "channels", index, "name"] as const,
    name: channel.name,
  }));
  return [
    ...repeats(channels, (name) => ({
      problem: `another channel is already named ${name}`,
      remedy: "give each channel a name of its own",
    })),
    ...channels
      .filter(({ channel }) => channel.type === "mqtt" && !hasMqtt)
      .map(({ at: [part, list, index] }) => ({
        at: [part, list, index, "type"],
        problem: "is mqtt, but the file names no broker",
        remedy: "add the part mqtt with its url, or choose another type",
      })),
  ];
}
