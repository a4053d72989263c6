import { z } from "zod";
import { secretSchema } from "./secret.ts";

const homeAssistantSchema = z.strictObject({
  enabled: z
    .boolean()
    .default(true)
    .describe("Whether Home Assistant is told of this gateway; false takes back what it was told."),
  prefix: z
    .string()
    .max(100)
    .regex(/^[\w-]+(\/[\w-]+)*$/, "use letters, digits, dash, underscore and single slashes in between")
    .default("homeassistant")
    .describe("Home Assistant's discovery prefix; its birth message is expected at PREFIX/status."),
});

export const mqttSchema = z.strictObject({
  url: z
    .string()
    .regex(
      /^mqtts?:\/\/[^/\s@]+$/,
      "use mqtt://HOST[:PORT] or mqtts://HOST[:PORT]; user and password have keys of their own",
    )
    .describe("Address of the broker."),
  username: z.string().min(1).optional().describe("User at the broker."),
  password: secretSchema.optional().describe("Password at the broker."),
  protocol_version: z
    .union([z.literal(4), z.literal(5)])
    .default(4)
    .describe("4 is MQTT 3.1.1."),
  ca_file: z.string().min(1).optional().describe("PEM file of the broker's certificate authority."),
  telemetry_interval_ms: z
    .int()
    .min(0)
    .max(3_600_000)
    .default(0)
    .describe("Shortest time between two telemetry messages, ms; 0 sends one each pass."),
  home_assistant: homeAssistantSchema
    .prefault({})
    .describe("Entities for Home Assistant, by its device discovery."),
});

export type MqttConfig = z.infer<typeof mqttSchema>;
