import { z } from "zod";
import { NOTICE_CODES } from "../core/notice-codes.ts";
import { deviceName } from "./device-schema.ts";
import { secretSchema } from "./secret.ts";

const only = z
  .array(z.enum(NOTICE_CODES))
  .min(1)
  .optional()
  .describe("What is sent here; everything by default.");
const timeout = z.int().min(1).max(60).default(10).describe("Longest time for one answer, s.");
const name = (usual: string) =>
  deviceName.default(usual).describe("Name in logs and answers; each channel has one of its own.");

const channelSchema = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("webhook").describe("JSON to an address of your own, signed as Standard Webhooks says."),
    name: name("webhook"),
    url: secretSchema.describe("Address; whoever knows it may post there, so it counts as a secret."),
    secret: secretSchema
      .optional()
      .describe("Signs each message; whsec_... as the libraries make it, or any text."),
    timeout_s: timeout,
    only,
  }),
  z.strictObject({
    type: z.literal("ntfy").describe("ntfy.sh or your own ntfy server."),
    name: name("ntfy"),
    url: secretSchema.describe(
      "Server and topic, e.g. https://ntfy.sh/TOPIC; the topic is a password: a long one.",
    ),
    token: secretSchema.optional().describe("Access token of the server (tk_...)."),
    priority: z.int().min(1).max(5).default(4).describe("Priority of what begins; the rest has 3 at most."),
    timeout_s: timeout,
    only,
  }),
  z.strictObject({
    type: z.literal("mqtt").describe("A topic of the broker under mqtt."),
    name: name("mqtt"),
    topic: z
      .string()
      .min(1)
      .max(200)
      .regex(/^[^+#\0]+$/, "a topic to publish on has no wildcards")
      .optional()
      .describe("Topic; hems-edge/<site>/notification by default."),
    only,
  }),
]);

export const notificationsSchema = z.strictObject({
  language: z.enum(["en", "de"]).default("en").describe("Language of titles and sentences."),
  channels: z.array(channelSchema).min(1).max(8).describe("Where notifications go."),
});

export type NotificationChannelConfig = z.infer<typeof channelSchema>;
